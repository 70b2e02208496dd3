package nl.sluis.gateway.identity;

import java.util.regex.Pattern;

/**
 * A partner organisation: a nation (or community) and a name within it, written {@code nld/ssa-centre}.
 *
 * @param nation ISO 3166-1 alpha-3 in lower case, or a community's name in lower case
 * @param name name within the nation, lower-case letters, digits and hyphens
 */
public record TenantId(String nation, String name) implements Comparable<TenantId> {
    private static final Pattern NATION = Pattern.compile("[a-z]{3,16}");
    private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

    /** Checks both parts. */
    public TenantId {
        if (!NATION.matcher(nation).matches()) {
            throw new IllegalArgumentException("nation: `" + nation + "` (expected: 3 to 16 lower-case letters)");
        }
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "tenant name: `" + name + "` (expected: lower-case letters, digits and inner hyphens, at most 63)");
        }
    }

    /** Reads {@code nation/name}. */
    public static TenantId parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("tenant: `" + text + "` (expected: nation/name)");
        }
        return new TenantId(text.substring(0, slash), text.substring(slash + 1));
    }

    @Override
    public int compareTo(TenantId other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return nation + "/" + name;
    }
}
