package nl.sluis.gateway.rpc;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import nl.sluis.gateway.identity.CallerIdentity;

/** The one way from the network to a handler: protocol, caller, permission, call. */
final class Door {
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int UNSUPPORTED_MEDIA_TYPE = 415;
    private static final int HTTP_VERSION_NOT_SUPPORTED = 505;
    private static final String HEALTH = "grpc.health.v1.Health/";

    private final Vertx vertx;
    private final Connections connections;
    private final MethodPermissions permissions;
    private final Methods methods;
    private final CallServices services;
    private final BooleanSupplier draining;

    Door(
            Vertx vertx,
            Connections connections,
            MethodPermissions permissions,
            Methods methods,
            CallServices services,
            BooleanSupplier draining) {
        this.vertx = vertx;
        this.connections = connections;
        this.permissions = permissions;
        this.methods = methods;
        this.services = services;
        this.draining = draining;
    }

    /** Lets a call in on the next turn of its loop: of one that was reset meanwhile nothing is made. */
    void enter(HttpServerRequest request) {
        int refusal = refusedByProtocol(request);
        if (refusal != 0) {
            request.response().setStatusCode(refusal).end();
            return;
        }
        // until somebody asks for it
        request.pause();
        vertx.runOnContext(turn -> {
            if (!request.response().closed()) {
                start(request);
            }
        });
    }

    private void start(HttpServerRequest request) {
        GrpcExchange exchange = new GrpcExchange(vertx, request, services.limits());
        String method = exchange.method();
        Optional<MethodCall> known = methods.find(method);
        exchange.onEnd(code -> services.metrics().called(known.isPresent() ? method : "unknown", code));
        try {
            Connections.Open connection = connections.of(request.connection()).orElseThrow(Errors::unauthenticated);
            connection.callStarted();
            exchange.onEnd(code -> connection.callEnded());
            CallerIdentity caller = connection.caller();
            if (!permissions.permits(caller, method)) {
                throw Errors.notOpen();
            }
            MethodCall call = known.orElseThrow(Errors::notOpen);
            if (draining.getAsBoolean() && !method.startsWith(HEALTH)) {
                throw Errors.unavailable("SHUTDOWN", "the gateway stops", Closings.RETRY_AFTER);
            }
            connection.requireWithinQuota();
            exchange.countFor(connection.usage());
            exchange.startDeadline();
            call.start(new Call(exchange, caller, method, services));
        } catch (RuntimeException failure) {
            exchange.fail(services.failures().toStatus(method, failure));
        }
    }

    private static int refusedByProtocol(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_2) {
            return HTTP_VERSION_NOT_SUPPORTED;
        }
        if (!request.method().equals(HttpMethod.POST)) {
            return METHOD_NOT_ALLOWED;
        }
        String contentType = request.getHeader("content-type");
        if (!"application/grpc".equals(contentType) && !"application/grpc+proto".equals(contentType)) {
            return UNSUPPORTED_MEDIA_TYPE;
        }
        return 0;
    }
}
