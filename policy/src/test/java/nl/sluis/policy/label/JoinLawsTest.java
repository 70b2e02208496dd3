package nl.sluis.policy.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Labels form a join semilattice: over a complete small world, and over a large one by seed. */
class JoinLawsTest {
    private static final Spifs SPIFS = Spifs.standard().withCommunities(List.of("COMMERCIAL"));

    @Test
    void joinIsIdempotentCommutativeAndAssociativeInTheWholeSmallWorld() throws Exception {
        List<SecurityLabel> world = new ArrayList<>();
        for (String level : List.of("unclassified", "restricted", "secret")) {
            for (String rel : List.of("[NATO]", "[NLD]", "[NATO, NLD]", "[[NATO], [DEU]]")) {
                for (String owner : List.of("NLD", "DEU")) {
                    world.add(LabelNotation.parse(
                            "{NATO: " + level + ", rel: " + rel + ", owner: " + owner + "}", SPIFS));
                }
            }
        }
        world.add(LabelNotation.parse("{NLD: secret, owner: NLD}", SPIFS));
        world.add(LabelNotation.parse(
                "{NLD: secret, NATO: secret, with: [], owner: NLD}".replace("with: [], ", ""), SPIFS));
        for (SecurityLabel a : world) {
            for (SecurityLabel b : world) {
                lawsOf(a, b);
                SecurityLabel ab = SecurityLabel.join(List.of(a, b));
                for (SecurityLabel c : world) {
                    assertThat(SecurityLabel.join(List.of(ab, c)))
                            .isEqualTo(SecurityLabel.join(List.of(a, SecurityLabel.join(List.of(b, c)))));
                }
            }
        }
    }

    @Test
    void joinKeepsItsLawsInALargeWorldBySeed() throws Exception {
        long seed = Long.getLong("sluis.seed", 4774);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 3_000; i++) {
            SecurityLabel a = any(random);
            SecurityLabel b = any(random);
            SecurityLabel c = any(random);
            lawsOf(a, b);
            assertThat(SecurityLabel.join(List.of(SecurityLabel.join(List.of(a, b)), c)))
                    .as("seed %d", seed)
                    .isEqualTo(SecurityLabel.join(List.of(c, a, b)));
            assertThat(SecurityLabel.of(a.toProto(), SPIFS)).isEqualTo(a);
            assertThat(LabelNotation.parse(LabelNotation.write(a), SPIFS)).isEqualTo(a);
        }
    }

    @Test
    void joiningGroupsDoesNotIntersectThem() throws Exception {
        SecurityLabel joined = SecurityLabel.join(List.of(
                LabelNotation.parse("{NATO: restricted, rel: [NATO], owner: NLD}", SPIFS),
                LabelNotation.parse("{NATO: restricted, rel: [NLD, DEU], owner: DEU}", SPIFS)));

        assertThat(joined.marking()).isEqualTo("NATO RESTRICTED REL TO DEU, NLD AND TO NATO");
    }

    @Test
    void withoutReleasabilityALabelIsForItsOwnersAndStaysSoInAJoin() throws Exception {
        SecurityLabel own = LabelNotation.parse("{NLD: secret, owner: NLD/ssa-centre}", SPIFS);
        SecurityLabel joined =
                SecurityLabel.join(List.of(own, LabelNotation.parse("{NLD: secret, rel: [NATO], owner: FRA}", SPIFS)));

        assertThat(own.marking()).isEqualTo("Stg. GEHEIM REL TO NLD/ssa-centre");
        assertThat(joined.parts().get(0).release())
                .containsExactly(new Clause(List.of("NATO")), new Clause(List.of("NLD/ssa-centre")));
    }

    @Test
    void modesDoNotMix() throws Exception {
        SecurityLabel real = LabelNotation.parse("{NLD: secret, owner: NLD}", SPIFS);
        SecurityLabel exercise = LabelNotation.parse("{NLD: secret, owner: NLD, mode: EXERCISE}", SPIFS);

        LabelException refusal =
                catchThrowableOfType(LabelException.class, () -> SecurityLabel.join(List.of(real, exercise)));

        assertThat(refusal).hasMessage("data_mode: `EXERCISE` does not mix with `REAL` (expected: REAL)");
        assertThat(refusal.reason()).isEqualTo(LabelException.Reason.INCOMPATIBLE);
    }

    @Test
    void timesOfAJoinAreTheLatestCreationAndTheEarliestReview() throws Exception {
        SecurityLabel joined = SecurityLabel.join(List.of(
                LabelNotation.parse(
                        "{NLD: secret, owner: NLD, created: 2026-01-01T00:00:00Z, review: 2030-01-01T00:00:00Z}",
                        SPIFS),
                LabelNotation.parse("{NLD: secret, owner: NLD, created: 2026-02-01T00:00:00Z}", SPIFS)));

        assertThat(joined.created()).isEqualTo(Instant.parse("2026-02-01T00:00:00Z"));
        assertThat(joined.review()).isEqualTo(Instant.parse("2030-01-01T00:00:00Z"));
    }

    private static void lawsOf(SecurityLabel a, SecurityLabel b) throws LabelException {
        SecurityLabel ab = SecurityLabel.join(List.of(a, b));
        assertThat(SecurityLabel.join(List.of(b, a))).isEqualTo(ab);
        assertThat(SecurityLabel.join(List.of(a, a))).isEqualTo(a);
        assertThat(ab.dominates(a)).isTrue();
        assertThat(ab.dominates(b)).isTrue();
        // an upper bound of both is above their join: it is the least one
        if (a.dominates(b)) {
            assertThat(ab.parts()).isEqualTo(a.parts());
        }
    }

    private static SecurityLabel any(SplittableRandom random) throws Exception {
        List<String> policies = List.of("NATO", "EU", "NLD");
        StringBuilder out = new StringBuilder("{");
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            out.append(policies.get(i)).append(": {level: ");
            out.append(List.of("unclassified", "restricted", "confidential", "secret", "top-secret")
                    .get(random.nextInt(5)));
            if (random.nextInt(3) > 0) {
                out.append(", rel: [");
                out.append(random.nextInt(3) == 0 ? "[NATO, EU], [NLD, COMMERCIAL]" : "NATO, DEU, FRA/cosmos");
                out.append("]");
            }
            out.append(i == 0 && random.nextBoolean() ? ", with: [atomal], info: [staff]" : "")
                    .append("}, ");
        }
        out.append("owner: [")
                .append(random.nextBoolean() ? "NLD" : "DEU/gssac")
                .append(", EU]}");
        return LabelNotation.parse(out.toString(), SPIFS);
    }
}
