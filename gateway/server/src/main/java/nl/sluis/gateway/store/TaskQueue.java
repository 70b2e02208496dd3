package nl.sluis.gateway.store;

import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * Work that one node gives out, and that the node does which holds its partition. A task is done at least once: what a node
 * that died or lost the partition had taken is taken up by the next, and the first answer counts.
 */
public interface TaskQueue extends AutoCloseable {
    /** Partitions: enough for the nodes that one Redis serves, and few enough for each to hold several. */
    int PARTITIONS = 8;

    /**
     * Gives out a task.
     *
     * @param partition from 0, below {@link #PARTITIONS}
     * @param task what is to be done
     * @return the answer; or a {@link StoreException}: UNREACHABLE where none came in time, CLOSED
     */
    CompletableFuture<byte[]> submit(int partition, byte[] task);

    /**
     * Does the tasks of a partition, one after the other.
     *
     * @param duty name of the duty that the node holds
     * @param token its fencing token: once another node has a higher one, no answer of this one is taken
     * @param partition the partition
     * @param work makes the answer of a task, and does not throw; called by one thread at a time
     * @return what does them once it is started
     */
    Node.Duty worker(String duty, long token, int partition, UnaryOperator<byte[]> work);

    @Override
    void close();
}
