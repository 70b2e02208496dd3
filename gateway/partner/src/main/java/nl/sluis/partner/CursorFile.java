package nl.sluis.partner;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import nl.sluis.proto.v1.Checkpoint;
import org.jspecify.annotations.Nullable;

/** A cursor in a file: a serialised {@code Checkpoint}, replaced in one step, so that a crash leaves the old or the new. */
public final class CursorFile implements CursorStore {
    /** A busy stream has a checkpoint every few milliseconds; a write for each would cost more than a few repeats. */
    static final Duration WRITE_EVERY = Duration.ofSeconds(1);

    private final Path file;
    private final LongSupplier nanoTime;
    private @Nullable Checkpoint unwritten;
    private boolean written;
    private long writtenAtNanos;

    /** A cursor in this file, which need not exist yet. */
    public CursorFile(Path file) {
        this(file, System::nanoTime);
    }

    CursorFile(Path file, LongSupplier nanoTime) {
        this.file = file;
        this.nanoTime = nanoTime;
    }

    @Override
    public Optional<Checkpoint> load() throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        try {
            Checkpoint checkpoint = Checkpoint.parseFrom(bytes);
            if (checkpoint.getCursor().isEmpty()) {
                throw new IOException("`" + file + "`: no cursor in it (expected: a file written by a subscription)");
            }
            return Optional.of(checkpoint);
        } catch (InvalidProtocolBufferException e) {
            throw new IOException("`" + file + "`: not a cursor (expected: a file written by a subscription)", e);
        }
    }

    @Override
    public synchronized void save(Checkpoint checkpoint) throws IOException {
        unwritten = checkpoint;
        if (!written || nanoTime.getAsLong() - writtenAtNanos >= WRITE_EVERY.toNanos()) {
            flush();
        }
    }

    @Override
    public synchronized void flush() throws IOException {
        if (unwritten == null) {
            return;
        }
        Path absolute = file.toAbsolutePath();
        Path fresh = absolute.resolveSibling(absolute.getFileName() + ".new");
        Files.write(fresh, unwritten.toByteArray());
        Files.move(fresh, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        unwritten = null;
        written = true;
        writtenAtNanos = nanoTime.getAsLong();
    }
}
