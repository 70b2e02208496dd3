package nl.sluis.gateway.rpc;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.ingest.ContributionChanges;
import nl.sluis.gateway.ingest.ContributionIngest;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.officer.Bundles;
import nl.sluis.gateway.officer.Decisions;
import nl.sluis.gateway.officer.WithdrawalList;
import nl.sluis.gateway.stream.Withdrawals;
import nl.sluis.policy.text.PolicyException;
import nl.sluis.proto.v1.AcknowledgeWithdrawalRequest;
import nl.sluis.proto.v1.AcknowledgeWithdrawalResponse;
import nl.sluis.proto.v1.ApproveBundleRequest;
import nl.sluis.proto.v1.ApproveBundleResponse;
import nl.sluis.proto.v1.CheckDraftRequest;
import nl.sluis.proto.v1.CheckDraftResponse;
import nl.sluis.proto.v1.ContributionServiceGrpc;
import nl.sluis.proto.v1.GetBundleRequest;
import nl.sluis.proto.v1.GetBundleResponse;
import nl.sluis.proto.v1.GetSensorRequest;
import nl.sluis.proto.v1.GetSensorResponse;
import nl.sluis.proto.v1.ListDecisionsRequest;
import nl.sluis.proto.v1.ListDecisionsResponse;
import nl.sluis.proto.v1.ListSensorsRequest;
import nl.sluis.proto.v1.ListSensorsResponse;
import nl.sluis.proto.v1.ListWithdrawalsRequest;
import nl.sluis.proto.v1.ListWithdrawalsResponse;
import nl.sluis.proto.v1.PolicyServiceGrpc;
import nl.sluis.proto.v1.ProposeBundleRequest;
import nl.sluis.proto.v1.ProposeBundleResponse;
import nl.sluis.proto.v1.PutSensorRequest;
import nl.sluis.proto.v1.PutSensorResponse;
import nl.sluis.proto.v1.RelabelRequest;
import nl.sluis.proto.v1.RelabelResponse;
import nl.sluis.proto.v1.Sensor;
import nl.sluis.proto.v1.SensorServiceGrpc;
import nl.sluis.proto.v1.SubscriptionServiceGrpc;
import nl.sluis.proto.v1.WithdrawRequest;
import nl.sluis.proto.v1.WithdrawResponse;

/** Which method of the contract is answered by what. Each handler translates and calls one thing. */
public final class GatewayMethods {
    private static final int SENSORS_PAGE_DEFAULT = 100;
    private static final int SENSORS_PAGE_MAX = 1_000;

    private final ContributionIngest ingest;
    private final ContributionChanges changes;
    private final Decisions decisions;
    private final Bundles bundles;
    private final Withdrawals withdrawals;
    private final WithdrawalList withdrawalList;
    private final Executor workers;

    /**
     * @param ingest takes contributions and sensors
     * @param changes withdraws and relabels contributions
     * @param decisions what officers ask
     * @param bundles the bundle in force, drafts and proposals
     * @param withdrawals takes answers to withdrawals
     * @param withdrawalList who has answered
     * @param workers runs what may block
     */
    public GatewayMethods(
            ContributionIngest ingest,
            ContributionChanges changes,
            Decisions decisions,
            Bundles bundles,
            Withdrawals withdrawals,
            WithdrawalList withdrawalList,
            Executor workers) {
        this.ingest = ingest;
        this.changes = changes;
        this.decisions = decisions;
        this.bundles = bundles;
        this.withdrawals = withdrawals;
        this.withdrawalList = withdrawalList;
        this.workers = workers;
    }

    /** The table of methods. */
    public Methods.Builder table() {
        Methods.Builder methods = Methods.builder();
        new ContributeMethod(ingest).register(methods);
        return methods.unary(ContributionServiceGrpc.getWithdrawMethod(), this::withdraw)
                .unary(ContributionServiceGrpc.getRelabelMethod(), this::relabel)
                .unary(SubscriptionServiceGrpc.getAcknowledgeWithdrawalMethod(), this::acknowledge)
                .unary(PolicyServiceGrpc.getListWithdrawalsMethod(), this::listWithdrawals)
                .unary(SensorServiceGrpc.getPutSensorMethod(), this::putSensor)
                .unary(SensorServiceGrpc.getGetSensorMethod(), this::getSensor)
                .unary(SensorServiceGrpc.getListSensorsMethod(), this::listSensors)
                .unary(PolicyServiceGrpc.getGetBundleMethod(), this::getBundle)
                .unary(PolicyServiceGrpc.getCheckDraftMethod(), this::checkDraft)
                .unary(PolicyServiceGrpc.getProposeBundleMethod(), this::proposeBundle)
                .unary(PolicyServiceGrpc.getApproveBundleMethod(), this::approveBundle)
                .unary(PolicyServiceGrpc.getListDecisionsMethod(), this::listDecisions);
    }

    private CompletionStage<WithdrawResponse> withdraw(CallerIdentity caller, WithdrawRequest request) {
        return changes.withdraw(caller, request)
                .thenApply(withdrawn -> WithdrawResponse.newBuilder()
                        .setWithdrawn(Times.timestamp(withdrawn))
                        .build());
    }

    private CompletionStage<RelabelResponse> relabel(CallerIdentity caller, RelabelRequest request) {
        return changes.relabel(caller, request)
                .thenApply(relabelled -> RelabelResponse.newBuilder()
                        .setRelabelled(Times.timestamp(relabelled))
                        .build());
    }

    private CompletionStage<AcknowledgeWithdrawalResponse> acknowledge(
            CallerIdentity caller, AcknowledgeWithdrawalRequest request) {
        return withdrawals
                .acknowledge(caller.tenant(), request.getProductId(), request.getVersion())
                .thenApply(recorded -> AcknowledgeWithdrawalResponse.newBuilder()
                        .setRecorded(Times.timestamp(recorded.orElseThrow(() ->
                                Errors.notFound("WITHDRAWAL", "no such withdrawal that this tenant was told of"))))
                        .build());
    }

    private CompletionStage<ListWithdrawalsResponse> listWithdrawals(
            CallerIdentity caller, ListWithdrawalsRequest request) {
        return CompletableFuture.supplyAsync(() -> withdrawalList.page(caller.tenant(), request), workers);
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
