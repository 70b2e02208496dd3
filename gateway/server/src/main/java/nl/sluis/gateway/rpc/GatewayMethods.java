package nl.sluis.gateway.rpc;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.ingest.ContributionIngest;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.officer.Bundles;
import nl.sluis.gateway.officer.Decisions;
import nl.sluis.policy.text.PolicyException;
import nl.sluis.proto.v1.ApproveBundleRequest;
import nl.sluis.proto.v1.ApproveBundleResponse;
import nl.sluis.proto.v1.CheckDraftRequest;
import nl.sluis.proto.v1.CheckDraftResponse;
import nl.sluis.proto.v1.GetBundleRequest;
import nl.sluis.proto.v1.GetBundleResponse;
import nl.sluis.proto.v1.GetSensorRequest;
import nl.sluis.proto.v1.GetSensorResponse;
import nl.sluis.proto.v1.ListDecisionsRequest;
import nl.sluis.proto.v1.ListDecisionsResponse;
import nl.sluis.proto.v1.ListSensorsRequest;
import nl.sluis.proto.v1.ListSensorsResponse;
import nl.sluis.proto.v1.PolicyServiceGrpc;
import nl.sluis.proto.v1.ProposeBundleRequest;
import nl.sluis.proto.v1.ProposeBundleResponse;
import nl.sluis.proto.v1.PutSensorRequest;
import nl.sluis.proto.v1.PutSensorResponse;
import nl.sluis.proto.v1.Sensor;
import nl.sluis.proto.v1.SensorServiceGrpc;

/** Which method of the contract is answered by what. Each handler translates and calls one thing. */
public final class GatewayMethods {
    private static final int SENSORS_PAGE_DEFAULT = 100;
    private static final int SENSORS_PAGE_MAX = 1_000;

    private final ContributionIngest ingest;
    private final Decisions decisions;
    private final Bundles bundles;
    private final Executor workers;

    /**
     * @param ingest takes contributions and sensors
     * @param decisions what officers ask
     * @param bundles the bundle in force, drafts and proposals
     * @param workers runs what may block
     */
    public GatewayMethods(ContributionIngest ingest, Decisions decisions, Bundles bundles, Executor workers) {
        this.ingest = ingest;
        this.decisions = decisions;
        this.bundles = bundles;
        this.workers = workers;
    }

    /** The table of methods. */
    public Methods.Builder table() {
        Methods.Builder methods = Methods.builder();
        new ContributeMethod(ingest).register(methods);
        return methods.unary(SensorServiceGrpc.getPutSensorMethod(), this::putSensor)
                .unary(SensorServiceGrpc.getGetSensorMethod(), this::getSensor)
                .unary(SensorServiceGrpc.getListSensorsMethod(), this::listSensors)
                .unary(PolicyServiceGrpc.getGetBundleMethod(), this::getBundle)
                .unary(PolicyServiceGrpc.getCheckDraftMethod(), this::checkDraft)
                .unary(PolicyServiceGrpc.getProposeBundleMethod(), this::proposeBundle)
                .unary(PolicyServiceGrpc.getApproveBundleMethod(), this::approveBundle)
                .unary(PolicyServiceGrpc.getListDecisionsMethod(), this::listDecisions);
    }

    private CompletionStage<PutSensorResponse> putSensor(CallerIdentity caller, PutSensorRequest request) {
        return ingest.putSensor(caller, request.getSensor())
                .thenApply(registered -> PutSensorResponse.newBuilder()
                        .setRegistered(Times.timestamp(registered))
                        .build());
    }

    private CompletionStage<GetSensorResponse> getSensor(CallerIdentity caller, GetSensorRequest request) {
        return CompletableFuture.completedFuture(ingest.sensor(caller, request.getSensorId())
                .map(sensor -> GetSensorResponse.newBuilder().setSensor(sensor).build())
                .orElseThrow(() -> Errors.notFound("SENSOR", "no such sensor of this tenant")));
    }

    private CompletionStage<ListSensorsResponse> listSensors(CallerIdentity caller, ListSensorsRequest request) {
        int size = request.getPageSize() == 0
                ? SENSORS_PAGE_DEFAULT
                : Math.min(Math.max(request.getPageSize(), 1), SENSORS_PAGE_MAX);
        List<Sensor> after = ingest.sensors(caller).stream()
                .filter(sensor -> sensor.getSensorId().compareTo(request.getPageToken()) > 0)
                .toList();
        ListSensorsResponse.Builder page = ListSensorsResponse.newBuilder()
                .addAllSensors(after.stream().limit(size).toList());
        if (after.size() > size) {
            page.setNextPageToken(after.get(size - 1).getSensorId());
        }
        return CompletableFuture.completedFuture(page.build());
    }

    private CompletionStage<GetBundleResponse> getBundle(CallerIdentity caller, GetBundleRequest request) {
        return CompletableFuture.supplyAsync(
                () -> GetBundleResponse.newBuilder()
                        .setBundle(bundles.inForce())
                        .build(),
                workers);
    }

    private CompletionStage<CheckDraftResponse> checkDraft(CallerIdentity caller, CheckDraftRequest request) {
        return CompletableFuture.supplyAsync(() -> bundles.check(request.getFilesList()), workers);
    }

    private CompletionStage<ProposeBundleResponse> proposeBundle(CallerIdentity caller, ProposeBundleRequest request) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return ProposeBundleResponse.newBuilder()
                                .setOfficersMissing(bundles.propose(request.getBundle()))
                                .build();
                    } catch (PolicyException e) {
                        throw Errors.failedPrecondition("BUNDLE_REFUSED", String.valueOf(e.getMessage()));
                    }
                },
                workers);
    }

    private CompletionStage<ApproveBundleResponse> approveBundle(CallerIdentity caller, ApproveBundleRequest request) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return ApproveBundleResponse.newBuilder()
                                .setOfficersMissing(bundles.approve(
                                                request.getDigest().toByteArray(),
                                                request.getSignature().getCms().toByteArray())
                                        .orElseThrow(() ->
                                                Errors.notFound("PROPOSAL", "no such proposal waits for signatures")))
                                .build();
                    } catch (PolicyException e) {
                        throw Errors.failedPrecondition("BUNDLE_REFUSED", String.valueOf(e.getMessage()));
                    }
                },
                workers);
    }

    private CompletionStage<ListDecisionsResponse> listDecisions(CallerIdentity caller, ListDecisionsRequest request) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return decisions.list(caller.tenant(), request);
                    } catch (IllegalArgumentException e) {
                        throw Errors.invalidField("page_token", String.valueOf(e.getMessage()));
                    }
                },
                workers);
    }
}
