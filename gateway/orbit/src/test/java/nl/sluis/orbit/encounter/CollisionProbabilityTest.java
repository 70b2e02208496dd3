package nl.sluis.orbit.encounter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Resources;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.ccsds.CdmReader;
import nl.sluis.orbit.ccsds.ConjunctionMessage;
import nl.sluis.orbit.encounter.CollisionProbability.Method;
import nl.sluis.orbit.encounter.CollisionProbability.Violation;
import org.junit.jupiter.api.Test;

class CollisionProbabilityTest {

    private static final Path MESSAGES = Path.of("..", "server", "src", "main", "resources", "demo", "cdm");

    private static final Path SHARED = Path.of(System.getProperty("sluis.shared-data", "../../../shared/data"));

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
            if (Files.exists(file)) {
                checked++;
                check(row, file);
            }
        }
        assertThat(checked).isEqualTo(10);
    }

    @Test
    void so_do_all_27_of_them_where_they_lie_beside_the_project() throws Exception {
        Path folder = SHARED.resolve("cara-cdm");
        if (!Files.exists(folder)) {
            System.out.println("skipped: the conjunction messages of NASA CARA are not beside the project");
            return;
        }
        int invalid = 0;
        int wronglyInvalid = 0;
        List<String> lines = Files.readAllLines(folder.resolve("expected_pc.csv"));
        for (String line : lines.subList(1, lines.size())) {
            String[] f = line.split(",", -1);
            Expected row = new Expected(
                    f[0],
                    Double.parseDouble(f[4]),
                    Double.parseDouble(f[9]),
                    Double.parseDouble(f[12]),
                    !f[15].startsWith("0"));
            CollisionProbability.Result result = check(row, folder.resolve(row.id() + ".cdm"));
            if (!result.validity().isValidFor2d()) {
                invalid++;
                wronglyInvalid += row.violates2d() ? 0 : 1;
            }
            // where the plain method fails, the plane of the most likely collision does not
            assertThat(result.validity().curvedProbability().orElseThrow())
                    .as(row.id())
                    .isCloseTo(row.monteCarlo(), within(0.05 * row.monteCarlo()));
        }
        assertThat(invalid).isGreaterThanOrEqualTo(14);
        assertThat(wronglyInvalid).isZero();
    }

    private static CollisionProbability.Result check(Expected row, Path file) throws Exception {
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
        return result;
    }

    /**
     * Alfano, Satellite Conjunction Monte Carlo Analysis, AAS 09-233, 2009: cases 1 to 5, linear. The digits are those that
     * NASA CARA's tests print; the states of the messages are rounded, which moves the sixth.
     */
    @Test
    void the_published_cases_of_alfano_come_out() throws Exception {
        double[] published = {0.146749549, 0.006222267, 0.100351176, 0.049323406, 0.044487386};
        for (int i = 1; i <= 5; i++) {
            CollisionProbability.Result result = of(alfano(i));
            assertThat(result.probability()).as("case %d", i).isCloseTo(published[i - 1], within(6e-6));
            assertThat(result.byMethod().get(Method.LAAS_2015))
                    .as("case %d", i)
                    .isCloseTo(result.probability(), within(1e-6 * result.probability()));
        }
        for (int slow : new int[] {1, 2, 4}) {
            assertThat(of(alfano(slow)).validity().violations()).contains(Violation.LONG_ENCOUNTER);
        }
    }

    /** The same paper: Monte Carlo with 10^8 draws, long encounters in geostationary and low orbits among them. */
    @Test
    void trials_give_what_alfano_found_by_trial() throws Exception {
        double[] published = {0.217467140, 0.015736620, 0.100846420, 0.073089530, 0.044498913};
        int[] draws = {20_000, 50_000, 100_000, 20_000, 100_000};
        for (int i = 1; i <= 5; i++) {
            MonteCarlo.Estimate estimate = trial(alfano(i), draws[i - 1], 20090809);
            // three half widths of a 95 % interval: wrong in one of 10^8
            double half = (estimate.high() - estimate.low()) / 2;
            assertThat(estimate.probability()).as("case %d", i).isCloseTo(published[i - 1], within(3 * half));
            assertThat(half).isLessThan(0.1 * published[i - 1]);
        }
    }

    @Test
    void equal_seeds_give_equal_trials() throws Exception {
        ConjunctionMessage m = alfano(3);

        assertThat(trial(m, 20_000, 7)).isEqualTo(trial(m, 20_000, 7)).isNotEqualTo(trial(m, 20_000, 8));
    }

    @Test
    void trials_find_what_is_rare() throws Exception {
        Expected rare = expected().stream()
                .filter(row -> row.monteCarlo() < 2e-6 && Files.exists(MESSAGES.resolve(row.id() + ".cdm")))
                .findFirst()
                .orElseThrow();

        MonteCarlo.Estimate estimate =
                trial(CdmReader.read(Files.readString(MESSAGES.resolve(rare.id() + ".cdm"))), 200_000, 1);

        assertThat(estimate.isWeighted()).isTrue();
        assertThat(estimate.hits()).as(rare.id()).isPositive();
        assertThat(estimate.probability()).isBetween(rare.monteCarlo() / 3, rare.monteCarlo() * 3);
    }

    private static ConjunctionMessage alfano(int number) throws Exception {
        return CdmReader.read(Resources.text("/ccsds/cdm/AlfanoTestCase0" + number + ".cdm"));
    }

    private static MonteCarlo.Estimate trial(ConjunctionMessage m, int draws, long seed) {
        return MonteCarlo.estimate(
                        m.object1().state(),
                        m.object1().covarianceRtn().orElseThrow(),
                        m.object2().state(),
                        m.object2().covarianceRtn().orElseThrow(),
                        m.hardBodyRadius().orElseThrow().radiusM(),
                        draws,
                        seed)
                .orElseThrow();
    }

    /** R. Armellin's table of the conjunctions of ESA's collision avoidance challenge; its column is a truncated sum. */
    @Test
    void exact_integrals_agree_on_a_thousand_real_conjunctions_where_they_lie_beside_the_project() throws Exception {
        Path file = SHARED.resolve("kelvins-conjunctions").resolve("data.csv");
        if (!Files.exists(file)) {
            System.out.println("skipped: the conjunctions of the Kelvins challenge are not beside the project");
            return;
        }
        List<String> lines = Files.readAllLines(file);
        for (String line : lines.subList(1, lines.size())) {
            double[] f =
                    Stream.of(line.split(",")).mapToDouble(Double::parseDouble).toArray();
            CollisionProbability.Result result = CollisionProbability.compute(
                            kelvinsState(f, 2),
                            kelvinsCovariance(f, 8),
                            kelvinsState(f, 14),
                            kelvinsCovariance(f, 20),
                            f[1] * 1000,
                            "column R")
                    .orElseThrow();
            for (Method method : Method.values()) {
                if (method.isExact() && result.byMethod().containsKey(method)) {
                    assertThat(result.byMethod().get(method))
                            .as("%s of row %s", method, line.substring(0, line.indexOf(',')))
                            .isCloseTo(f[26], within(5e-3 * f[26]));
                }
            }
        }
        assertThat(lines).hasSize(1086);
    }

    private static OrbitState kelvinsState(double[] f, int at) {
        return new OrbitState(
                Instant.EPOCH,
                Frame.EME2000,
                new Vector3(f[at], f[at + 1], f[at + 2]).times(1000),
                new Vector3(f[at + 3], f[at + 4], f[at + 5]).times(1000));
    }

    /** The columns are rr, tt, nn, rt, rn, tn in km². */
    private static SymmetricMatrix kelvinsCovariance(double[] f, int at) {
        return SymmetricMatrix.ofLowerTriangle(
                        3, new double[] {f[at], f[at + 3], f[at + 1], f[at + 4], f[at + 5], f[at + 2]})
                .times(1e6);
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
