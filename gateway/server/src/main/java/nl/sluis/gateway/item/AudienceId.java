package nl.sluis.gateway.item;

import nl.sluis.policy.bundle.Audience;

/**
 * What the logs call an audience: a digest of its attributes, the same in every bundle in which they are the same.
 *
 * @param text 32 hexadecimal digits
 */
public record AudienceId(String text) {
    /** The identifier of an audience. */
    public static AudienceId of(Audience audience) {
        return new AudienceId(Digests.id("audience", audience.key()));
    }
}
