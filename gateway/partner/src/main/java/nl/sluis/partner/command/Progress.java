package nl.sluis.partner.command;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Tells how far something long is, a line at a time on standard error: a bar would be torn by the answers and rows that are
 * printed meanwhile, and a file that the output goes to would hold all its steps.
 */
final class Progress {
    /** Between two lines: often enough to see that it moves, seldom enough to be read. */
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final PrintWriter err;
    private final LongSupplier nanoTime;
    private long toldNanos;

    /** @param nanoTime monotonic clock, nanoseconds; what takes less than the interval is not told of */
    Progress(PrintWriter err, LongSupplier nanoTime) {
        this.err = err;
        this.nanoTime = nanoTime;
        this.toldNanos = nanoTime.getAsLong();
    }

    /** Prints a line where it is time for one; called after each step, by any thread. */
    synchronized void step(Supplier<String> line) {
        long now = nanoTime.getAsLong();
        if (now - toldNanos >= INTERVAL.toNanos()) {
            toldNanos = now;
            err.println(line.get());
            err.flush();
        }
    }
}
