package nl.sluis.gateway.rpc;

import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a client has received of one stream. */
final class Received<Q, R> implements ClientResponseObserver<Q, R> {
    final CompletableFuture<Status> end = new CompletableFuture<>();
    private final BlockingQueue<R> messages = new LinkedBlockingQueue<>();
    private final boolean reads;
    private ClientCallStreamObserver<Q> call;

    private Received(boolean reads) {
        this.reads = reads;
    }

    static <Q, R> Received<Q, R> reading() {
        return new Received<>(true);
    }

    /** Reads only what {@link #request} asks for. */
    static <Q, R> Received<Q, R> notReading() {
        return new Received<>(false);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> newCall) {
        call = newCall;
        if (!reads) {
            call.disableAutoRequestWithInitial(0);
        }
    }

    @Override
    public void onNext(R message) {
        messages.add(message);
    }

    @Override
    public void onError(Throwable failure) {
        Status status = StatusProto.fromThrowable(failure);
        end.complete(status == null ? Status.newBuilder().setCode(2).build() : status);
    }

    @Override
    public void onCompleted() {
        end.complete(Status.getDefaultInstance());
    }

    void request(int count) {
        call.request(count);
    }

    void cancel() {
        call.cancel("test", null);
    }

    R next() throws InterruptedException {
        R message = messages.poll(PortUnderTest.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("no message came; end: " + end.getNow(null));
        }
        return message;
    }

    int waiting() {
        return messages.size();
    }

    Status status() throws Exception {
        return end.get(PortUnderTest.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    static Status statusOf(StatusRuntimeException failure) {
        return StatusProto.fromThrowable(failure);
    }
}
