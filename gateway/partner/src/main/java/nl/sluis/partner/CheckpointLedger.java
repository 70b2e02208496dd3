package nl.sluis.partner;

import com.google.protobuf.ByteString;
import java.util.Optional;
import nl.sluis.proto.v1.Checkpoint;

/**
 * Counts what one call brings against what its checkpoints say.
 *
 * <p>Sequence numbers have no gap and counts agree, else something was lost on the way. A call that resumes goes on
 * with the numbers of the cursor's checkpoint, or starts anew from 1; both are accepted, nothing else. Where the caller
 * gave a cursor alone, the first checkpoint says what its numbers were.
 */
final class CheckpointLedger {
    private Checkpoint last;
    private boolean settled;
    private boolean baseUnknown;
    private long deliveriesSinceLast;
    private long deliveriesInCall;

    CheckpointLedger(Optional<Checkpoint> resumedFrom) {
        last = resumedFrom.orElse(Checkpoint.getDefaultInstance());
    }

    static CheckpointLedger ofUnknownCursor() {
        CheckpointLedger ledger = new CheckpointLedger(Optional.empty());
        ledger.baseUnknown = true;
        return ledger;
    }

    void delivered() {
        deliveriesInCall++;
        deliveriesSinceLast++;
    }

    long deliveriesInCall() {
        return deliveriesInCall;
    }

    void check(Checkpoint found) throws IntegrityException {
        if (found.getCursor().isEmpty()) {
            throw new IntegrityException("checkpoint " + found.getSequence() + ": no cursor");
        }
        if (!settled && found.getSequence() == 1 && found.getDelivered() == deliveriesInCall) {
            last = Checkpoint.getDefaultInstance();
        }
        if (baseUnknown) {
            last = found.toBuilder()
                    .setSequence(found.getSequence() - 1)
                    .setDelivered(found.getDelivered() - deliveriesSinceLast)
                    .build();
            baseUnknown = false;
        }
        settled = true;
        long expected = last.getSequence() + 1;
        if (found.getSequence() != expected) {
            throw new IntegrityException(
                    "checkpoint sequence: " + found.getSequence() + " (expected: " + expected + ")");
        }
        long count = last.getDelivered() + deliveriesSinceLast;
        if (found.getDelivered() != count) {
            throw new IntegrityException("checkpoint " + found.getSequence() + ": " + found.getDelivered()
                    + " products delivered (received: " + count + ")");
        }
        last = found;
        deliveriesSinceLast = 0;
    }

    /** The point that a closing message names: behind all that this call brought. */
    Checkpoint closed(ByteString cursor) {
        return last.toBuilder()
                .setDelivered(last.getDelivered() + deliveriesSinceLast)
                .setCursor(cursor)
                .build();
    }
}
