package nl.sluis.gateway.release;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.change.Preview;
import nl.sluis.policy.label.LabelException;

/**
 * The recorded past: every product in a journal as policy looked at it when it was made, so that another policy can be
 * asked what it would have done.
 *
 * @param items what can be decided again, oldest first
 * @param notUnderstood products whose labels the bundle does not know
 */
public record RecordedItems(List<Preview.Recorded> items, long notUnderstood) {
    private static final int READ_ENTRIES_MAX = 256;

    /**
     * Reads all products of a journal. Blocks.
     *
     * @param journal the journal
     * @param bundle the bundle that gives their labels meaning: the one in force
     */
    public static RecordedItems read(Journal journal, PolicyBundle bundle) {
        List<Preview.Recorded> items = new ArrayList<>();
        long notUnderstood = 0;
        long next = Math.max(1, journal.oldest(LogName.PRODUCTS));
        long end = journal.watermark(LogName.PRODUCTS);
        while (next <= end) {
            for (Entry entry : journal.read(LogName.PRODUCTS, next, READ_ENTRIES_MAX)) {
                next = entry.position() + 1;
                try {
                    StoredProduct stored = StoredProduct.parseFrom(entry.payload());
                    if (!stored.hasWithdrawal()) {
                        items.add(new Preview.Recorded(
                                StoredItem.of(stored, bundle).item(), entry.recordedAt()));
                    }
                } catch (InvalidProtocolBufferException | LabelException e) {
                    notUnderstood++;
                }
            }
        }
        return new RecordedItems(List.copyOf(items), notUnderstood);
    }
}
