package nl.sluis.gateway.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.encounter.CollisionProbability;
import nl.sluis.policy.decide.Coarsening;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionState;
import nl.sluis.proto.v1.ConjunctionUrgency;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.OrbitDetermination;
import nl.sluis.proto.v1.ProbabilitySensitivity;
import nl.sluis.proto.v1.ProbabilityTrend;
import nl.sluis.proto.v1.ProbabilityValidity;
import nl.sluis.proto.v1.Proximity;
import nl.sluis.proto.v1.ScreeningVolume;
import nl.sluis.proto.v1.Track;
import org.junit.jupiter.api.Test;

/** A coarse product tells nothing of the true orbit, is the same whenever it is made, and never under-states a risk. */
class CoarseProductsTest {
    private static final long SEED = 20251126;
    private static final int ENCOUNTERS = 120;
    private static final Instant TCA = Instant.parse("2026-03-02T07:11:13.123456789Z");
    private static final Instant RECEIVED = Instant.parse("2026-03-01T00:00:00Z");
    private static final double SIGMA_M = 1_000;
    private static final double RADIUS_M = 15;

    private final CoarseProducts coarse = new CoarseProducts(new Coarsening(new byte[32], 90 * 86_400));
    private final Random random = new Random(SEED);

    @Test
    void aConjunctionKeepsABoundNotBelowTheTrueProbabilityNorBelowWhatItsOwnContentGives() {
        int likely = 0;
        for (int i = 0; i < ENCOUNTERS; i++) {
            ConjunctionWarning truth = encounter();
            ConjunctionWarning seen = conjunction(truth, SIGMA_M);
            assertThat(seen.getProbability().getValue())
                    .as("seed %d, encounter %d", SEED, i)
                    .isGreaterThanOrEqualTo(truth.getProbability().getValue())
                    .isGreaterThanOrEqualTo(probability(seen));
            likely += truth.getProbability().getValue() > 1e-6 ? 1 : 0;
        }
        assertThat(likely).as("encounters that matter").isGreaterThan(ENCOUNTERS / 4);
    }

    @Test
    void everythingInAConjunctionDerivesFromTheDisplacedStates() {
        for (int i = 0; i < 20; i++) {
            ConjunctionWarning seen = conjunction(encounter(), SIGMA_M);
            OrbitState one = OrbitMessages.state(seen.getObject1().getState());
            OrbitState two = OrbitMessages.state(seen.getObject2().getState());
            assertThat(Times.instant(seen.getTca())).isEqualTo(one.epoch()).isEqualTo(two.epoch());
            assertThat(seen.getMissDistanceM())
                    .isCloseTo(two.positionM().minus(one.positionM()).norm(), within(1e-6));
            assertThat(seen.getRelativeSpeedMS())
                    .isCloseTo(two.velocityMps().minus(one.velocityMps()).norm(), within(1e-9));
            assertThat(OrbitMessages.vector(seen.getRelativePositionRtnM()).norm())
                    .isCloseTo(seen.getMissDistanceM(), within(1e-6));
        }
    }

    @Test
    void noNumberOfTheTrueOrbitStays() {
        ConjunctionWarning truth = encounter();
        Set<Double> secret = new HashSet<>();
        numbers(truth, secret);
        Set<Double> told = new HashSet<>();
        ConjunctionWarning seen = conjunction(truth, SIGMA_M);
        numbers(seen, told);
        told.retainAll(secret);
        // what is no orbit: the hard-body radius, off-diagonal zeros, the size of the screened volume
        assertThat(told).isSubsetOf(RADIUS_M, 0.0, 5_000.0);
        assertThat(seen.getConjunctionId()).isNotEqualTo(truth.getConjunctionId());
        assertThat(seen.getTca()).isNotEqualTo(truth.getTca());
        assertThat(seen.getCommentsCount()).isZero();
        assertThat(seen.getScreeningVolume().hasEntry()).isFalse();
        assertThat(seen.getObject1().hasOrbitDetermination()).isFalse();
    }

    @Test
    void theSameProductIsTheSameWheneverItIsMadeAndTiersDiffer() {
        Track truth = track();
        Message first = made(truth, SIGMA_M, RECEIVED);
        assertThat(made(truth, SIGMA_M, RECEIVED)).isEqualTo(first);
        assertThat(made(truth, 5 * SIGMA_M, RECEIVED)).isNotEqualTo(first);
        assertThat(made(truth, SIGMA_M, RECEIVED.plus(Duration.ofDays(90)))).isNotEqualTo(first);
    }

    @Test
    void manyReleasesOfOneBucketAverageToTheDisplacedOrbitAndNotToTheTrueOne() {
        Vector3 sum = new Vector3(0, 0, 0);
        int releases = 50;
        for (int i = 0; i < releases; i++) {
            // each release comes from a fit of its own, a few metres beside the others
            Track truth = track(draw(5));
            Track seen = (Track) made(truth, SIGMA_M, RECEIVED.plusSeconds(i));
            sum = sum.plus(OrbitMessages.vector(seen.getState().getPositionM())
                    .minus(OrbitMessages.vector(truth.getState().getPositionM())));
        }
        Vector3 once = OrbitMessages.vector(
                        ((Track) made(track(), SIGMA_M, RECEIVED)).getState().getPositionM())
                .minus(OrbitMessages.vector(track().getState().getPositionM()));
        assertThat(sum.times(1.0 / releases).norm()).isCloseTo(once.norm(), within(0.01 * once.norm()));
        assertThat(once.norm()).isGreaterThan(0.1 * SIGMA_M);
    }

    @Test
    void aTrackOwnsUpToItsAccuracyAndSaysNothingOfItsMaking() {
        Track seen = (Track) made(track(), SIGMA_M, RECEIVED);
        assertThat(seen.getCovariance().getInflated()).isTrue();
        assertThat(seen.getCovariance().getLowerTriangle(0)).isGreaterThan(SIGMA_M * SIGMA_M);
        assertThat(seen.getQuality().getPositionSigmaM()).isGreaterThan(SIGMA_M);
        assertThat(seen.getQuality().getResidualsCount()).isZero();
        assertThat(seen.getQuality().getWeightedRms()).isZero();
    }

    @Test
    void anEphemerisAndATrackOfOneObjectLieOnOneOrbit() {
        Track truth = track();
        Ephemeris table = Ephemeris.newBuilder()
                .setObject(truth.getObject())
                .addStates(truth.getState())
                .build();
        Ephemeris seen = (Ephemeris) made(table, SIGMA_M, RECEIVED);
        Track track = (Track) made(truth, SIGMA_M, RECEIVED);
        assertThat(OrbitMessages.vector(seen.getStates(0).getPositionM())
                        .minus(OrbitMessages.vector(track.getState().getPositionM()))
                        .norm())
                .isLessThan(1e-3);
    }

    @Test
    void aWarningTellsNothingOfTheTrueProbabilityAndItsHistory() {
        ConjunctionWarning truth = encounter().toBuilder()
                .setRelativePositionSigmaRtnM(
                        nl.sluis.proto.v1.Vector3.newBuilder().setX(31).setY(41).setZ(59))
                .addSensitivities(ProbabilitySensitivity.newBuilder()
                        .setRadiusFactor(2)
                        .setSigmaFactor(1)
                        .setValue(3e-5))
                .setState(ConjunctionState.CONJUNCTION_STATE_AHEAD)
                .setUrgency(ConjunctionUrgency.CONJUNCTION_URGENCY_CRITICAL)
                .setTrend(ProbabilityTrend.PROBABILITY_TREND_RISING)
                .build();

        ConjunctionWarning seen = conjunction(truth, SIGMA_M);

        assertThat(seen.getSensitivitiesList()).isEmpty();
        assertThat(seen.getTrend()).isEqualTo(ProbabilityTrend.PROBABILITY_TREND_UNSPECIFIED);
        assertThat(seen.getUrgency()).isEqualTo(ConjunctionUrgency.CONJUNCTION_URGENCY_UNSPECIFIED);
        assertThat(seen.getState()).isEqualTo(ConjunctionState.CONJUNCTION_STATE_AHEAD);
        assertThat(seen.getRelativePositionSigmaRtnM().getX()).isGreaterThan(SIGMA_M);
        assertThat(seen.getProbability().getReasonsList()).hasSize(1);
        assertThat(seen.getProbability().getValidity()).isEqualTo(ProbabilityValidity.PROBABILITY_VALIDITY_DOUBTFUL);
    }

    @Test
    void whatCannotBeMadeCoarseIsNotMade() {
        assertThat(coarse.of(Proximity.getDefaultInstance(), SIGMA_M, RECEIVED)).isEmpty();
        assertThat(coarse.of(Ephemeris.getDefaultInstance(), SIGMA_M, RECEIVED)).isEmpty();
        assertThat(coarse.of(track().toBuilder().clearObject().build(), SIGMA_M, RECEIVED))
                .isEmpty();
        assertThat(coarse.of(track().toBuilder().clearState().build(), SIGMA_M, RECEIVED))
                .isEmpty();
        assertThat(coarse.of(encounter().toBuilder().clearObject2().build(), SIGMA_M, RECEIVED))
                .isEmpty();
    }

    private Message made(Message truth, double sigmaM, Instant received) {
        return coarse.of(truth, sigmaM, received).orElseThrow();
    }

    private ConjunctionWarning conjunction(ConjunctionWarning truth, double sigmaM) {
        return (ConjunctionWarning) made(truth, sigmaM, RECEIVED);
    }

    private static void numbers(Message message, Set<Double> into) {
        for (var field : message.getAllFields().entrySet()) {
            List<?> values = field.getKey().isRepeated() ? (List<?>) field.getValue() : List.of(field.getValue());
            for (Object value : values) {
                if (value instanceof Message inner) {
                    if (field.getKey().getMessageType().getFile().getPackage().startsWith("sluis.")) {
                        numbers(inner, into);
                    }
                } else if (field.getKey().getJavaType() == FieldDescriptor.JavaType.DOUBLE) {
                    into.add((Double) value);
                }
            }
        }
    }

    private static Track track() {
        return track(new Vector3(0, 0, 0));
    }

    private static Track track(Vector3 error) {
        OrbitState state = new OrbitState(
                TCA,
                Frame.GCRF,
                new Vector3(-1_200_000, 5_900_000, 3_400_000).plus(error),
                new Vector3(-5_300, -3_300, 4_100));
        Track.Builder track = Track.newBuilder()
                .setObject(ObjectReference.newBuilder().setCatalogueNumber(41001))
                .setState(OrbitMessages.state(state))
                .setCovariance(OrbitMessages.covariance(nl.sluis.proto.v1.Frame.FRAME_GCRF, diagonal(30, 0.03)))
                .addComments("true sigma 30 m");
        track.getQualityBuilder().setPositionSigmaM(52).setWeightedRms(1.1).addResidualsBuilder();
        return track.build();
    }

    /** An encounter of the size that warnings are about: misses of metres to a kilometre, sigmas of ten to some hundreds. */
    private ConjunctionWarning encounter() {
        double miss = Math.pow(10, 3 * random.nextDouble());
        OrbitState one = new OrbitState(
                TCA, Frame.GCRF, new Vector3(-1_200_000, 5_900_000, 3_400_000), new Vector3(-5_300, -3_300, 4_100));
        OrbitState two = new OrbitState(
                TCA, Frame.GCRF, one.positionM().plus(draw(miss)), new Vector3(5_100, -3_000, 4_600).plus(draw(200)));
        ConjunctionWarning.Builder warning = ConjunctionWarning.newBuilder()
                .setConjunctionId("41001 42001 " + TCA)
                .setTca(Times.timestamp(TCA))
                .setMissDistanceM(two.positionM().minus(one.positionM()).norm())
                .setRelativeSpeedMS(two.velocityMps().minus(one.velocityMps()).norm())
                .setMahalanobisDistance(1.7)
                .setApproachAngleRad(1.234)
                .setScreeningVolume(ScreeningVolume.newBuilder()
                        .setEntry(Times.timestamp(TCA.minusMillis(300)))
                        .setSizeM(nl.sluis.proto.v1.Vector3.newBuilder().setX(5_000)))
                .setObject1(object(41001, one))
                .setObject2(object(42001, two))
                .addComments("miss distance " + miss);
        warning.getProbabilityBuilder().setHardBodyRadiusM(RADIUS_M);
        warning.getProbabilityBuilder().setValue(probability(warning.build()));
        return warning.build();
    }

    private ConjunctionObject object(int number, OrbitState state) {
        double sigma = 10 * Math.pow(10, 1.5 * random.nextDouble());
        return ConjunctionObject.newBuilder()
                .setObject(ObjectReference.newBuilder().setCatalogueNumber(number))
                .setState(OrbitMessages.state(state))
                .setCovariance(
                        OrbitMessages.covariance(nl.sluis.proto.v1.Frame.FRAME_RTN, diagonal(sigma, sigma / 1e3)))
                .setOrbitDetermination(OrbitDetermination.newBuilder().setWeightedRms(1.03))
                .addComments("sigma " + sigma)
                .build();
    }

    private static double probability(ConjunctionWarning warning) {
        return CollisionProbability.compute(
                        OrbitMessages.state(warning.getObject1().getState()),
                        matrix(warning.getObject1()),
                        OrbitMessages.state(warning.getObject2().getState()),
                        matrix(warning.getObject2()),
                        RADIUS_M,
                        "test")
                .orElseThrow()
                .probability();
    }

    private static SymmetricMatrix matrix(ConjunctionObject object) {
        return SymmetricMatrix.ofLowerTriangle(
                6,
                object.getCovariance().getLowerTriangleList().stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray());
    }

    private static SymmetricMatrix diagonal(double positionM, double velocityMps) {
        double[][] rows = new double[6][6];
        for (int i = 0; i < 3; i++) {
            rows[i][i] = positionM * positionM * (1 + 0.1 * i);
            rows[i + 3][i + 3] = velocityMps * velocityMps * (1 + 0.1 * i);
        }
        return SymmetricMatrix.of(rows);
    }

    private Vector3 draw(double size) {
        return new Vector3(random.nextGaussian(), random.nextGaussian(), random.nextGaussian()).times(size);
    }
}
