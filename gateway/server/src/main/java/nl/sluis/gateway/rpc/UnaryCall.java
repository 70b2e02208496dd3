package nl.sluis.gateway.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import nl.sluis.gateway.release.Frames;
import org.jspecify.annotations.Nullable;

/** One request, one answer. */
final class UnaryCall<Q, R extends MessageLite> implements MethodCall {
    private final MethodDescriptor<Q, R> method;
    private final UnaryHandler<Q, R> handler;

    UnaryCall(MethodDescriptor<Q, R> method, UnaryHandler<Q, R> handler) {
        this.method = method;
        this.handler = handler;
    }

    @Override
    public void start(Call call) {
        SingleRequest.await(
                call,
                call.services().limits().maxMessageBytes(),
                bytes -> handler.handle(call.caller(), Messages.parse(method, bytes))
                        .whenComplete((response, failure) -> call.run(() -> answer(call, response, failure))));
    }

    private void answer(Call call, @Nullable R response, @Nullable Throwable failure) {
        if (failure != null) {
            call.fail(failure);
        } else if (response == null) {
            throw new IllegalStateException("answer: none (expected: one)");
        } else {
            call.exchange().send(Frames.frame(response));
            call.exchange().complete();
        }
    }
}
