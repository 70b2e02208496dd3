package nl.sluis.gateway.rpc;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.ToLongFunction;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.ingest.TrajectoryDocuments;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.stream.Catalogue;
import nl.sluis.policy.bundle.Tenant;
import nl.sluis.proto.v1.CatalogueServiceGrpc;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.GetEphemerisRequest;
import nl.sluis.proto.v1.GetEphemerisResponse;
import nl.sluis.proto.v1.GetObjectRequest;
import nl.sluis.proto.v1.GetObjectResponse;
import nl.sluis.proto.v1.ListObjectsRequest;
import nl.sluis.proto.v1.ListObjectsResponse;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.OrbitRegime;
import nl.sluis.proto.v1.ScreenTrajectoryRequest;
import nl.sluis.proto.v1.ScreenTrajectoryResponse;
import nl.sluis.proto.v1.ScreeningComplete;

/** {@code CatalogueService}. What a caller may not see is answered as what does not exist. */
public final class CatalogueMethods {
    private static final int PAGE_DEFAULT = 100;
    private static final int PAGE_MAX = 1_000;

    /** States of one trajectory: a week at a minute's step; with covariances 3 MB. */
    private static final long STATES_MAX = 10_080;

    /** From a state further away a propagated orbit says little, and costs much. */
    private static final Duration SPAN_MAX = Duration.ofDays(14);

    /** Longest trajectory that is screened. */
    private static final Duration TRAJECTORY_MAX = Duration.ofDays(7);

    /** Largest distance below which an approach is reported, m. */
    private static final double THRESHOLD_MAX_M = 100_000;

    /**
     * Trajectories of a tenant in an hour, where its entry in the list of tenants says nothing else: an operator compares some
     * manoeuvres, and must not feel its way to an orbit.
     */
    public static final long TRAJECTORIES_PER_HOUR = 60;

    private final Catalogue catalogue;
    private final ToLongFunction<TenantId> trajectoriesPerHour;
    private final Executor queries;
    private final InstantSource clock;
    private final Map<TenantId, Deque<Instant>> trajectories = new HashMap<>();

    /**
     * @param catalogue answers
     * @param trajectoriesPerHour how many trajectories a tenant may have screened in an hour
     * @param queries runs what blocks and computes
     * @param clock the gateway's clock
     */
    public CatalogueMethods(
            Catalogue catalogue, ToLongFunction<TenantId> trajectoriesPerHour, Executor queries, InstantSource clock) {
        this.catalogue = catalogue;
        this.trajectoriesPerHour = trajectoriesPerHour;
        this.queries = queries;
        this.clock = clock;
    }

    /** Adds the methods. */
    public void register(Methods.Builder methods) {
        methods.unary(CatalogueServiceGrpc.getGetObjectMethod(), this::getObject)
                .unary(CatalogueServiceGrpc.getListObjectsMethod(), this::listObjects)
                .unary(CatalogueServiceGrpc.getGetEphemerisMethod(), this::getEphemeris)
                .serverStream(CatalogueServiceGrpc.getScreenTrajectoryMethod(), this::screenTrajectory);
    }

    private void screenTrajectory(
            CallerIdentity caller,
            ScreenTrajectoryRequest request,
            ResponseStream<ScreenTrajectoryResponse> responses) {
        double thresholdM = request.getThresholdM();
        if (!(thresholdM > 0) || thresholdM > THRESHOLD_MAX_M) {
            throw Errors.invalidField(
                    "threshold_m", "`" + thresholdM + "` (expected: above 0, at most " + THRESHOLD_MAX_M + " m)");
        }
        if (request.hasTrajectory() == request.hasDocument()) {
            throw Errors.invalidField("trajectory", "trajectory and document (expected: one of them)");
        }
        count(caller.tenant());
        var unused = CompletableFuture.supplyAsync(() -> screened(caller, request), queries)
                .whenComplete((screened, failure) -> {
                    if (failure != null) {
                        responses.fail(
                                failure instanceof CompletionException && failure.getCause() != null
                                        ? failure.getCause()
                                        : failure);
                        return;
                    }
                    screened.approaches()
                            .forEach(approach -> responses.send(ScreenTrajectoryResponse.newBuilder()
                                    .setConjunction(approach)
                                    .build()));
                    responses.send(ScreenTrajectoryResponse.newBuilder()
                            .setComplete(ScreeningComplete.newBuilder()
                                    .setObjects(screened.objects())
                                    .setApproaches(screened.approaches().size()))
                            .build());
                    responses.complete();
                });
    }

    private Catalogue.Screened screened(CallerIdentity caller, ScreenTrajectoryRequest request) {
        String field = request.hasDocument() ? "document" : "trajectory";
        try {
            Ephemeris trajectory =
                    request.hasDocument() ? TrajectoryDocuments.read(request.getDocument()) : request.getTrajectory();
            int states = trajectory.getStatesCount();
            if (states < 2 || states > STATES_MAX) {
                throw Errors.invalidField(field, states + " states (expected: 2 to " + STATES_MAX + ")");
            }
            Duration span = Duration.between(
                    Times.instant(trajectory.getStates(0).getEpoch()),
                    Times.instant(trajectory.getStates(states - 1).getEpoch()));
            if (span.compareTo(TRAJECTORY_MAX) > 0) {
                throw Errors.invalidField(field, span + " long (expected: at most " + TRAJECTORY_MAX + ")");
            }
            return catalogue.screen(caller.tenant(), trajectory, request.getThresholdM());
        } catch (IllegalArgumentException e) {
            throw Errors.invalidField(field, String.valueOf(e.getMessage()));
        }
    }

    /** Counts a trajectory, and refuses it where the tenant has asked too often. */
    private synchronized void count(TenantId tenant) {
        Instant now = clock.instant();
        Deque<Instant> asked = trajectories.computeIfAbsent(tenant, none -> new ArrayDeque<>());
        Instant hourAgo = now.minus(Duration.ofHours(1));
        while (!asked.isEmpty() && asked.peekFirst().isBefore(hourAgo)) {
            asked.removeFirst();
        }
        long most = trajectoriesPerHour.applyAsLong(tenant);
        if (asked.size() >= most) {
            throw Errors.exhausted(
                    Tenant.TRAJECTORIES_PER_H,
                    asked.size() + " in the last hour (expected: at most " + most + ")",
                    Duration.between(hourAgo, asked.getFirst()));
        }
        asked.addLast(now);
    }

    private CompletionStage<GetObjectResponse> getObject(CallerIdentity caller, GetObjectRequest request) {
        ObjectKey object = object(request.getObject());
        return CompletableFuture.supplyAsync(() -> catalogue.object(caller.tenant(), object), queries)
                .thenApply(entry -> GetObjectResponse.newBuilder()
                        .setEntry(entry.orElseThrow(CatalogueMethods::noSuchObject))
                        .build());
    }

    private CompletionStage<ListObjectsResponse> listObjects(CallerIdentity caller, ListObjectsRequest request) {
        Set<OrbitRegime> regimes = EnumSet.noneOf(OrbitRegime.class);
        for (int i = 0; i < request.getRegimesCount(); i++) {
            OrbitRegime regime = request.getRegimes(i);
            if (regime == OrbitRegime.UNRECOGNIZED || regime == OrbitRegime.ORBIT_REGIME_UNSPECIFIED) {
                throw Errors.invalidField("regimes[" + i + "]", "`" + regime + "` (expected: a value of the contract)");
            }
            regimes.add(regime);
        }
        int size = request.getPageSize() == 0 ? PAGE_DEFAULT : Math.min(Math.max(request.getPageSize(), 1), PAGE_MAX);
        return CompletableFuture.supplyAsync(
                () -> catalogue.page(caller.tenant(), regimes, size, request.getPageToken()), queries);
    }

    private CompletionStage<GetEphemerisResponse> getEphemeris(CallerIdentity caller, GetEphemerisRequest request) {
        ObjectKey object = object(request.getObject());
        Instant start = time("start", request.getStart(), request.hasStart());
        Instant end = time("end", request.getEnd(), request.hasEnd());
        Duration step = Duration.ofSeconds(
                request.getStep().getSeconds(), request.getStep().getNanos());
        if (end.isBefore(start) || Duration.between(start, end).compareTo(SPAN_MAX) > 0) {
            throw Errors.invalidField("end", "`" + end + "` (expected: from start to " + start.plus(SPAN_MAX) + ")");
        }
        if (step.compareTo(Duration.ofSeconds(1)) < 0) {
            throw Errors.invalidField("step", "`" + step + "` (expected: at least 1 s)");
        }
        long states = Duration.between(start, end).dividedBy(step) + 1;
        if (states > STATES_MAX) {
            throw Errors.invalidField(
                    "step", states + " states (expected: a step that makes at most " + STATES_MAX + ")");
        }
        return CompletableFuture.supplyAsync(
                        () -> catalogue.ephemeris(caller.tenant(), object, start, end, step), queries)
                .thenApply(found -> found.orElseThrow(CatalogueMethods::noSuchObject));
    }

    private static StatusException noSuchObject() {
        return Errors.notFound("OBJECT", "no such object for this tenant");
    }

    static ObjectKey object(ObjectReference reference) {
        return ObjectKey.of(reference)
                .orElseThrow(() -> Errors.invalidField(
                        "object",
                        "no identifier (expected: a catalogue number, an international designator or an object id)"));
    }

    private static Instant time(String field, Timestamp time, boolean present) {
        if (!present) {
            throw Errors.invalidField(field, "absent (expected: a time, UTC)");
        }
        return Times.instant(time);
    }
}
