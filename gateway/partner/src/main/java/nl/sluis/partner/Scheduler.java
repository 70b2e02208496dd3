package nl.sluis.partner;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Time as the client sees it; handed in, so that tests move it by hand. */
public interface Scheduler extends AutoCloseable {
    /** Monotonic time, ns; only differences mean anything. */
    long nanoTime();

    /**
     * Runs a task once, later, on another thread.
     *
     * @return cancels the task unless it has begun; may be called more than once
     */
    Runnable after(Duration delay, Runnable task);

    /** Drops all that waits. */
    @Override
    void close();

    /** One daemon thread on the system's clock. */
    static Scheduler system() {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "sluis-partner-scheduler");
            thread.setDaemon(true);
            return thread;
        });
        return new Scheduler() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public Runnable after(Duration delay, Runnable task) {
                Future<?> future = executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
                return () -> future.cancel(false);
            }

            @Override
            public void close() {
                executor.shutdownNow();
            }
        };
    }
}
