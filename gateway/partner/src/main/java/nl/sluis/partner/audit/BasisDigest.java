package nl.sluis.partner.audit;

import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import nl.sluis.proto.v1.AuditBasis;
import nl.sluis.proto.v1.AuditEntry;

/**
 * Binds an entry to what its product was made from, which the tenant may not see: a digest that says nothing to who does
 * not know the salt.
 */
public final class BasisDigest {
    private BasisDigest() {}

    /**
     * The digest of a basis.
     *
     * @param basis with or without salt
     * @return SHA-256 of the serialised basis without its salt
     */
    public static byte[] of(AuditBasis basis) {
        return MerkleTree.sha256().digest(basis.toBuilder().clearSalt().build().toByteArray());
    }

    /**
     * What stands in an entry.
     *
     * @param salt random bytes
     * @param basisDigest from {@link #of}
     * @return SHA-256 of both in this order
     */
    public static ByteString bind(ByteString salt, byte[] basisDigest) {
        MessageDigest digest = MerkleTree.sha256();
        digest.update(salt.asReadOnlyByteBuffer());
        return ByteString.copyFrom(digest.digest(basisDigest));
    }

    /** True if the entry was made with this basis. */
    public static boolean binds(AuditEntry entry, AuditBasis basis) {
        return bind(basis.getSalt(), of(basis)).equals(entry.getBasisSha256());
    }
}
