package nl.sluis.gateway.hazard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Thresholds;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.RedisJournal;
import nl.sluis.gateway.store.RedisProcess;
import nl.sluis.gateway.store.RedisSettings;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.Solution;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.determination.Propagation;
import nl.sluis.orbit.encounter.MissThresholds;
import nl.sluis.orbit.encounter.ObjectSizes;
import nl.sluis.proto.v1.ConjunctionState;
import nl.sluis.proto.v1.ConjunctionUrgency;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.Frame;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.ProbabilityTrend;
import nl.sluis.proto.v1.Track;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Two orbits that fusion made meet; who knows both is warned, and told how the encounter goes on. */
class HazardsTest {
    private static final Instant EPOCH = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant TCA = EPOCH.plus(Duration.ofMinutes(40));
    private static final double RADIUS_M = 7_000_000;
    private static final double SPEED_MPS = 7_546;
    private static final double SIGMA_M = 100;

    private static OrbitState one;
    private static OrbitState near;
    private static OrbitState far;

    @TempDir
    Path folder;

    private Journal journal;
    private Hazards hazards;
    private Instant now = EPOCH.plusSeconds(10);
    private long position;

    @BeforeAll
    static void orbits() {
        OrekitData.load();
        one = before(new Vector3(RADIUS_M, 0, 0), new Vector3(0, SPEED_MPS, 0));
        near = before(new Vector3(RADIUS_M + 150, 0, 0), new Vector3(0, 0.5 * SPEED_MPS, 0.866 * SPEED_MPS));
        far = before(new Vector3(RADIUS_M + 80_000, 0, 0), new Vector3(0, 0.5 * SPEED_MPS, 0.866 * SPEED_MPS));
    }

    /** Where an object comes from that is here at the time of closest approach. */
    private static OrbitState before(Vector3 positionM, Vector3 velocityMps) {
        OrbitState there = new OrbitState(TCA, nl.sluis.orbit.Frame.GCRF, positionM, velocityMps);
        return Propagation.states(there, ForceModel.forOrbit(there), List.of(EPOCH))
                .get(0);
    }

    @BeforeEach
    void open() throws Exception {
        InstantSource clock = () -> now;
        journal = EmbeddedJournal.open(folder.resolve("journal"), clock, StoreLimits.DEFAULT);
        hazards = new Hazards(
                elements -> new ElementScreening.Found(List.of(), List.of()),
                new OneOnAll(Duration.ofHours(2), MissThresholds.of(5_000), new SimpleMeterRegistry()),
                ObjectSizes.NONE,
                audience -> new Thresholds(1e-7, 1e-2),
                sources -> Optional.of(sources.get(0)),
                clock,
                journal);
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private static Solution track(
            int number, OrbitState state, String contribution, Instant received, String... audiences) {
        double[][] rtn = new double[6][6];
        for (int i = 0; i < 3; i++) {
            rtn[i][i] = SIGMA_M * SIGMA_M;
            rtn[i + 3][i + 3] = 0.01 * 0.01;
        }
        return Solution.newBuilder()
                .setBasis(Basis.newBuilder()
                        .addAllAudiences(List.of(audiences))
                        .addContributionIds(contribution)
                        .setLabel(Label.newBuilder().setDataMode(DataMode.DATA_MODE_REAL))
                        .addSourceLabels(Label.newBuilder().setDataMode(DataMode.DATA_MODE_REAL))
                        .setReceived(Times.timestamp(received)))
                .setTrack(Track.newBuilder()
                        .setObject(ObjectReference.newBuilder()
                                .setCatalogueNumber(number)
                                .setName("OBJECT " + number))
                        .setState(OrbitMessages.state(state))
                        .setCovariance(OrbitMessages.covariance(
                                OrbitMessages.frame(state.frame()), LocalAxes.fromRtn(state, SymmetricMatrix.of(rtn)))))
                .build();
    }

    private List<StoredProduct> handle(Solution solution) throws Exception {
        journal.append(LogName.SOLUTIONS, NewEntry.of(solution.toByteArray())).join();
        position = journal.watermark(LogName.SOLUTIONS);
        return stored(
                hazards.handle(journal.read(LogName.SOLUTIONS, position, 1).get(0)));
    }

    private List<StoredProduct> later(Duration time) throws Exception {
        now = now.plus(time);
        return hazards.isStale() ? stored(hazards.refresh()) : List.of();
    }

    private static List<StoredProduct> stored(List<NewEntry> entries) throws Exception {
        List<StoredProduct> stored = new ArrayList<>();
        for (NewEntry entry : entries) {
            StoredProduct product = StoredProduct.parseFrom(entry.payload());
            if (product.getProduct().hasConjunction()) {
                stored.add(product);
            }
        }
        return stored;
    }

    private static List<StoredProduct> to(List<StoredProduct> products, String audience) {
        return products.stream()
                .filter(product -> product.getBasis().getAudiencesList().contains(audience))
                .toList();
    }

    private static ConjunctionWarning only(List<StoredProduct> products) {
        assertThat(products).hasSize(1);
        return products.get(0).getProduct().getConjunction();
    }

    @Test
    void who_knows_both_orbits_is_warned_with_all_that_a_pilot_asks() throws Exception {
        assertThat(handle(track(1, one, "c1", now, "a", "b"))).isEmpty();
        List<StoredProduct> made = handle(track(2, near, "c2", now, "a"));

        ConjunctionWarning warning = only(to(made, "a"));
        assertThat(to(made, "b")).isEmpty();
        assertThat(Duration.between(Times.instant(warning.getTca()), TCA).abs()).isLessThan(Duration.ofMillis(200));
        assertThat(warning.getMissDistanceM()).isCloseTo(150, within(5.0));
        assertThat(warning.getState()).isEqualTo(ConjunctionState.CONJUNCTION_STATE_AHEAD);
        assertThat(warning.getProbability().getValue()).isBetween(1e-6, 1e-2);
        assertThat(warning.getMaximumProbability().getValue())
                .isGreaterThanOrEqualTo(warning.getProbability().getValue());
        assertThat(warning.getUrgency()).isEqualTo(ConjunctionUrgency.CONJUNCTION_URGENCY_OBSERVE);
        assertThat(warning.getProbability().getHardBodyRadiusSource()).contains("assumed for a payload");
        assertThat(warning.getSensitivitiesList()).hasSize(4);
        assertThat(warning.getRelativePositionSigmaRtnM().getX()).isGreaterThan(SIGMA_M);
        assertThat(warning.getObject1().getCovariance().getFrame()).isEqualTo(Frame.FRAME_RTN);
        assertThat(warning.getObject2().getState().getFrame()).isEqualTo(Frame.FRAME_EME2000);
    }

    @Test
    void others_are_offered_each_message_alone() throws Exception {
        handle(track(1, one, "c1", now, "a"));
        List<StoredProduct> made = handle(track(2, near, "c2", now, "a"));

        StoredProduct alone = made.stream()
                .filter(product -> product.getBasis().getAudiencesCount() == 0)
                .findFirst()
                .orElseThrow();
        assertThat(alone.getBasis().getBesideList()).containsExactly("a");
        assertThat(alone.getBasis().getContributionIdsList()).containsExactly("c2", "c1");
        assertThat(alone.getProduct().getVersion()).isEqualTo(1);
        assertThat(alone.getProduct().getConjunction().getConjunctionId())
                .isNotEqualTo(only(to(made, "a")).getConjunctionId());
    }

    @Test
    void an_orbit_that_says_nothing_new_is_not_screened_and_no_orbit_more_than_once_a_minute() throws Exception {
        handle(track(1, one, "c1", now, "a"));
        String event = only(to(handle(track(2, near, "c2", now, "a")), "a")).getConjunctionId();
        // far below the threshold to observe, so that only movement counts
        hazardsWith(audience -> new Thresholds(0.5, 0.9));
        handle(track(1, one, "c1", now, "a"));
        handle(track(2, near, "c2", now, "a"));

        assertThat(handle(track(2, near, "c3", now.plusSeconds(20), "a"))).isEmpty();
        OrbitState moved = new OrbitState(
                near.epoch(), near.frame(), near.positionM().plus(new Vector3(0, 0, 90)), near.velocityMps());
        assertThat(handle(track(2, moved, "c4", now.plusSeconds(30), "a"))).isEmpty();
        assertThat(later(Duration.ofSeconds(59))).isEmpty();

        List<StoredProduct> due = to(later(Duration.ofSeconds(1)), "a");
        ConjunctionWarning second = only(due);
        assertThat(due.get(0).getProduct().getVersion()).isEqualTo(2);
        assertThat(due.get(0).getProduct().getSupersedes()).isNotEmpty();
        assertThat(second.getConjunctionId()).isEqualTo(event);
        assertThat(second.getTrend()).isNotEqualTo(ProbabilityTrend.PROBABILITY_TREND_UNSPECIFIED);
    }

    private void hazardsWith(Function<String, Thresholds> thresholds) throws Exception {
        hazardsWith(thresholds, ObjectSizes.NONE);
    }

    private void hazardsWith(Function<String, Thresholds> thresholds, ObjectSizes sizes) throws Exception {
        hazards = new Hazards(
                elements -> new ElementScreening.Found(List.of(), List.of()),
                new OneOnAll(Duration.ofHours(2), MissThresholds.of(5_000), new SimpleMeterRegistry()),
                sizes,
                thresholds,
                sources -> Optional.of(sources.get(0)),
                () -> now,
                journal);
    }

    @Test
    void an_encounter_that_newer_orbits_do_not_find_is_cleared_once() throws Exception {
        handle(track(1, one, "c1", now, "a"));
        ConjunctionWarning first = only(to(handle(track(2, near, "c2", now, "a")), "a"));
        now = now.plusSeconds(120);

        List<StoredProduct> made = to(handle(track(2, far, "c3", now, "a")), "a");
        ConjunctionWarning last = only(made);
        assertThat(last.getState()).isEqualTo(ConjunctionState.CONJUNCTION_STATE_CLEARED);
        assertThat(last.getConjunctionId()).isEqualTo(first.getConjunctionId());
        assertThat(last.getPreviousMessageId()).isEqualTo(first.getMessageId());
        assertThat(made.get(0).getProduct().getVersion()).isEqualTo(2);
        assertThat(later(Duration.ofHours(1))).isEmpty();
    }

    @Test
    void an_encounter_that_has_passed_is_told_so_once() throws Exception {
        handle(track(1, one, "c1", now, "a", "b"));
        handle(track(2, near, "c2", now, "a", "b"));

        // not at once: the moment would tell the time
        assertThat(later(Duration.ofMinutes(39))).isEmpty();
        List<StoredProduct> made = later(Duration.ofMinutes(11));
        assertThat(only(made).getState()).isEqualTo(ConjunctionState.CONJUNCTION_STATE_PASSED);
        assertThat(made.get(0).getBasis().getAudiencesList()).containsExactly("a", "b");
        assertThat(later(Duration.ofHours(1))).isEmpty();
    }

    @Test
    void who_shares_a_view_changes_nothing_for_others() throws Exception {
        handle(track(1, one, "c1", now, "a"));
        List<StoredProduct> alone = to(handle(track(2, near, "c2", now, "a")), "a");
        hazardsWith(audience -> new Thresholds(1e-7, 1e-2));
        handle(track(1, one, "c1", now, "a", "b"));
        List<StoredProduct> together = to(handle(track(2, near, "c2", now, "a", "b")), "a");

        assertThat(together.get(0).getProduct()).isEqualTo(alone.get(0).getProduct());
    }

    /** The way of an object as its operator gives it, a state a minute for the length of the window. */
    private static Solution ephemeris(
            int number, OrbitState state, String contribution, Instant received, String... to) {
        Ephemeris.Builder states = Ephemeris.newBuilder()
                .setObject(
                        ObjectReference.newBuilder().setCatalogueNumber(number).setName("OBJECT " + number));
        Propagation.states(
                        state,
                        ForceModel.forOrbit(state),
                        nl.sluis.orbit.determination.Ephemeris.epochs(
                                EPOCH, EPOCH.plus(Duration.ofHours(2)), Duration.ofMinutes(1)))
                .forEach(one -> states.addStates(OrbitMessages.state(one)));
        return track(number, state, contribution, received, to).toBuilder()
                .setEphemeris(states)
                .build();
    }

    @Test
    void an_operators_ephemeris_is_screened_as_a_source_of_its_own() throws Exception {
        handle(track(1, one, "c1", now, "a"));
        ConjunctionWarning fused = only(to(handle(track(2, near, "c2", now, "a")), "a"));
        List<StoredProduct> made = to(handle(ephemeris(2, near, "c3", now, "a")), "a");

        ConjunctionWarning told = only(made);
        assertThat(told.getObject2().getEphemerisName()).isEqualTo("EXTERNAL EPHEMERIS");
        assertThat(told.getObject2().hasCovariance()).isFalse();
        assertThat(told.hasProbability()).isFalse();
        assertThat(told.getMissDistanceM()).isCloseTo(fused.getMissDistanceM(), within(1.0));
        // the same event, and a history of its own
        assertThat(told.getConjunctionId()).isEqualTo(fused.getConjunctionId());
        assertThat(told.getPreviousMessageId()).isEmpty();
        assertThat(made.get(0).getProduct().getVersion()).isEqualTo(1);
        // the whole day's ephemeris goes to all that policy lets have it
        assertThat(handle(ephemeris(3, far, "c4", now, "a"))).isEmpty();
    }

    @Test
    void what_one_source_no_longer_finds_is_not_cleared_for_another() throws Exception {
        handle(track(1, one, "c1", now, "a"));
        handle(track(2, near, "c2", now, "a"));
        handle(ephemeris(2, near, "c3", now, "a"));
        now = now.plusSeconds(120);

        List<StoredProduct> made = to(handle(track(2, far, "c4", now, "a")), "a");
        ConjunctionWarning cleared = only(made);
        assertThat(cleared.getState()).isEqualTo(ConjunctionState.CONJUNCTION_STATE_CLEARED);
        assertThat(cleared.getObject2().getEphemerisName()).isEqualTo("NONE");
        assertThat(only(to(later(Duration.ofHours(1)), "a")).getObject2().getEphemerisName())
                .isEqualTo("EXTERNAL EPHEMERIS");
    }

    @Test
    void an_ephemeris_that_an_audience_may_not_use_meets_nobody_there() throws Exception {
        handle(track(1, one, "c1", now, "a", "b"));
        List<StoredProduct> made = handle(ephemeris(2, near, "c2", now, "a"));

        assertThat(to(made, "a")).hasSize(1);
        assertThat(to(made, "b")).isEmpty();
    }

    @Test
    void an_encounter_near_the_threshold_of_one_audience_is_looked_at_again_for_that_one() throws Exception {
        // of probability 1e-6 to 1e-2: may change for who acts from 1e-4 on, and not for who does from a half on
        hazardsWith(audience -> audience.equals("a") ? new Thresholds(1e-7, 1e-2) : new Thresholds(0.5, 0.9));
        handle(track(1, one, "c1", now, "a", "b"));
        handle(track(2, near, "c2", now, "a", "b"));
        now = now.plusSeconds(120);

        List<StoredProduct> made = handle(track(2, near, "c3", now, "a", "b"));

        assertThat(only(to(made, "a")).getState()).isEqualTo(ConjunctionState.CONJUNCTION_STATE_AHEAD);
        assertThat(to(made, "b")).isEmpty();
    }

    @Test
    void a_partners_message_joins_the_encounters_of_those_who_may_use_it() throws Exception {
        handle(track(1, one, "c1", now, "a", "b"));
        List<StoredProduct> own = handle(track(2, near, "c2", now, "a", "b"));
        ConjunctionWarning found = only(to(own, "a"));
        ConjunctionWarning theirs = found.toBuilder()
                .setOriginator("CARA")
                .setConjunctionId("")
                .setMessageId("cara-1")
                .setTca(Times.timestamp(Times.instant(found.getTca()).plusSeconds(3)))
                .build();

        List<StoredProduct> made = handle(
                track(1, one, "c3", now, "a").toBuilder().setConjunction(theirs).build());

        ConjunctionWarning joined = only(to(made, "a"));
        assertThat(joined.getConjunctionId()).isEqualTo(found.getConjunctionId());
        assertThat(joined.getMessageId()).isEqualTo("cara-1");
        assertThat(joined.getPreviousMessageId()).isEmpty();
        assertThat(to(made, "b")).isEmpty();
        StoredProduct alone = made.stream()
                .filter(product -> product.getBasis().getAudiencesCount() == 0)
                .findFirst()
                .orElseThrow();
        assertThat(alone.getBasis().getBesideList()).containsExactly("a");
        assertThat(alone.getProduct().getConjunction().getConjunctionId()).isNotEqualTo(found.getConjunctionId());
        // and who may not use it is told the next as if it had never been
        assertThat(events(handle(track(2, near, "c4", now.plusSeconds(120), "a", "b")), "b"))
                .containsExactly(found.getMessageId());
    }

    /** Which messages those follow that go to an audience. */
    private static List<String> events(List<StoredProduct> products, String audience) {
        return to(products, audience).stream()
                .map(product -> product.getProduct().getConjunction().getPreviousMessageId())
                .toList();
    }

    @Test
    void sizes_are_those_of_the_data_about_objects_and_say_so() throws Exception {
        hazardsWith(
                audience -> new Thresholds(1e-7, 1e-2),
                ObjectSizes.read("object,hard_body_radius_m,source\n2,12.5,the builder\n"));
        handle(track(1, one, "c1", now, "a"));
        ConjunctionWarning warning = only(to(handle(track(2, near, "c2", now, "a")), "a"));

        assertThat(warning.getProbability().getHardBodyRadiusM()).isEqualTo(17.5);
        assertThat(warning.getProbability().getHardBodyRadiusSource())
                .isEqualTo("sum of 5.0 m assumed for a payload and 12.5 m by the builder");
        assertThat(warning.getObject2().getPhysicalProperties().getHardBodyRadiusM())
                .isEqualTo(12.5);
        assertThat(warning.getObject1().hasPhysicalProperties()).isFalse();
    }

    @Test
    void what_rests_on_a_contribution_that_was_taken_back_is_no_longer_screened() throws Exception {
        handle(track(1, one, "c1", now, "a"));
        handle(Solution.newBuilder()
                .setWithdrawal(nl.sluis.journal.v1.Withdrawal.newBuilder().setContributionId("c1"))
                .build());

        assertThat(handle(track(2, near, "c2", now, "a"))).isEmpty();
    }

    @Test
    void redis_is_not_asked_before_each_entry_that_waits_whether_others_do() throws Exception {
        int waiting = 20;
        journal.close();
        try (RedisProcess redis = RedisProcess.start(folder.resolve("redis"), RedisProcess.DURABLE);
                Jedis server = new Jedis("127.0.0.1", redis.port())) {
            journal =
                    RedisJournal.open(RedisSettings.loopback(redis.port(), "hazards"), () -> now, StoreLimits.DEFAULT);
            hazardsWith(audience -> new Thresholds(1e-7, 1e-2));
            handle(track(1, one, "c1", now, "a"));
            handle(track(2, near, "c2", now, "a"));
            Solution next = track(3, far, "c3", now, "a");
            for (int i = 0; i < waiting; i++) {
                journal.append(LogName.SOLUTIONS, NewEntry.of(next.toByteArray()))
                        .join();
            }
            // by now the encounter has passed, which is told behind what waits
            now = now.plus(Duration.ofHours(1));
            List<Entry> entries = journal.read(LogName.SOLUTIONS, position + 1, waiting);
            long askedBefore = headsRead(server);
            for (Entry entry : entries) {
                assertThat(hazards.isStale()).isFalse();
                hazards.handle(entry);
            }

            assertThat(headsRead(server) - askedBefore).isEqualTo(1);
            assertThat(hazards.isStale()).isTrue();
        }
    }

    /** How often the head of a log was asked for since that Redis started. */
    private static long headsRead(Jedis server) {
        Matcher calls = Pattern.compile("cmdstat_hmget:calls=(\\d+)").matcher(server.info("commandstats"));
        return calls.find() ? Long.parseLong(calls.group(1)) : 0;
    }
}
