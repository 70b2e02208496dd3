package nl.sluis.partner;

import java.io.IOException;
import java.util.Optional;
import nl.sluis.proto.v1.Checkpoint;

/** Keeps the point from which a subscription can be resumed. */
public interface CursorStore {
    /** The last checkpoint that was saved. */
    Optional<Checkpoint> load() throws IOException;

    /** Takes a checkpoint; it may be written later, because an old cursor costs repeats and no loss. */
    void save(Checkpoint checkpoint) throws IOException;

    /** Writes what was not written yet. */
    default void flush() throws IOException {}

    /** Keeps nothing. */
    static CursorStore none() {
        return new CursorStore() {
            @Override
            public Optional<Checkpoint> load() {
                return Optional.empty();
            }

            @Override
            public void save(Checkpoint checkpoint) {}
        };
    }
}
