package nl.sluis.orbit.encounter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import nl.sluis.orbit.Resources;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.ccsds.CdmReader;
import nl.sluis.orbit.ccsds.ConjunctionMessage;
import nl.sluis.orbit.encounter.CollisionProbability.Method;
import nl.sluis.orbit.encounter.CollisionProbability.Violation;
import org.junit.jupiter.api.Test;

class CollisionProbabilityTest {

    private static final Path MESSAGES = Path.of("..", "server", "src", "main", "resources", "demo", "cdm");

    /** A row of {@code expected_pc.csv} of NASA CARA: 2D probability with TCA adjusted, Monte Carlo. */
    private record Expected(String id, double radiusM, double pc2d, double monteCarlo, boolean violates2d) {}

    private static List<Expected> expected() {
        List<Expected> rows = new ArrayList<>();
        for (String line :
                Resources.text("/pc/cara_expected_pc.csv").lines().skip(1).toList()) {
            String[] f = line.split(",", -1);
            rows.add(new Expected(
                    f[0],
                    Double.parseDouble(f[1]),
                    Double.parseDouble(f[2]),
                    Double.parseDouble(f[3]),
                    !f[4].startsWith("0")));
        }
        return rows;
    }

    private static CollisionProbability.Result of(ConjunctionMessage m) {
        return CollisionProbability.compute(
                        m.object1().state(),
                        m.object1().covarianceRtn().orElseThrow(),
                        m.object2().state(),
                        m.object2().covarianceRtn().orElseThrow(),
                        m.hardBodyRadius().orElseThrow().radiusM(),
                        m.hardBodyRadius().orElseThrow().source())
                .orElseThrow();
    }

    @Test
    void real_messages_give_the_agencys_own_number_and_its_verdict() throws Exception {
        int checked = 0;
        for (Expected row : expected()) {
            Path file = MESSAGES.resolve(row.id() + ".cdm");
            if (!Files.exists(file)) {
                continue;
            }
            checked++;
            CollisionProbability.Result result = of(CdmReader.read(Files.readString(file)));
            assertThat(result.radiusM()).isEqualTo(row.radiusM());
            if (row.pc2d() < 1e-15) {
                assertThat(result.probability()).as(row.id()).isLessThan(1e-15);
            } else {
                assertThat(result.probability()).as(row.id()).isCloseTo(row.pc2d(), within(1e-6 * row.pc2d()));
            }
            double ratio = row.monteCarlo() / row.pc2d();
            if (ratio > 2 || ratio < 0.5) {
                assertThat(result.validity().isValidFor2d())
                        .as("%s, Monte Carlo differs by %.2g", row.id(), ratio)
                        .isFalse();
            }
        }
        assertThat(checked).isEqualTo(10);
    }

    /** Alfano, Satellite Conjunction Monte Carlo Analysis, AAS 09-233, 2009: cases 1 to 5. */
    @Test
    void two_exact_methods_agree_on_the_published_cases_of_alfano() throws Exception {
        for (int i = 1; i <= 5; i++) {
            CollisionProbability.Result result =
                    of(CdmReader.read(Resources.text("/ccsds/cdm/AlfanoTestCase0" + i + ".cdm")));
            assertThat(result.probability()).as("case %d", i).isBetween(1e-3, 0.5);
            assertThat(result.byMethod().get(Method.LAAS_2015))
                    .as("case %d", i)
                    .isCloseTo(result.probability(), within(1e-6 * result.probability()));
        }
    }

    @Test
    void the_maximum_is_no_less_than_the_probability_at_any_scale() throws Exception {
        try (Stream<Path> all = Files.list(MESSAGES)) {
            for (Path file :
                    all.filter(p -> p.toString().endsWith(".cdm")).sorted().toList()) {
                ConjunctionMessage m = CdmReader.read(Files.readString(file));
                CollisionProbability.Result result = of(m);
                assertThat(result.maximumProbability()).isGreaterThanOrEqualTo(result.probability());
                for (double scale : new double[] {0.25, 0.5, 2, 4}) {
                    CollisionProbability.Result other = CollisionProbability.compute(
                                    m.object1().state(),
                                    m.object1().covarianceRtn().orElseThrow().times(scale * scale),
                                    m.object2().state(),
                                    m.object2().covarianceRtn().orElseThrow().times(scale * scale),
                                    result.radiusM(),
                                    "test")
                            .orElseThrow();
                    assertThat(other.probability())
                            .isLessThanOrEqualTo(result.maximumProbability() * (1 + 1e-9) + 1e-300);
                }
            }
        }
    }

    @Test
    void a_covariance_that_is_not_positive_definite_is_mended_and_said() throws Exception {
        ConjunctionMessage m = CdmReader.read(Resources.text("/ccsds/cdm/AlfanoTestCase01.cdm"));
        SymmetricMatrix zero = m.object1().covarianceRtn().orElseThrow().times(0);

        CollisionProbability.Result result = CollisionProbability.compute(
                        m.object1().state(), zero, m.object2().state(), zero, 15, "test")
                .orElseThrow();

        assertThat(result.validity().violations()).contains(Violation.MENDED_COVARIANCE);
        assertThat(result.probability()).isBetween(0.0, 1.0);
    }

    @Test
    void a_radius_that_is_not_positive_is_refused() throws Exception {
        ConjunctionMessage m = CdmReader.read(Resources.text("/ccsds/cdm/AlfanoTestCase01.cdm"));
        SymmetricMatrix c = m.object1().covarianceRtn().orElseThrow();

        assertThatThrownBy(() -> CollisionProbability.compute(
                        m.object1().state(), c, m.object2().state(), c, 0, "test"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("`0.0`");
    }
}
