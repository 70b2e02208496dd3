package nl.sluis.gateway.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import nl.sluis.proto.v1.AuditServiceGrpc;
import nl.sluis.proto.v1.CatalogueServiceGrpc;
import nl.sluis.proto.v1.ContributionServiceGrpc;
import nl.sluis.proto.v1.PolicyServiceGrpc;
import nl.sluis.proto.v1.SensorServiceGrpc;
import nl.sluis.proto.v1.SubscriptionServiceGrpc;
import nl.sluis.proto.v1.TenantServiceGrpc;

/**
 * All methods of the partner port by name. Every method of the contract is here: one that got no handler answers
 * UNIMPLEMENTED and says so.
 */
public final class Methods {
    /** The services of the contract. */
    static final List<ServiceDescriptor> CONTRACT = List.of(
            AuditServiceGrpc.getServiceDescriptor(),
            CatalogueServiceGrpc.getServiceDescriptor(),
            ContributionServiceGrpc.getServiceDescriptor(),
            PolicyServiceGrpc.getServiceDescriptor(),
            SensorServiceGrpc.getServiceDescriptor(),
            SubscriptionServiceGrpc.getServiceDescriptor(),
            TenantServiceGrpc.getServiceDescriptor());

    private final Map<String, MethodCall> calls;

    private Methods(Map<String, MethodCall> calls) {
        this.calls = Map.copyOf(calls);
    }

    /** Starts a table that holds the contract's services. */
    public static Builder builder() {
        return new Builder();
    }

    /** Full names of all methods, {@code package.Service/Method}. */
    public Set<String> names() {
        return Collections.unmodifiableSet(calls.keySet());
    }

    Optional<MethodCall> find(String fullMethodName) {
        return Optional.ofNullable(calls.get(fullMethodName));
    }

    /** Collects handlers. */
    public static final class Builder {
        private final List<ServiceDescriptor> services = new ArrayList<>(CONTRACT);
        private final Map<String, MethodCall> calls = new TreeMap<>();

        private Builder() {}

        /** Adds a service beside the contract, whose methods are then offered like the contract's. */
        Builder service(ServiceDescriptor service) {
            services.add(service);
            return this;
        }

        /** All services so far. */
        List<ServiceDescriptor> services() {
            return List.copyOf(services);
        }

        /** Full names of all services so far, in order. */
        Set<String> serviceNames() {
            return services.stream().map(ServiceDescriptor::getName).collect(Collectors.toCollection(TreeSet::new));
        }

        /** One request, one answer. */
        public <Q, R extends MessageLite> Builder unary(MethodDescriptor<Q, R> method, UnaryHandler<Q, R> handler) {
            return add(method, MethodDescriptor.MethodType.UNARY, new UnaryCall<>(method, handler));
        }

        /** One request, a stream of answers. */
        public <Q, R extends MessageLite> Builder serverStream(
                MethodDescriptor<Q, R> method, ServerStreamHandler<Q, R> handler) {
            return add(method, MethodDescriptor.MethodType.SERVER_STREAMING, new ServerStreamCall<>(method, handler));
        }

        /** A stream of items, each answered. */
        public <Q, R extends MessageLite> Builder items(MethodDescriptor<Q, R> method, ItemHandler<Q, R> handler) {
            return add(method, MethodDescriptor.MethodType.BIDI_STREAMING, new ItemsCall<>(method, handler));
        }

        /** One request, answered by own means. */
        Builder raw(MethodDescriptor<?, ?> method, MethodCall call) {
            return add(method, method.getType(), call);
        }

        private Builder add(MethodDescriptor<?, ?> method, MethodDescriptor.MethodType type, MethodCall call) {
            String name = method.getFullMethodName();
            if (method.getType() != type) {
                throw new IllegalArgumentException(
                        "method `" + name + "`: is " + method.getType() + " (expected: " + type + ")");
            }
            if (services.stream().noneMatch(service -> service.getMethods().contains(method))) {
                throw new IllegalArgumentException("method `" + name + "`: of no service here");
            }
            if (calls.putIfAbsent(name, call) != null) {
                throw new IllegalArgumentException("method `" + name + "`: has two handlers (expected: one)");
            }
            return this;
        }

        /** The table; the methods without a handler are filled in. */
        public Methods build() {
            Map<String, MethodCall> all = new TreeMap<>(calls);
            for (ServiceDescriptor service : services) {
                for (MethodDescriptor<?, ?> method : service.getMethods()) {
                    String name = method.getFullMethodName();
                    all.putIfAbsent(name, call -> call.exchange().fail(Errors.unimplemented(name)));
                }
            }
            return new Methods(all);
        }
    }
}
