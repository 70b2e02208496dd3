package nl.sluis.gateway.rpc;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import nl.sluis.gateway.identity.CallerIdentity;

/** {@code grpc.health.v1}: the whole gateway serves or it does not, and so do its services. */
final class HealthMethods {
    private final Serving serving;
    private final Set<String> serviceNames;

    private HealthMethods(Serving serving, Set<String> serviceNames) {
        this.serving = serving;
        this.serviceNames = serviceNames;
    }

    /** Adds the service; it answers for all services that the table has by now, and for itself. */
    static void register(Methods.Builder methods, Serving serving) {
        methods.service(HealthGrpc.getServiceDescriptor());
        HealthMethods health = new HealthMethods(serving, methods.serviceNames());
        methods.unary(
                        HealthGrpc.getCheckMethod(),
                        (caller, request) -> CompletableFuture.completedStage(health.check(request)))
                .serverStream(HealthGrpc.getWatchMethod(), health::watch);
    }

    private HealthCheckResponse check(HealthCheckRequest request) {
        HealthCheckResponse response = status(request.getService());
        if (response.getStatus() == ServingStatus.SERVICE_UNKNOWN) {
            throw Errors.notFound("UNKNOWN_SERVICE", "service `" + request.getService() + "`: not offered here");
        }
        return response;
    }

    private void watch(
            CallerIdentity caller, HealthCheckRequest request, ResponseStream<HealthCheckResponse> responses) {
        Serving.Registration registration = serving.onChange(() -> responses.send(status(request.getService())));
        responses.onClosed(registration::close);
        responses.send(status(request.getService()));
    }

    private HealthCheckResponse status(String service) {
        ServingStatus status;
        if (!service.isEmpty() && !serviceNames.contains(service)) {
            status = ServingStatus.SERVICE_UNKNOWN;
        } else {
            status = serving.isServing() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        }
        return HealthCheckResponse.newBuilder().setStatus(status).build();
    }
}
