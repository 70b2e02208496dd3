package nl.sluis.gateway.rpc;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.ingest.Ingest;
import nl.sluis.proto.v1.Accepted;
import nl.sluis.proto.v1.ContributeResponse;
import nl.sluis.proto.v1.Contribution;

/** Stores items in memory; they become durable at once, or one by one where a test holds the disk. */
final class FakeIngest implements Ingest {
    private final Map<String, Contribution> stored = new LinkedHashMap<>();
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private boolean held;

    @Override
    public synchronized CompletionStage<ContributeResponse> contribute(CallerIdentity source, Contribution item) {
        CompletableFuture<ContributeResponse> answer = new CompletableFuture<>();
        Runnable commit = () -> {
            if (item.getClientId().equals("disk-fault")) {
                answer.completeExceptionally(new IllegalStateException("secret path of the disk"));
                return;
            }
            stored.put(item.getClientId(), item);
            answer.complete(ContributeResponse.newBuilder()
                    .setClientId(item.getClientId())
                    .setAccepted(Accepted.newBuilder().setContributionId("c-" + item.getClientId()))
                    .build());
        };
        if (held) {
            waiting.add(commit);
            notifyAll();
        } else {
            commit.run();
        }
        return answer;
    }

    synchronized void hold() {
        held = true;
    }

    /** Makes the newest of the waiting items durable, before those that came earlier. */
    synchronized void commitNewest() {
        waiting.removeLast().run();
    }

    synchronized int commitAll() {
        int count = waiting.size();
        while (!waiting.isEmpty()) {
            waiting.removeFirst().run();
        }
        return count;
    }

    synchronized void awaitWaiting(int count) throws InterruptedException {
        long deadline = System.nanoTime() + PortUnderTest.PATIENCE.toNanos();
        while (waiting.size() < count) {
            long leftMs = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                throw new AssertionError("waiting items: " + waiting.size() + " (expected: " + count + ")");
            }
            wait(leftMs);
        }
    }

    synchronized int waitingCount() {
        return waiting.size();
    }

    synchronized int storedCount() {
        return stored.size();
    }
}
