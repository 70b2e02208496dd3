package nl.sluis.gateway.release;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A bundle as somebody handed it in: nothing of it has been checked.
 *
 * @param files contents by path
 * @param signatures officers' detached signatures over the manifest, CMS in DER
 */
public record SignedFiles(Map<String, byte[]> files, List<byte[]> signatures) {
    /** Whether the other has the same bytes throughout. */
    public boolean isSameAs(SignedFiles other) {
        return files.keySet().equals(other.files.keySet())
                && files.entrySet().stream()
                        .allMatch(one -> Arrays.equals(one.getValue(), other.files.get(one.getKey())))
                && Arrays.deepEquals(signatures.toArray(), other.signatures.toArray());
    }
}
