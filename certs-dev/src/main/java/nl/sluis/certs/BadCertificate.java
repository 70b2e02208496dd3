package nl.sluis.certs;

import java.util.Locale;

/**
 * Certificates that a gateway must refuse, each wrong in one way only.
 *
 * <p>All but {@link #UNKNOWN_TENANT} are wrong by themselves; that one is refused only by who keeps the list of tenants.
 */
public enum BadCertificate {
    EXPIRED("its validity ended yesterday"),
    NOT_YET_VALID("its validity starts tomorrow"),
    REVOKED("its serial number is on its CA's revocation list"),
    OTHER_NATIONS_CA("names this tenant, but another nation's CA vouches for it"),
    OTHER_NATIONS_TRUST_DOMAIN("this nation's CA vouches for a name in another nation's trust domain"),
    OTHER_NATIONS_TENANT("the path names a tenant of another nation than the trust domain's"),
    UNKNOWN_ROOT("the chain ends at a root of the right name but a foreign key"),
    SELF_SIGNED("signed by its own key"),
    BROKEN_SIGNATURE("one bit of the CA's signature is flipped"),
    ISSUED_BY_TENANT("signed by an ordinary tenant's key"),
    ISSUER_REVOKED("its issuing CA is on the root's revocation list"),
    ISSUER_EXPIRED("its issuing CA's validity ended yesterday"),
    ISSUER_WITHOUT_CRL("its issuing CA publishes no revocation list"),
    ISSUER_WITHOUT_CERT_SIGN("its issuing CA's key usage does not allow it to sign certificates"),
    PATH_TOO_LONG("a CA that may sign end entities only has signed another CA"),
    RSA_1024("RSA key of 1024 bits"),
    RSA_2048("RSA key of 2048 bits, where 3072 are asked"),
    P_256("key on curve P-256, where P-384 is asked"),
    ED25519("Ed25519 key, where P-384 is asked"),
    SHA1_SIGNATURE("the CA's signature uses SHA-1"),
    NO_ALTERNATIVE_NAME("no subject alternative name; the tenant stands in the common name only"),
    DNS_NAME_ONLY("an alternative name, but no URI"),
    TWO_URIS("two SPIFFE URIs"),
    SECOND_URI_OF_OTHER_SCHEME("a SPIFFE URI beside an https URI"),
    HTTPS_URI("the right path under https instead of spiffe"),
    NO_ROLE("the URI ends after the tenant"),
    UNKNOWN_ROLE("the URI names a role that does not exist"),
    ROLES_OUT_OF_ORDER("roles not in alphabetical order"),
    ROLE_TWICE("one role named twice"),
    UPPER_CASE_TENANT("the tenant in upper-case letters"),
    PERCENT_ENCODED("one letter of the tenant percent-encoded"),
    DOT_SEGMENTS("a path with `..` in it"),
    TRAILING_SLASH("the URI ends with a slash"),
    WITH_PORT("the trust domain with a port"),
    WITH_USER("the trust domain with a user before it"),
    WITH_QUERY("the URI with a query"),
    NOT_A_TENANT("the URI names the gateway"),
    NO_PURPOSE("no extended key usage"),
    ANY_PURPOSE("extended key usage any instead of clientAuth"),
    SERVER_PURPOSE("extended key usage serverAuth only"),
    CA_TRUE("basic constraints say CA"),
    NO_DIGITAL_SIGNATURE("key usage without digitalSignature"),
    CRITICAL_UNKNOWN_EXTENSION("a critical extension that nobody knows"),
    VERSION_1("an X.509 version 1 certificate"),
    NEGATIVE_SERIAL("a negative serial number"),
    UNKNOWN_TENANT("flawless, but no such tenant was ever admitted");

    private final String wrong;

    BadCertificate(String wrong) {
        this.wrong = wrong;
    }

    /** What is wrong with it, one line. */
    public String wrong() {
        return wrong;
    }

    /** Its folder's name, for example {@code not-yet-valid}. */
    public String folderName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
