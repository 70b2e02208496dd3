package nl.sluis.certs;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a development PKI shall contain.
 *
 * @param host the nation that runs the gateway; its issuing CA signs the gateway's certificate
 * @param tenants partner organisations; each nation named here gets its own root, issuing CA and trust domain
 * @param officers persons of those tenants who hold an officer's certificate
 * @param gatewayHosts DNS names and IP addresses of the gateway besides {@code localhost}, 127.0.0.1 and ::1
 * @param validity how long certificates of tenants, officers and the gateway, and CRLs, are valid
 * @param badCertificates whether one of each {@link BadCertificate} is made as well
 */
public record PkiRequest(
        String host,
        List<Tenant> tenants,
        List<Officer> officers,
        List<String> gatewayHosts,
        Duration validity,
        boolean badCertificates) {

    /** Long enough for a season of development, short enough that no such folder lives for ever. */
    public static final Duration DEFAULT_VALIDITY = Duration.ofDays(365);

    private static final Pattern NATION = Pattern.compile("[a-z]{3,16}");
    private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

    /** Checks every name, because a name becomes a path and a URI. */
    public PkiRequest {
        checkNation(host);
        tenants = List.copyOf(tenants);
        officers = List.copyOf(officers);
        gatewayHosts = List.copyOf(gatewayHosts);
        if (validity.compareTo(Duration.ofMinutes(1)) < 0) {
            throw new IllegalArgumentException("validity: `" + validity + "` (expected: at least `PT1M`)");
        }
        for (Officer officer : officers) {
            if (tenants.stream()
                    .noneMatch(tenant -> tenant.nation().equals(officer.nation())
                            && tenant.name().equals(officer.tenant()))) {
                throw new IllegalArgumentException("officer `" + officer + "`: no tenant `" + officer.nation() + "/"
                        + officer.tenant() + "` in the request");
            }
        }
    }

    /** A PKI for {@code host} with these tenants, the default validity, no officers and no bad certificates. */
    public static PkiRequest of(String host, Tenant... tenants) {
        return new PkiRequest(host, List.of(tenants), List.of(), List.of(), DEFAULT_VALIDITY, false);
    }

    /** The same request with these officers. */
    public PkiRequest withOfficers(Officer... officers) {
        return new PkiRequest(host, tenants, List.of(officers), gatewayHosts, validity, badCertificates);
    }

    /** The same request with one of each bad certificate. */
    public PkiRequest withBadCertificates() {
        return new PkiRequest(host, tenants, officers, gatewayHosts, validity, true);
    }

    /** All nations of the request, host included, in alphabetical order. */
    TreeSet<String> nations() {
        TreeSet<String> nations = new TreeSet<>();
        nations.add(host);
        tenants.forEach(tenant -> nations.add(tenant.nation()));
        return nations;
    }

    private static void checkNation(String nation) {
        if (!NATION.matcher(nation).matches()) {
            throw new IllegalArgumentException("nation: `" + nation + "` (expected: 3 to 16 lower-case letters)");
        }
    }

    private static void checkName(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    what + ": `" + name + "` (expected: 1 to 63 lower-case letters, digits and inner hyphens)");
        }
    }

    /**
     * One partner organisation.
     *
     * @param nation ISO 3166-1 alpha-3 in lower case, or a community's name in lower case
     * @param name the organisation's name within its nation
     * @param roles roles its certificate carries, at least one; kept in alphabetical order without repeats
     */
    public record Tenant(String nation, String name, List<String> roles) {
        /** Checks the parts. */
        public Tenant {
            checkNation(nation);
            checkName("tenant", name);
            if (roles.isEmpty()) {
                throw new IllegalArgumentException("tenant `" + nation + "/" + name + "`: no role (expected: one)");
            }
            roles.forEach(role -> checkName("role", role));
            roles = roles.stream().distinct().sorted().toList();
        }

        /** Reads {@code nld/ssa-centre:contributor,subscriber}. */
        public static Tenant parse(String text) {
            String[] parts = text.toLowerCase(Locale.ROOT).split("[/:]", -1);
            if (parts.length != 3) {
                throw new IllegalArgumentException("tenant: `" + text + "` (expected: `nation/name:role[,role…]`)");
            }
            return new Tenant(parts[0], parts[1], List.of(parts[2].split(",", -1)));
        }

        @Override
        public String toString() {
            return nation + "/" + name + ":" + String.join(",", roles);
        }
    }

    /**
     * One person who signs policy or revokes certificates for a tenant.
     *
     * @param nation ISO 3166-1 alpha-3 in lower case, or a community's name in lower case
     * @param tenant the tenant's name
     * @param person the person's short name; it becomes the certificate's common name
     */
    public record Officer(String nation, String tenant, String person) {
        /** Checks the parts. */
        public Officer {
            checkNation(nation);
            checkName("tenant", tenant);
            checkName("officer", person);
        }

        /** Reads {@code nld/ssa-centre:first-officer}. */
        public static Officer parse(String text) {
            String[] parts = text.toLowerCase(Locale.ROOT).split("[/:]", -1);
            if (parts.length != 3) {
                throw new IllegalArgumentException("officer: `" + text + "` (expected: `nation/tenant:person`)");
            }
            return new Officer(parts[0], parts[1], parts[2]);
        }

        @Override
        public String toString() {
            return nation + "/" + tenant + ":" + person;
        }
    }
}
