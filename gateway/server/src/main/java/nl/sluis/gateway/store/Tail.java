package nl.sluis.gateway.store;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The newest entries of a log, kept when they were committed: whoever follows the log is handed them without the file being
 * asked.
 */
final class Tail {
    /** Bytes kept: some commits of the fastest flow, beyond which a reader does not follow but catches up. */
    private static final long BYTES_MAX = 4L << 20;

    /** What an entry costs beside its payload, bytes. */
    private static final int OVERHEAD_BYTES = 160;

    // without holes
    private final TreeMap<Long, Entry> entries = new TreeMap<>();
    private long bytes;

    /** Adds what was committed behind what is there. */
    synchronized void add(List<Entry> committed) {
        for (Entry entry : committed) {
            entries.put(entry.position(), entry);
            bytes += bytes(entry);
        }
        while (bytes > BYTES_MAX) {
            bytes -= bytes(entries.pollFirstEntry().getValue());
        }
    }

    /**
     * Entries from a position on, as many as one read of the file has.
     *
     * @return none where that position is not kept here
     */
    synchronized List<Entry> from(long position, int entriesMax, long readBytesMax) {
        List<Entry> found = new ArrayList<>();
        if (entries.containsKey(position)) {
            long read = 0;
            for (Entry entry : entries.tailMap(position).values()) {
                if (found.size() == entriesMax || read >= readBytesMax) {
                    break;
                }
                found.add(entry);
                read += entry.payload().length;
            }
        }
        return found;
    }

    private static long bytes(Entry entry) {
        return (long) OVERHEAD_BYTES + entry.key().length() + entry.payload().length;
    }
}
