package nl.sluis.partner;

import java.util.function.Consumer;

/**
 * How a contributor behaves.
 *
 * @param windowItems most items in flight, sent and not yet answered; {@code submit} waits for room
 * @param windowBytes most bytes in flight; one item alone may be larger
 * @param backoff waits between attempts to reconnect
 * @param onInterruption told each time the stream breaks, before it is opened again
 */
public record ContributorOptions(
        int windowItems, long windowBytes, Backoff backoff, Consumer<StreamCondition.Broken> onInterruption) {
    /** 256 items fill one group commit of the gateway; 16 MiB bound what a reconnect sends again. */
    public static final ContributorOptions DEFAULT =
            new ContributorOptions(256, 16L * 1024 * 1024, Backoff.DEFAULT, broken -> {});

    /** Checks that something fits. */
    public ContributorOptions {
        if (windowItems < 1 || windowBytes < 1) {
            throw new IllegalArgumentException(
                    "window: " + windowItems + " items, " + windowBytes + " bytes (expected: at least 1 each)");
        }
    }

    /** The same with another window. */
    public ContributorOptions withWindowItems(int items) {
        return new ContributorOptions(items, windowBytes, backoff, onInterruption);
    }

    /** The same with another back-off. */
    public ContributorOptions withBackoff(Backoff other) {
        return new ContributorOptions(windowItems, windowBytes, other, onInterruption);
    }

    /** The same, telling somebody else of interruptions. */
    public ContributorOptions onInterruption(Consumer<StreamCondition.Broken> other) {
        return new ContributorOptions(windowItems, windowBytes, backoff, other);
    }
}
