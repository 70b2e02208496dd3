package nl.sluis.policy.bundle;

import java.time.Instant;
import java.util.Optional;

/**
 * What makes a set of files one version.
 *
 * @param name the bundle's name
 * @param version strictly increasing, from 1; 0 where the bundle has no header
 * @param predecessor digest of the version before, 64 hexadecimal digits; empty for the first
 * @param validFrom from when, UTC, inclusive
 * @param validUntil until when, UTC, exclusive
 */
public record BundleHeader(
        String name, long version, Optional<String> predecessor, Instant validFrom, Instant validUntil) {
    /** Of files without a header: a draft that is always valid. */
    public static final BundleHeader DRAFT =
            new BundleHeader("draft", 0, Optional.empty(), Instant.EPOCH, Instant.parse("9999-12-31T00:00:00Z"));
}
