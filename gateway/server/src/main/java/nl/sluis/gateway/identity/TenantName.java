package nl.sluis.gateway.identity;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nl.sluis.gateway.identity.IdentityRejected.Reason;

/**
 * What the URI of a certificate says: {@code spiffe://<trust domain>/tenant/<nation>/<name>/<role>[/<role>…]}.
 *
 * <p>Roles stand in alphabetical order without repeats, and nothing else varies, so one identity has one spelling
 * (SPIFFE-ID, 2: no port, user, query, fragment, percent-encoding, dot or empty segment).
 */
record TenantName(String trustDomain, TenantId tenant, Set<Role> roles) {
    private static final int URI_TYPE = 6;

    private static final Pattern URI = Pattern.compile("spiffe://([a-z0-9](?:[a-z0-9._-]{0,252}[a-z0-9])?)"
            + "/tenant/([a-z]{3,16})/([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)((?:/[a-z]{1,32}){1,16})");

    static TenantName of(X509Certificate certificate) throws IdentityRejected {
        List<String> uris;
        try {
            // a list that Java can't parse comes back as none, which is refused below
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            uris = names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> Integer.valueOf(URI_TYPE).equals(name.get(0)))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
        } catch (CertificateParsingException e) {
            throw new IdentityRejected(Reason.MALFORMED_NAME, "alternative names: " + e.getMessage());
        }
        if (uris.isEmpty()) {
            throw new IdentityRejected(Reason.NO_NAME, "no URI among the alternative names (expected: one)");
        }
        if (uris.size() > 1) {
            throw new IdentityRejected(
                    Reason.SEVERAL_NAMES, "`" + uris.size() + "` URIs among the alternative names (expected: one)");
        }
        return parse(uris.get(0));
    }

    static TenantName parse(String uri) throws IdentityRejected {
        Matcher matcher = URI.matcher(uri);
        if (!matcher.matches()) {
            throw malformed(uri, "spiffe://<trust domain>/tenant/<nation>/<name>/<role>[/<role>…]");
        }
        EnumSet<Role> roles = EnumSet.noneOf(Role.class);
        String previous = "";
        for (String word : matcher.group(4).substring(1).split("/", -1)) {
            if (word.compareTo(previous) <= 0) {
                throw malformed(uri, "roles in alphabetical order, each once");
            }
            roles.add(Role.of(word).orElseThrow(() -> malformed(uri, "a known role in place of `" + word + "`")));
            previous = word;
        }
        return new TenantName(matcher.group(1), new TenantId(matcher.group(2), matcher.group(3)), Set.copyOf(roles));
    }

    private static IdentityRejected malformed(String uri, String expected) {
        return new IdentityRejected(Reason.MALFORMED_NAME, "name: `" + uri + "` (expected: " + expected + ")");
    }
}
