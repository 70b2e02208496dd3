package nl.sluis.gateway.rpc;

import com.google.protobuf.MessageLite;
import com.google.rpc.Code;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Base64;
import java.util.Map;
import nl.sluis.gateway.release.Frames;

/** Serves what was written for grpc-java by the partner port's own handling of calls. */
final class GrpcJavaService {
    private final Vertx vertx;
    private final PartnerLimits limits;
    private final ServerServiceDefinition service;

    GrpcJavaService(Vertx vertx, PartnerLimits limits, ServerServiceDefinition service) {
        this.vertx = vertx;
        this.limits = limits;
        this.service = service;
    }

    void enter(HttpServerRequest request) {
        GrpcExchange exchange = new GrpcExchange(vertx, request, limits);
        ServerMethodDefinition<?, ?> method = service.getMethod(exchange.method());
        if (method == null) {
            exchange.fail(Errors.unimplemented(exchange.method()));
        } else {
            exchange.startDeadline();
            start(method, exchange, request);
        }
    }

    private <Q, R> void start(ServerMethodDefinition<Q, R> method, GrpcExchange exchange, HttpServerRequest request) {
        WireCall<Q, R> call = new WireCall<>(method.getMethodDescriptor(), exchange, request.response());
        ServerCall.Listener<Q> listener = method.getServerCallHandler().startCall(call, metadata(request.headers()));
        exchange.onDrain(listener::onReady);
        exchange.onEnd(code -> {
            call.cancelled = code == Code.CANCELLED || code == Code.DEADLINE_EXCEEDED;
            if (call.cancelled) {
                listener.onCancel();
            } else {
                listener.onComplete();
            }
        });
        exchange.receive(limits.maxMessageBytes(), new GrpcExchange.Receiver() {
            @Override
            public void message(byte[] message) {
                listener.onMessage(Messages.parse(method.getMethodDescriptor(), message));
            }

            @Override
            public void halfClosed() {
                listener.onHalfClose();
            }

            @Override
            public void refused(StatusException refusal) {
                exchange.fail(refusal);
            }
        });
        listener.onReady();
    }

    private static Metadata metadata(MultiMap headers) {
        Metadata metadata = new Metadata();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey();
            if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                metadata.put(
                        Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER),
                        Base64.getDecoder().decode(header.getValue()));
            } else if (!name.startsWith(":")) {
                metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), header.getValue());
            }
        }
        return metadata;
    }

    private static void put(Metadata metadata, MultiMap target) {
        for (String name : metadata.keys()) {
            if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                metadata.getAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER))
                        .forEach(value -> target.add(
                                name, Base64.getEncoder().withoutPadding().encodeToString(value)));
            } else {
                metadata.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER))
                        .forEach(value -> target.add(name, value));
            }
        }
    }

    /** A call of grpc-java on an exchange; its methods may be called by any thread. */
    private final class WireCall<Q, R> extends ServerCall<Q, R> {
        private final MethodDescriptor<Q, R> method;
        private final GrpcExchange exchange;
        private final HttpServerResponse response;
        private volatile boolean cancelled;

        WireCall(MethodDescriptor<Q, R> method, GrpcExchange exchange, HttpServerResponse response) {
            this.method = method;
            this.exchange = exchange;
            this.response = response;
        }

        @Override
        public void request(int messages) {
            exchange.executeLater(() -> exchange.demand(messages));
        }

        @Override
        public void sendHeaders(Metadata headers) {
            exchange.executeLater(() -> {
                put(headers, response.headers());
                exchange.sendHead();
            });
        }

        @Override
        public void sendMessage(R message) {
            exchange.executeLater(() -> exchange.send(Frames.frame((MessageLite) message)));
        }

        @Override
        public void close(Status status, Metadata trailers) {
            exchange.executeLater(() -> {
                if (!exchange.ended()) {
                    put(trailers, response.headWritten() ? response.trailers() : response.headers());
                    exchange.finish(
                            com.google.rpc.Status.newBuilder()
                                    .setCode(status.getCode().value())
                                    .setMessage(status.getDescription() == null ? "" : status.getDescription())
                                    .build(),
                            limits.stallTimeout());
                }
            });
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public MethodDescriptor<Q, R> getMethodDescriptor() {
            return method;
        }
    }
}
