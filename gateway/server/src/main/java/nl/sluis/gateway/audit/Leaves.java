package nl.sluis.gateway.audit;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import nl.sluis.journal.v1.StoredAuditEntry;
import nl.sluis.journal.v1.StoredDeliveries;
import nl.sluis.journal.v1.StoredDelivery;
import nl.sluis.partner.audit.Hash;
import nl.sluis.partner.audit.MerkleTree;
import nl.sluis.proto.v1.AuditEntry;

/**
 * The leaves of one entry of the AUDIT log. What a batch says once for all its tenants becomes a leaf for each when it is
 * asked for: so that a delivery costs the log a name, and its account still says everything.
 */
public final class Leaves {
    /** Leaves of one entry at most: what reading one may cost, and what its number within the entry may be. */
    public static final int BATCH_LEAVES_MAX = 1 << 14;

    private final StoredAuditEntry stored;
    private final StoredDeliveries batch;
    private final int delivered;
    private final int downgraded;

    Leaves(StoredAuditEntry stored) {
        this.stored = stored;
        this.batch = stored.getDeliveries();
        this.delivered = batch.getTenantsCount() * batch.getDeliveriesCount();
        this.downgraded = downgrades(batch);
    }

    /** One leaf. */
    record Leaf(ByteString bytes, String tenant, ByteString salt, long productPosition) {
        Hash hash() {
            return MerkleTree.leafHash(bytes.toByteArray());
        }
    }

    private static int downgrades(StoredDeliveries batch) {
        return batch.getDeliveriesList().stream()
                .mapToInt(StoredDelivery::getDowngradesCount)
                .sum();
    }

    /** How many leaves a variant has for each tenant that it goes to. */
    public static int ofEachTenant(StoredDelivery delivery) {
        return 1 + delivery.getDowngradesCount();
    }

    int count() {
        return stored.hasDeliveries() ? delivered + batch.getTenantsCount() * downgraded : 1;
    }

    Leaf get(int ordinal) {
        if (!stored.hasDeliveries()) {
            return new Leaf(stored.getLeaf(), stored.getTenant(), stored.getSalt(), stored.getProductPosition());
        }
        if (ordinal < delivered) {
            StoredDelivery delivery = batch.getDeliveries(ordinal % batch.getDeliveriesCount());
            String tenant = batch.getTenants(ordinal / batch.getDeliveriesCount());
            return leaf(delivery, entry(delivery.getEntry()).setTenant(tenant));
        }
        String recipient = batch.getTenants((ordinal - delivered) / downgraded);
        int left = (ordinal - delivered) % downgraded;
        for (StoredDelivery delivery : batch.getDeliveriesList()) {
            if (left < delivery.getDowngradesCount()) {
                return leaf(delivery, entry(delivery.getDowngrades(left)).setOtherTenant(recipient));
            }
            left -= delivery.getDowngradesCount();
        }
        throw new IndexOutOfBoundsException("leaf: " + ordinal + " (expected: below " + count() + ")");
    }

    private Leaf leaf(StoredDelivery delivery, AuditEntry.Builder entry) {
        return new Leaf(
                entry.setAt(batch.getAt()).build().toByteString(),
                entry.getTenant(),
                delivery.getSalt(),
                delivery.getProductPosition());
    }

    private static AuditEntry.Builder entry(ByteString bytes) {
        try {
            return AuditEntry.newBuilder().mergeFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new AuditException(
                    AuditException.Code.LOG_REWRITTEN, "audit log: a delivery can't be read: " + e.getMessage());
        }
    }
}
