package nl.sluis.policy.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.label.Spifs;
import nl.sluis.policy.rule.Rule;
import nl.sluis.policy.rule.To;
import nl.sluis.policy.rule.What;
import nl.sluis.policy.text.Position;
import nl.sluis.proto.v1.CollisionProbability;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionUrgency;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.OrbitDetermination;
import nl.sluis.proto.v1.ProbabilitySensitivity;
import nl.sluis.proto.v1.ProbabilityTrend;
import nl.sluis.proto.v1.Sensitivity;
import nl.sluis.proto.v1.Vector3;
import org.junit.jupiter.api.Test;

class ObligationsTest {
    private static final ConjunctionWarning WARNING = ConjunctionWarning.newBuilder()
            .setMessageId("m-1")
            .setOriginator("NLD")
            .setTca(Timestamp.newBuilder().setSeconds(1_700_000_077).setNanos(5))
            .setMissDistanceM(187.5)
            .setProbability(CollisionProbability.newBuilder().setValue(3.2e-5))
            .setObject1(ConjunctionObject.newBuilder()
                    .setObject(ObjectReference.newBuilder().setCatalogueNumber(25544))
                    .setOrbitDetermination(OrbitDetermination.newBuilder().setObservationsUsed(41))
                    .addComments("from radar 3"))
            .addComments("made by hand")
            .build();

    @Test
    void aDowngradeKeepsTheNamedFieldsAloneAndNeverUnderstatesRisk() throws Exception {
        ConjunctionWarning out = (ConjunctionWarning) redacted(
                WARNING,
                obligations(
                        Set.of(),
                        Set.of(),
                        Map.of(
                                "tca", OptionalDouble.of(60),
                                "miss_distance", OptionalDouble.of(100),
                                "probability", OptionalDouble.of(1e-5),
                                "objects", OptionalDouble.empty())));

        assertThat(out)
                .isEqualTo(ConjunctionWarning.newBuilder()
                        .setTca(Timestamp.newBuilder().setSeconds(1_700_000_040))
                        .setMissDistanceM(100)
                        .setProbability(CollisionProbability.newBuilder().setValue(4e-5))
                        .setObject1(ConjunctionObject.newBuilder()
                                .setObject(ObjectReference.newBuilder().setCatalogueNumber(25544)))
                        .build());
    }

    @Test
    void fieldsGoByPathAndBySensitivityAtEveryDepth() throws Exception {
        ConjunctionWarning out = (ConjunctionWarning) redacted(
                WARNING,
                obligations(
                        Set.of("object1.orbit_determination", "originator"),
                        Set.of(Sensitivity.SENSITIVITY_TEXT),
                        null));

        assertThat(out.getOriginator()).isEmpty();
        assertThat(out.getObject1().hasOrbitDetermination()).isFalse();
        assertThat(out.getCommentsList()).isEmpty();
        assertThat(out.getObject1().getCommentsList()).isEmpty();
        assertThat(out.getMissDistanceM()).isEqualTo(187.5);
    }

    @Test
    void howWellAMissIsKnownGoesWithTheAccuracyAndNotWithTheProbability() throws Exception {
        ConjunctionWarning told = WARNING.toBuilder()
                .setRelativePositionSigmaRtnM(Vector3.newBuilder().setX(31))
                .setMahalanobisDistance(1.7)
                .addSensitivities(
                        ProbabilitySensitivity.newBuilder().setRadiusFactor(2).setValue(6e-5))
                .setTrend(ProbabilityTrend.PROBABILITY_TREND_RISING)
                .setUrgency(ConjunctionUrgency.CONJUNCTION_URGENCY_OBSERVE)
                .build();

        ConjunctionWarning inaccurate = (ConjunctionWarning)
                redacted(told, obligations(Set.of(), Set.of(Sensitivity.SENSITIVITY_ACCURACY), null));
        ConjunctionWarning withoutOrbit =
                (ConjunctionWarning) redacted(told, obligations(Set.of(), Set.of(Sensitivity.SENSITIVITY_ORBIT), null));

        assertThat(inaccurate)
                .isEqualTo(told.toBuilder()
                        .clearRelativePositionSigmaRtnM()
                        .clearMahalanobisDistance()
                        .clearSensitivities()
                        .setObject1(told.getObject1().toBuilder().clearOrbitDetermination())
                        .build());
        assertThat(withoutOrbit.hasProbability()).isFalse();
        assertThat(withoutOrbit.getTrend()).isEqualTo(ProbabilityTrend.PROBABILITY_TREND_UNSPECIFIED);
        assertThat(withoutOrbit.getUrgency()).isEqualTo(ConjunctionUrgency.CONJUNCTION_URGENCY_UNSPECIFIED);
    }

    @Test
    void unknownFieldsNeverLeave() throws Exception {
        UnknownFieldSet unknown = UnknownFieldSet.newBuilder()
                .addField(999, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();
        ConjunctionWarning dirty = WARNING.toBuilder()
                .setUnknownFields(unknown)
                .setObject1(WARNING.getObject1().toBuilder().setUnknownFields(unknown))
                .build();

        assertThat(redacted(dirty, obligations(Set.of(), Set.of(), null))).isEqualTo(WARNING);
    }

    @Test
    void attributionCanBeMaskedInTheLabelToo() throws Exception {
        assertThat(Redaction.label(obligations(Set.of("label.owners"), Set.of(), null))
                        .getOwnersCount())
                .isZero();
    }

    @Test
    void coarseningIsTheSameForWhoeverAsksUntilTheBucketEnds() {
        Coarsening coarsening =
                new Coarsening("0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8), 86_400);
        Instant at = Instant.parse("2026-03-01T12:00:00Z");
        Coarsening.Offsets offsets = coarsening.offsets("25544", 1000, at);

        assertThat(coarsening.offsets("25544", 1000, offsets.bucketStart())).isEqualTo(offsets);
        assertThat(coarsening.offsets("25544", 1000, offsets.bucketEnd().minusNanos(1)))
                .isEqualTo(offsets);
        assertThat(coarsening.offsets("25544", 1000, offsets.bucketEnd())).isNotEqualTo(offsets);
        assertThat(coarsening.offsets("25544", 5000, at).alongTrackM()).isNotEqualTo(5 * offsets.alongTrackM());
        assertThat(coarsening.offsets("25545", 1000, at)).isNotEqualTo(offsets);
    }

    @Test
    void offsetsHaveTheTiersSpreadAndTheCovarianceCoversThem() {
        Coarsening coarsening =
                new Coarsening("0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8), 86_400);
        double sum = 0;
        int count = 4_000;
        for (int i = 0; i < count; i++) {
            Coarsening.Offsets offsets = coarsening.offsets(Integer.toString(i), 1000, Instant.EPOCH);
            assertThat(Math.abs(offsets.alongTrackM())).isLessThanOrEqualTo(1000 * Math.sqrt(3));
            assertThat(Math.abs(offsets.driftMPerS()) * 86_400).isLessThanOrEqualTo(250);
            sum += offsets.alongTrackM() * offsets.alongTrackM();
        }
        // variance of a uniform of standard deviation 1000 m: relative error 0.9/sqrt(4000) = 1.4 %
        assertThat(Math.sqrt(sum / count)).isBetween(950.0, 1050.0);
    }

    @Test
    void aCoarseProbabilityIsNeverBelowTheTrueOne() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 10_000; i++) {
            double probability = Math.pow(10, -25 * random.nextDouble());
            double bound = Coarsening.probabilityBound(probability);
            assertThat(bound).isGreaterThanOrEqualTo(probability).isBetween(1e-20, 1.0);
            assertThat(bound).isLessThanOrEqualTo(Math.max(1e-20, probability * 10.000001));
        }
        assertThat(Coarsening.probabilityBound(0)).isEqualTo(1e-20);
        assertThat(Coarsening.probabilityBound(Double.NaN)).isEqualTo(1);
    }

    @Test
    void overAQuotaAnItemIsHeldUntilTheWindowMoves() {
        Position at = Position.of("test");
        Rule.Quota items = new Rule.Quota(new Rule.Head("q", What.anything(at), To.everyone(at), "", at), 2, 60, false);
        QuotaLedger ledger = new QuotaLedger();

        assertThat(ledger.tryCount("acme", "host", items, "1", 0)).isTrue();
        assertThat(ledger.tryCount("acme", "host", items, "1", 1_000)).isTrue();
        assertThat(ledger.tryCount("acme", "host", items, "1", 2_000)).isFalse();
        assertThat(ledger.tryCount("other", "host", items, "1", 2_000)).isTrue();
        assertThat(ledger.tryCount("acme", "host", items, "1", 60_000)).isTrue();

        Rule.Quota objects =
                new Rule.Quota(new Rule.Head("o", What.anything(at), To.everyone(at), "", at), 1, 60, true);
        assertThat(ledger.tryCount("acme", "host", objects, "1", 0)).isTrue();
        assertThat(ledger.tryCount("acme", "host", objects, "1", 1)).isTrue();
        assertThat(ledger.tryCount("acme", "host", objects, "2", 2)).isFalse();
    }

    private static Message redacted(Message payload, Obligations obligations) {
        return Redaction.apply(
                payload,
                obligations,
                object -> object.getCatalogueNumber() == 25544
                        ? Set.of("stations", "crewed")
                        : object.getCatalogueNumber() == 40000 ? Set.of("debris") : Set.of());
    }

    @Test
    void anObjectOfAGroupIsWithheldWithAllThatTellsWhereItIsAndTheMessageSaysSo() throws Exception {
        ConjunctionWarning pair = WARNING.toBuilder()
                .clearComments()
                .setObject2(ConjunctionObject.newBuilder()
                        .setObject(ObjectReference.newBuilder().setCatalogueNumber(40000)))
                .setRelativePositionRtnM(Vector3.newBuilder().setX(31))
                .setRelativeSpeedMS(7_000)
                .build();

        assertThat(redacted(pair, obligations(Set.of("grouped_objects:crewed+hva"), Set.of(), null)))
                .isEqualTo(pair.toBuilder()
                        .clearObject1()
                        .clearRelativePositionRtnM()
                        .clearRelativeSpeedMS()
                        .setObjectWithheld(true)
                        .build());
        assertThat(redacted(pair, obligations(Set.of("grouped_objects:hva"), Set.of(), null)))
                .isEqualTo(pair);
        ConjunctionWarning unknown = pair.toBuilder()
                .setObject2(ConjunctionObject.newBuilder()
                        .setObject(ObjectReference.newBuilder().setCatalogueNumber(50000)))
                .build();
        assertThat(((ConjunctionWarning) redacted(unknown, obligations(Set.of("grouped_objects:hva"), Set.of(), null)))
                        .hasObject2())
                .isFalse();
        assertThat(redacted(pair, obligations(Set.of("object2"), Set.of(), null)))
                .isEqualTo(
                        pair.toBuilder().clearObject2().setObjectWithheld(true).build());
    }

    private static Obligations obligations(
            Set<String> redact, Set<Sensitivity> sensitivities, Map<String, OptionalDouble> keep) throws Exception {
        SecurityLabel label = LabelNotation.parse("{NATO: restricted, rel: [NATO], owner: NLD}", Spifs.standard());
        return new Obligations(redact, sensitivities, 0, 0, keep, label);
    }

    @Test
    void theOrderOfObligationsIsOneOfNames() throws Exception {
        assertThat(obligations(Set.of("b", "a"), Set.of(Sensitivity.SENSITIVITY_TEXT), null)
                        .toString())
                .isEqualTo("redact=TEXT,a,b");
        assertThat(List.of(obligations(Set.of(), Set.of(), null).isNone())).containsExactly(true);
    }
}
