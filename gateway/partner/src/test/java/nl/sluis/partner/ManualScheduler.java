package nl.sluis.partner;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Time moved by hand: tasks wait until a test runs them. */
public final class ManualScheduler implements Scheduler {
    private static final long LIMIT_MS = 20_000;

    private final List<Task> tasks = new ArrayList<>();
    private long nowNanos;

    @Override
    public synchronized long nanoTime() {
        return nowNanos;
    }

    /** Moves the clock without running anything. */
    public synchronized void advance(Duration by) {
        nowNanos += by.toNanos();
    }

    @Override
    public synchronized Runnable after(Duration delay, Runnable work) {
        Task task = new Task(delay, work);
        tasks.add(task);
        notifyAll();
        return () -> remove(task);
    }

    /** Waits until a task of such a delay is there, takes it out and returns it. */
    public synchronized Task take(Predicate<Duration> delay) {
        long endMs = System.currentTimeMillis() + LIMIT_MS;
        while (true) {
            for (Task task : tasks) {
                if (delay.test(task.delay)) {
                    tasks.remove(task);
                    return task;
                }
            }
            long leftMs = endMs - System.currentTimeMillis();
            if (leftMs <= 0) {
                throw new AssertionError("no such task within " + LIMIT_MS + " ms; there are " + tasks);
            }
            try {
                wait(leftMs);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Waits for a retry: any task shorter than the watch over silence. */
    public Task takeRetry() {
        return take(delay -> delay.compareTo(SubscriptionOptions.DEFAULT.silenceMax()) < 0);
    }

    /** Waits for the watch over silence. */
    public Task takeWatch() {
        return take(delay -> delay.equals(SubscriptionOptions.DEFAULT.silenceMax()));
    }

    private synchronized void remove(Task task) {
        tasks.remove(task);
    }

    @Override
    public void close() {}

    /** A task that waits. */
    public record Task(Duration delay, Runnable work) {
        /** Runs it. */
        public void run() {
            work.run();
        }
    }
}
