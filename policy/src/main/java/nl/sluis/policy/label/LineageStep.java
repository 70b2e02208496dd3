package nl.sluis.policy.label;

import com.google.protobuf.ByteString;
import java.util.Comparator;
import java.util.Locale;
import nl.sluis.proto.v1.Lineage;

/**
 * One step in the history of a label. For the audit log only: a digest of a guessable label betrays its source.
 *
 * @param sourceDigest SHA-256 of the source label's canonical bytes, 64 hexadecimal digits in lower case
 * @param operation what was done
 * @param by who did it
 */
public record LineageStep(String sourceDigest, Operation operation, OwnerId by) implements Comparable<LineageStep> {
    private static final Comparator<LineageStep> ORDER = Comparator.comparing(LineageStep::sourceDigest)
            .thenComparing(LineageStep::operation)
            .thenComparing(LineageStep::by);

    /** What was done to the source label. */
    public enum Operation {
        /** Data under it was fused into a product. */
        FUSE,
        /** Fields were removed. */
        SANITISE,
        /** A declared downgrade replaced its signer's part. */
        RELABEL,
        /** It was read from another notation. */
        TRANSLATE
    }

    /** The value on the wire. */
    Lineage toProto() {
        return Lineage.newBuilder()
                .setSourceLabelSha256(ByteString.fromHex(sourceDigest))
                .setOperation(Lineage.Operation.valueOf("OPERATION_" + operation.name()))
                .setBy(by.toProto())
                .build();
    }

    @Override
    public int compareTo(LineageStep other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return operation.name().toLowerCase(Locale.ROOT) + " " + sourceDigest + " by " + by;
    }
}
