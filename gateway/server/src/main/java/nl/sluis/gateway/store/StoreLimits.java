package nl.sluis.gateway.store;

/**
 * The bounds of a journal's queue, commits and file.
 *
 * @param groupEntriesMax entries in one commit: bounds how long the first of them waits
 * @param groupBytesMax bytes in one commit: the same for large payloads
 * @param queueEntriesMax entries taken and not yet answered; beyond it an append ends in OVERLOADED
 * @param queueBytesMax bytes taken and not yet answered: bounds the heap; beyond it an append ends in OVERLOADED
 * @param payloadBytesMax bytes of one payload; beyond it an append ends in TOO_LARGE
 * @param readBytesMax payload bytes after which a read stops early, so that a page has a bounded size
 * @param walBytesMax size of the embedded write-ahead log beyond which it is folded into the file: bounds recovery
 * @param fileBytesMax size of the embedded file; beyond it an append ends in DISK_FULL while the disk still has room
 */
public record StoreLimits(
        int groupEntriesMax,
        long groupBytesMax,
        int queueEntriesMax,
        long queueBytesMax,
        int payloadBytesMax,
        long readBytesMax,
        long walBytesMax,
        long fileBytesMax) {

    private static final long MIB = 1L << 20;

    /** For a gateway on two cores: 25 ms a commit and 64 MiB of heap at most. */
    public static final StoreLimits DEFAULT =
            new StoreLimits(1024, 4 * MIB, 65_536, 64 * MIB, (int) (4 * MIB), 4 * MIB, 16 * MIB, 1L << 40);

    /** Checks that every bound lets something through. */
    public StoreLimits {
        requirePositive("groupEntriesMax", groupEntriesMax);
        requirePositive("groupBytesMax", groupBytesMax);
        requirePositive("queueEntriesMax", queueEntriesMax);
        requirePositive("queueBytesMax", queueBytesMax);
        requirePositive("payloadBytesMax", payloadBytesMax);
        requirePositive("readBytesMax", readBytesMax);
        requirePositive("walBytesMax", walBytesMax);
        requirePositive("fileBytesMax", fileBytesMax);
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + ": `" + value + "` (expected: more than zero)");
        }
    }

    /**
     * The same limits for a smaller or larger file.
     *
     * @param bytes size of the embedded file
     * @return a copy
     */
    public StoreLimits withFileBytesMax(long bytes) {
        return new StoreLimits(
                groupEntriesMax,
                groupBytesMax,
                queueEntriesMax,
                queueBytesMax,
                payloadBytesMax,
                readBytesMax,
                walBytesMax,
                bytes);
    }

    /**
     * The same limits for a smaller or larger queue.
     *
     * @param entries entries taken and not yet answered
     * @return a copy
     */
    public StoreLimits withQueueEntriesMax(int entries) {
        return new StoreLimits(
                groupEntriesMax,
                groupBytesMax,
                entries,
                queueBytesMax,
                payloadBytesMax,
                readBytesMax,
                walBytesMax,
                fileBytesMax);
    }

    /**
     * The same limits for a smaller or larger write-ahead log.
     *
     * @param bytes size beyond which it is folded into the file
     * @return a copy
     */
    public StoreLimits withWalBytesMax(long bytes) {
        return new StoreLimits(
                groupEntriesMax,
                groupBytesMax,
                queueEntriesMax,
                queueBytesMax,
                payloadBytesMax,
                readBytesMax,
                bytes,
                fileBytesMax);
    }
}
