package nl.sluis.benchmarks.ingest;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.LongFunction;
import nl.sluis.proto.v1.ContributeRequest;
import nl.sluis.proto.v1.ContributeResponse;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.ContributionServiceGrpc;
import org.jspecify.annotations.Nullable;

/** One stream of contributions, with as many unanswered as the gateway takes. */
final class Load implements ClientResponseObserver<ContributeRequest, ContributeResponse> {
    /** What the gateway reads of one stream before it answers. */
    private static final int UNANSWERED_MAX = 64;

    private final Semaphore room = new Semaphore(UNANSWERED_MAX);
    private final Map<String, Long> sentNs = new ConcurrentHashMap<>();
    private final Times acknowledged;
    private final LongFunction<Contribution> items;
    private @Nullable ClientCallStreamObserver<ContributeRequest> requests;
    private volatile @Nullable Throwable failure;

    /**
     * @param stub where to send
     * @param items makes the item of a number
     * @param acknowledged where to record
     */
    Load(ContributionServiceGrpc.ContributionServiceStub stub, LongFunction<Contribution> items, Times acknowledged) {
        this.items = items;
        this.acknowledged = acknowledged;
        stub.contribute(this);
    }

    /** Sends an item once there is room. */
    void send(long number) throws InterruptedException {
        room.acquire();
        Throwable broken = failure;
        if (broken != null) {
            throw new IllegalStateException("stream of contributions", broken);
        }
        Contribution item = items.apply(number);
        sentNs.put(item.getClientId(), System.nanoTime());
        ClientCallStreamObserver<ContributeRequest> call = requests;
        if (call != null) {
            call.onNext(ContributeRequest.newBuilder().setContribution(item).build());
        }
    }

    /** Waits until all is answered, and ends the stream. */
    void complete() throws InterruptedException {
        room.acquire(UNANSWERED_MAX);
        ClientCallStreamObserver<ContributeRequest> call = requests;
        if (call != null) {
            call.onCompleted();
        }
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ContributeRequest> call) {
        requests = call;
    }

    @Override
    public void onNext(ContributeResponse answer) {
        Long sent = sentNs.remove(answer.getClientId());
        if (!answer.hasAccepted() || sent == null) {
            failure = new IllegalStateException(answer.toString());
        } else {
            acknowledged.add(System.nanoTime() - sent);
        }
        room.release();
    }

    @Override
    public void onError(Throwable broken) {
        failure = broken;
        room.release(UNANSWERED_MAX);
    }

    @Override
    public void onCompleted() {
        // all was answered before
    }
}
