package nl.sluis.benchmarks.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** The baseline: one thread appends what is queued to a file, syncs its data once, and answers. */
final class FileLog implements AutoCloseable {
    /** The journal's own bound on a group. */
    private static final int GROUP_ENTRIES_MAX = 1024;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Waiting(byte[] payload, CompletableFuture<Long> answer) {}

    private final LinkedBlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private final FileChannel channel;
    private final Thread writer = new Thread(this::write, "file-log");
    private long position;

    FileLog(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        writer.start();
    }

    CompletableFuture<Long> append(byte[] payload) {
        Waiting waiting = new Waiting(payload, new CompletableFuture<>());
        queue.add(waiting);
        return waiting.answer();
    }

    private void write() {
        List<Waiting> group = new ArrayList<>();
        try {
            while (true) {
                group.add(queue.take());
                queue.drainTo(group, GROUP_ENTRIES_MAX - 1);
                ByteBuffer bytes = ByteBuffer.allocate(group.stream()
                        .mapToInt(waiting -> Integer.BYTES + waiting.payload().length)
                        .sum());
                group.forEach(waiting -> bytes.putInt(waiting.payload().length).put(waiting.payload()));
                bytes.flip();
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                // force(false) is fdatasync
                channel.force(false);
                group.forEach(waiting -> waiting.answer().complete(++position));
                group.clear();
            }
        } catch (InterruptedException e) {
            // how close() ends it
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        writer.interrupt();
        channel.close();
    }
}
