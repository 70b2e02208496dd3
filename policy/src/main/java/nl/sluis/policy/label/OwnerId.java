package nl.sluis.policy.label;

import java.util.Comparator;
import java.util.Locale;
import java.util.regex.Pattern;
import nl.sluis.proto.v1.Owner;

/**
 * An originator: a nation or community, and the tenant in it.
 *
 * @param nation ISO 3166-1 alpha-3 or a community name, upper case
 * @param tenant the tenant's name in lower case, or empty where the nation as a whole is meant
 */
public record OwnerId(String nation, String tenant) implements Comparable<OwnerId> {
    private static final Pattern TENANT = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final Comparator<OwnerId> ORDER =
            Comparator.comparing(OwnerId::nation).thenComparing(OwnerId::tenant);

    /** Checks the form of the tenant's name. */
    public OwnerId {
        if (!tenant.isEmpty() && !TENANT.matcher(tenant).matches()) {
            throw new IllegalArgumentException("tenant `" + tenant + "` (expected: lower-case letters, digits, `-`)");
        }
    }

    /** Whether the text has the form of a tenant's name. */
    public static boolean isTenantName(String text) {
        return TENANT.matcher(text).matches();
    }

    /** Reads {@code NLD} or {@code NLD/ssa-centre}; whether the nation exists is for {@link Spifs} to say. */
    public static OwnerId parse(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? new OwnerId(text.toUpperCase(Locale.ROOT), "")
                : new OwnerId(text.substring(0, slash).toUpperCase(Locale.ROOT), text.substring(slash + 1));
    }

    /** The nation as a whole. */
    public OwnerId wholeNation() {
        return tenant.isEmpty() ? this : new OwnerId(nation, "");
    }

    /** Whether {@code other} is this originator or belongs to it. */
    public boolean covers(OwnerId other) {
        return nation.equals(other.nation) && (tenant.isEmpty() || tenant.equals(other.tenant));
    }

    /** The value on the wire. */
    public Owner toProto() {
        return Owner.newBuilder().setNation(nation).setTenant(tenant).build();
    }

    @Override
    public int compareTo(OwnerId other) {
        return ORDER.compare(this, other);
    }

    /** {@code NLD} or {@code NLD/ssa-centre}. */
    @Override
    public String toString() {
        return tenant.isEmpty() ? nation : nation + "/" + tenant;
    }
}
