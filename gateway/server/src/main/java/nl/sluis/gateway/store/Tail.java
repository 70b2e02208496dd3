package nl.sluis.gateway.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The newest entries of a log, kept when they were committed: whoever follows the log is handed them without the file being
 * asked.
 */
final class Tail {
    /** Bytes kept: some commits of the fastest flow, beyond which a reader does not follow but catches up. */
    private static final long BYTES_MAX = 4L << 20;

    /** What an entry costs beside its payload, bytes. */
    private static final int OVERHEAD_BYTES = 160;

    private static final int FIRST_CAPACITY = 64;

    // a ring without holes in the positions; its length is a power of two
    private @Nullable Entry[] entries = new Entry[FIRST_CAPACITY];
    private long first;
    private long end;
    private long bytes;

    /** Adds what was committed behind what is there. */
    synchronized void add(List<Entry> committed) {
        for (Entry entry : committed) {
            if (first == end || entry.position() != end) {
                clear(entry.position());
            }
            if (end - first == entries.length) {
                grow();
            }
            entries[place(end++)] = entry;
            bytes += bytes(entry);
        }
        while (bytes > BYTES_MAX) {
            bytes -= bytes(at(first));
            entries[place(first++)] = null;
        }
    }

    private void clear(long position) {
        Arrays.fill(entries, null);
        first = position;
        end = position;
        bytes = 0;
    }

    private void grow() {
        Entry[] wider = new Entry[2 * entries.length];
        for (long position = first; position < end; position++) {
            wider[(int) (position & (wider.length - 1))] = at(position);
        }
        entries = wider;
    }

    private int place(long position) {
        return (int) (position & (entries.length - 1));
    }

    private Entry at(long position) {
        return Objects.requireNonNull(entries[place(position)]);
    }

    /**
     * Entries from a position on, as many as one read of the file has.
     *
     * @return none where that position is not kept here
     */
    synchronized List<Entry> from(long position, int entriesMax, long readBytesMax) {
        List<Entry> found = new ArrayList<>();
        if (position >= first) {
            long read = 0;
            for (long next = position; next < end && found.size() < entriesMax && read < readBytesMax; next++) {
                Entry entry = at(next);
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
