package nl.sluis.partner;

import com.google.protobuf.ByteString;
import java.util.LinkedHashMap;
import java.util.Map;
import nl.sluis.proto.v1.Delivery;

/**
 * Remembers what was taken, to recognise repeats: the same product, version and payload.
 *
 * <p>The same version with another payload is another variant (other rules made it) and no repeat.
 */
final class TakenProducts {
    /** Repeats lie between two checkpoints, some 50 products; the rest is room for a gateway that batches otherwise. */
    static final int REMEMBERED_MAX = 65_536;

    private final Map<Key, ByteString> payloadDigests = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, ByteString> eldest) {
            return size() > REMEMBERED_MAX;
        }
    };

    /** True where this delivery repeats one that was added. */
    boolean contains(Delivery delivery) {
        return delivery.getBoundLabel().getPayloadSha256().equals(payloadDigests.get(Key.of(delivery)));
    }

    void add(Delivery delivery) {
        payloadDigests.put(Key.of(delivery), delivery.getBoundLabel().getPayloadSha256());
    }

    private record Key(String productId, int version) {
        static Key of(Delivery delivery) {
            return new Key(delivery.getProductId(), delivery.getVersion());
        }
    }
}
