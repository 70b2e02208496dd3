package nl.sluis.gateway.rpc;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import nl.sluis.gateway.fusion.Fusion;
import nl.sluis.gateway.fusion.SensorCalibrations;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.ingest.ContributionIngest;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.officer.Explanations;
import nl.sluis.proto.v1.CatalogueServiceGrpc;
import nl.sluis.proto.v1.ExplainObjectRequest;
import nl.sluis.proto.v1.ExplainObjectResponse;
import nl.sluis.proto.v1.GetCalibrationRequest;
import nl.sluis.proto.v1.GetCalibrationResponse;
import nl.sluis.proto.v1.ListDisagreementsRequest;
import nl.sluis.proto.v1.ListDisagreementsResponse;
import nl.sluis.proto.v1.SensorServiceGrpc;

/** What fusion has found out beside orbits: calibrations for owners of sensors, explanations for officers and auditors. */
public final class FusionMethods {
    /** Another node takes a stage over within half a second. */
    private static final Duration STAGE_MOVES = Duration.ofSeconds(1);

    private final ContributionIngest ingest;
    private final SensorCalibrations calibrations;
    private final Explanations explanations;
    private final Supplier<Optional<Fusion>> fusion;
    private final Executor queries;

    /**
     * @param ingest knows whose a sensor is
     * @param calibrations finds calibrations
     * @param explanations explains orbits
     * @param fusion the fusion of this node, while it runs here
     * @param queries runs what blocks and computes
     */
    public FusionMethods(
            ContributionIngest ingest,
            SensorCalibrations calibrations,
            Explanations explanations,
            Supplier<Optional<Fusion>> fusion,
            Executor queries) {
        this.ingest = ingest;
        this.calibrations = calibrations;
        this.explanations = explanations;
        this.fusion = fusion;
        this.queries = queries;
    }

    /** Adds the methods. */
    public void register(Methods.Builder methods) {
        methods.unary(SensorServiceGrpc.getGetCalibrationMethod(), this::getCalibration)
                .unary(CatalogueServiceGrpc.getExplainObjectMethod(), this::explainObject)
                .unary(CatalogueServiceGrpc.getListDisagreementsMethod(), this::listDisagreements);
    }

    private CompletionStage<GetCalibrationResponse> getCalibration(
            CallerIdentity caller, GetCalibrationRequest request) {
        String sensor = ingest.sensor(caller, request.getSensorId())
                .orElseThrow(() -> Errors.notFound("SENSOR", "no such sensor of this tenant"))
                .getSensorId();
        return CompletableFuture.supplyAsync(
                        () -> calibrations.find(caller.tenant().name(), sensor), queries)
                .thenApply(found -> found.orElseThrow(() -> Errors.notFound(
                        "CALIBRATION", "no orbit of this tenant's own view compares the sensor with others yet")));
    }

    private CompletionStage<ExplainObjectResponse> explainObject(CallerIdentity caller, ExplainObjectRequest request) {
        ObjectKey object = CatalogueMethods.object(request.getObject());
        Fusion running = fusion.get()
                .orElseThrow(() -> Errors.unavailable("STAGE_ELSEWHERE", "fusion runs on another node", STAGE_MOVES));
        return CompletableFuture.supplyAsync(
                        () -> explanations.explain(running, caller.tenant(), request.getObject(), object), queries)
                .thenApply(explained -> {
                    if (explained.getOrbitsCount() == 0) {
                        throw Errors.notFound("OBJECT", "no such object that this caller may know of");
                    }
                    return explained;
                });
    }

    private CompletionStage<ListDisagreementsResponse> listDisagreements(
            CallerIdentity caller, ListDisagreementsRequest request) {
        return CompletableFuture.supplyAsync(() -> explanations.disagreements(caller.tenant(), request), queries);
    }
}
