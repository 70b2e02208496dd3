package nl.sluis.gateway.stream;

import com.google.protobuf.ByteString;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import nl.sluis.gateway.release.Variants;
import nl.sluis.gateway.stream.Due.Gathered;
import nl.sluis.proto.v1.TextForm;
import org.jspecify.annotations.Nullable;

/**
 * The batches of one audience's log that are due now: subscribers who stand at the same place and ask for the same get the
 * same, decided and gathered once for all of them.
 */
final class SharedBatches {
    /** Batches kept at once: of so many places and filters, each of about the size that one write has. */
    private static final int KEPT_MAX = 8;

    /** Age at which what is due is decided again, ms: what time alone changes reaches a stream so much later at most. */
    private static final long AGE_MAX_MS = 10;

    private final Map<Place, Gathered> kept = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, Gathered> eldest) {
            return size() > KEPT_MAX;
        }
    };
    private Variants.@Nullable Standing standing;
    private long sinceMs;

    /**
     * What a batch depends on.
     *
     * @param from index of its first entry
     * @param binding digest of what the subscribers ask for
     * @param text which text stands beside a product
     * @param maxBytes its size, about
     */
    record Place(long from, ByteString binding, TextForm text, int maxBytes) {}

    /**
     * What is due at a place; decided no longer ago than {@link #AGE_MAX_MS}, and by what holds now.
     *
     * @param now what decisions depend on
     * @param nowMs the gateway's time, ms
     * @param gather makes it where it is not there
     */
    synchronized Gathered at(Place place, Variants.Standing now, long nowMs, Supplier<Gathered> gather) {
        if (!now.equals(standing) || nowMs - sinceMs > AGE_MAX_MS || nowMs < sinceMs) {
            kept.clear();
            standing = now;
            sinceMs = nowMs;
        }
        Gathered due = kept.get(place);
        if (due == null) {
            due = gather.get();
            if (!due.own()) {
                kept.put(place, due);
            }
        }
        return due;
    }
}
