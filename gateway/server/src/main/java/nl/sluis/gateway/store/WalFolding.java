package nl.sluis.gateway.store;

import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folds the write-ahead log into the file beside the commits. Its own thread copies nearly all of it; the writer then
 * copies the rest between two commits, after which SQLite starts the log again from its beginning.
 */
final class WalFolding implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WalFolding.class);

    /** What a commit adds beside its payloads: pages of the log's end, of indexes and of the heads, bytes. */
    private static final long COMMIT_BYTES = 4 * 4_096;

    /** Payload goes in once, and the pages it shares with its neighbours in other commits again. */
    private static final long PAYLOAD_FACTOR = 2;

    private static final long CLOSE_S = 30;

    private final SqliteFile file;
    private final long bytesMax;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread made = new Thread(task, "journal-fold");
        made.setDaemon(true);
        return made;
    });
    // only the writer's thread uses it
    private long writtenBytes;
    private boolean copying;
    private volatile boolean copied;

    WalFolding(SqliteFile file, long bytesMax) {
        this.file = file;
        this.bytesMax = bytesMax;
    }

    /** Counts a commit. Called by the writer. */
    void written(long payloadBytes) {
        writtenBytes += COMMIT_BYTES + PAYLOAD_FACTOR * payloadBytes;
        if (writtenBytes > bytesMax && !copying) {
            copying = true;
            thread.execute(this::copy);
        }
    }

    /** True once after most of the log was copied: the writer copies the rest. Called by the writer. */
    boolean due() {
        if (!copied) {
            return false;
        }
        copied = false;
        copying = false;
        writtenBytes = 0;
        return true;
    }

    private void copy() {
        try {
            file.fold();
        } catch (SQLException | RuntimeException e) {
            // nothing is lost by it: the log grows, and the writer tries the same and fails by itself if it must
            LOG.warn("the write-ahead log was not folded in beside the commits", e);
        }
        copied = true;
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_S, TimeUnit.SECONDS)) {
                LOG.warn("folding the write-ahead log did not end in {} s", CLOSE_S);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
