package nl.sluis.certs;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import nl.sluis.certs.Issuer.Signed;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.jspecify.annotations.Nullable;

/**
 * A public-key infrastructure for development and tests. Never for production: its CA keys lie beside its certificates.
 *
 * <p>Each nation has one trust domain, {@code <nation>.sluis.test}, one root and one issuing CA below it (ECDSA P-384).
 * A tenant's certificate carries exactly one URI, {@code spiffe://<trust domain>/tenant/<nation>/<name>/<role>[/<role>…]},
 * with its roles in alphabetical order, so that one identity has one spelling. An officer's certificate carries its
 * tenant's URI with the role {@code officer}; its common name tells persons apart.
 *
 * <pre>
 * trust/&lt;nation&gt;/                  what a gateway loads
 *   trust-domain.txt root.pem issuing.pem crl/root.pem crl/issuing.pem
 * gateway/                         certificate.pem key.pem identity.p12 gateway-root.pem, and so everywhere below
 *   ocsp-response.der              what its CA says of it, to staple
 * tenants/&lt;nation&gt;/&lt;name&gt;/
 * officers/&lt;nation&gt;/&lt;tenant&gt;/&lt;person&gt;/
 * bad/&lt;what is wrong&gt;/             and why.txt
 * authorities/&lt;nation&gt;/            root.key.pem issuing.key.pem
 * </pre>
 *
 * <p>The same request, clock and random bytes give the same certificates, keys and CRLs (PKCS#12 files are salted anew).
 */
public final class DevelopmentPki {
    /** Password of every PKCS#12 file; a known one, because it protects nothing here. */
    public static final String PKCS12_PASSWORD = "sluis-development";

    /** Certificates start this much before now, so that a partner's slow clock does not refuse them. */
    static final Duration BACKDATE = Duration.ofHours(1);

    /** Stands in as the other nation where a request has one only; XAA to XZZ are free for users (ISO 3166-1). */
    private static final String STAND_IN_NATION = "xaa";

    private static final Pattern FOLDER_NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    private final Path folder;
    private final PkiRequest request;
    private final Clock clock;
    private final SecureRandom random;
    private final Map<String, NationAuthority> authorities = new TreeMap<>();
    private final Map<String, Credential> tenants = new LinkedHashMap<>();
    private final Map<String, Credential> officers = new LinkedHashMap<>();
    private final Map<BadCertificate, Credential> bad = new EnumMap<>(BadCertificate.class);
    private final Credential gateway;

    private DevelopmentPki(PkiRequest request, Path folder, Clock clock, SecureRandom random) throws IOException {
        this.folder = folder;
        this.request = request;
        this.clock = clock;
        this.random = random;
        for (String nation : request.nations()) {
            authorities.put(nation, new NationAuthority(nation, notBefore(), random));
        }
        if (request.badCertificates() && authorities.size() == 1) {
            authorities.put(STAND_IN_NATION, new NationAuthority(STAND_IN_NATION, notBefore(), random));
        }
        gateway = makeGateway();
        for (PkiRequest.Tenant tenant : request.tenants()) {
            tenants.put(tenant.nation() + "/" + tenant.name(), issue(tenant, tenant.name()));
        }
        for (PkiRequest.Officer officer : request.officers()) {
            officers.put(officer.toString(), makeOfficer(officer));
        }
        if (request.badCertificates()) {
            makeBad();
        }
        // last, because making the bad ones revokes some
        for (NationAuthority authority : authorities.values()) {
            writeAuthority(authority);
        }
        Files.write(gateway.folder().resolve("ocsp-response.der"), ocspResponse(gateway, now(), notAfter()));
    }

    /**
     * Makes all that is requested and writes it to {@code folder}.
     *
     * @param folder an empty or absent folder; an existing PKI is never overwritten
     * @param clock the time at which certificates start to be valid
     * @param random source of all keys, serial numbers and signatures
     * @throws DirectoryNotEmptyException if the folder holds anything
     */
    public static DevelopmentPki create(PkiRequest request, Path folder, Clock clock, SecureRandom random)
            throws IOException {
        Files.createDirectories(folder);
        try (var entries = Files.newDirectoryStream(folder)) {
            if (entries.iterator().hasNext()) {
                throw new DirectoryNotEmptyException(folder.toString());
            }
        }
        PkiFiles.text(folder.resolve("NEVER-FOR-PRODUCTION.txt"), """
                A development PKI of Sluis. Never use it in production: the keys of its authorities
                lie in this folder without a password, and anyone who can read them is every tenant.
                Password of the PKCS#12 files: %s
                """.formatted(PKCS12_PASSWORD));
        return new DevelopmentPki(request, folder, clock, random);
    }

    /** The folder everything was written to. */
    public Path folder() {
        return folder;
    }

    /** The folder a gateway loads its trust from: one folder per nation. */
    public Path trustFolder() {
        return folder.resolve("trust");
    }

    /** The gateway's own certificate, for {@code localhost}, 127.0.0.1, ::1 and the requested hosts. */
    public Credential gateway() {
        return gateway;
    }

    /** Tenants by {@code nation/name}, in the order of the request. */
    public Map<String, Credential> tenants() {
        return Collections.unmodifiableMap(tenants);
    }

    /** The first certificate of one tenant. */
    public Credential tenant(String nation, String name) {
        return required(tenants.get(nation + "/" + name), "tenant", nation + "/" + name);
    }

    /** Officers by {@code nation/tenant:person}, in the order of the request. */
    public Map<String, Credential> officers() {
        return Collections.unmodifiableMap(officers);
    }

    /** All bad certificates; empty unless they were requested. */
    public Map<BadCertificate, Credential> bad() {
        return Collections.unmodifiableMap(bad);
    }

    /** One bad certificate. */
    public Credential bad(BadCertificate which) {
        return required(bad.get(which), "bad certificate", which.folderName());
    }

    /**
     * Issues one more certificate to a tenant of a nation of this PKI, valid from now.
     *
     * @param folderName where it is written, below {@code tenants/<nation>}
     */
    public Credential issue(PkiRequest.Tenant tenant, String folderName) throws IOException {
        if (!FOLDER_NAME.matcher(folderName).matches()) {
            throw new IllegalArgumentException("folder: `" + folderName + "` (expected: `" + FOLDER_NAME + "`)");
        }
        NationAuthority authority = required(authorities.get(tenant.nation()), "nation", tenant.nation());
        CertificateTemplate template = authority
                .client(tenant.name(), tenant.name(), notBefore(), notAfter())
                .uri(authority.tenantUri(tenant.name(), tenant.roles()));
        return write("tenants/" + tenant.nation() + "/" + folderName, authority.issuing, template);
    }

    /**
     * Issues a certificate in which one nation's CA vouches for a tenant, whichever nation that is of: what a gateway must
     * refuse unless they are the same. The trust domain is the tenant's.
     *
     * @param nation whose CA signs
     * @param folderName where it is written, below {@code claimed/<nation>}
     */
    public Credential issueBy(String nation, PkiRequest.Tenant tenant, String folderName) throws IOException {
        if (!FOLDER_NAME.matcher(folderName).matches()) {
            throw new IllegalArgumentException("folder: `" + folderName + "` (expected: `" + FOLDER_NAME + "`)");
        }
        NationAuthority authority = required(authorities.get(nation), "nation", nation);
        NationAuthority claimed = required(authorities.get(tenant.nation()), "nation", tenant.nation());
        CertificateTemplate template = authority
                .client(tenant.name(), tenant.name(), notBefore(), notAfter())
                .uri(claimed.tenantUri(tenant.name(), tenant.roles()));
        return write("claimed/" + nation + "/" + folderName, authority.issuing, template);
    }

    /** Puts a certificate of this PKI on its CA's revocation list and writes the list anew with the next number. */
    public void revoke(Credential credential) throws IOException {
        NationAuthority authority = issuerOf(credential);
        authority.issuing.revoke(credential.certificate().getSerialNumber(), now());
        writeCrls(authority);
    }

    /**
     * What the CA of a certificate says of it, as an OCSP response that a server may staple: good, unless it was revoked.
     *
     * @param thisUpdate from when on the answer holds
     * @param nextUpdate until when
     * @return DER (RFC 6960), signed by the CA itself
     */
    public byte[] ocspResponse(Credential credential, Instant thisUpdate, Instant nextUpdate) {
        return issuerOf(credential).issuing.ocspResponse(credential.certificate(), thisUpdate, nextUpdate);
    }

    private NationAuthority issuerOf(Credential credential) {
        return authorities.values().stream()
                .filter(authority -> authority
                        .issuing
                        .certificate
                        .getSubjectX500Principal()
                        .equals(credential.certificate().getIssuerX500Principal()))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("no CA of this PKI has issued `" + credential.name() + "`"));
    }

    /** Writes every revocation list anew: valid from now, with the next number. */
    public void renewRevocationLists() throws IOException {
        for (NationAuthority authority : authorities.values()) {
            writeCrls(authority);
        }
    }

    private Credential makeGateway() throws IOException {
        NationAuthority authority = required(authorities.get(request.host()), "nation", request.host());
        CertificateTemplate template = authority
                .client("gateway", "localhost", notBefore(), notAfter())
                .uri("spiffe://" + authority.trustDomain() + "/gateway")
                .dns("localhost")
                .address("127.0.0.1")
                .address("::1");
        template.purposes = List.of(KeyPurposeId.id_kp_serverAuth);
        for (String host : request.gatewayHosts()) {
            if (host.indexOf(':') >= 0 || host.matches("[0-9.]+")) {
                template.address(host);
            } else {
                template.dns(host);
            }
        }
        return write("gateway", authority.issuing, template);
    }

    private Credential makeOfficer(PkiRequest.Officer officer) throws IOException {
        NationAuthority authority = required(authorities.get(officer.nation()), "nation", officer.nation());
        CertificateTemplate template = authority
                .client(officer.tenant(), officer.person(), notBefore(), notAfter())
                .uri(authority.tenantUri(officer.tenant(), List.of("officer")));
        return write(
                "officers/" + officer.nation() + "/" + officer.tenant() + "/" + officer.person(),
                authority.issuing,
                template);
    }

    private void makeBad() throws IOException {
        PkiRequest.Tenant victim = request.tenants().isEmpty()
                ? new PkiRequest.Tenant(request.host(), "partner", List.of("subscriber"))
                : request.tenants().get(0);
        NationAuthority home = required(authorities.get(victim.nation()), "nation", victim.nation());
        NationAuthority foreign = authorities.values().stream()
                .filter(authority -> authority != home)
                .findFirst()
                .orElseThrow();
        BadCertificates recipes = new BadCertificates(home, foreign, victim, now(), notBefore(), notAfter(), random);
        for (BadCertificate which : BadCertificate.values()) {
            BadCertificates.Chain chain = recipes.make(which);
            String name = "bad/" + which.folderName();
            bad.put(which, write(name, chain.certificates(), chain.key()));
            PkiFiles.text(folder.resolve(name).resolve("why.txt"), which.wrong() + "\n");
        }
    }

    private Credential write(String name, Issuer issuer, CertificateTemplate template) throws IOException {
        Signed signed = issuer.issue(template);
        return write(name, List.of(signed.certificate(), issuer.certificate), signed.key());
    }

    private Credential write(String name, List<X509Certificate> chain, PrivateKey key) throws IOException {
        Credential credential = new Credential(name, folder.resolve(name), chain, key);
        PkiFiles.certificates(credential.certificatePem(), chain);
        PkiFiles.key(credential.keyPem(), key);
        PkiFiles.pkcs12(credential.pkcs12(), chain, key, PKCS12_PASSWORD);
        NationAuthority host = required(authorities.get(request.host()), "nation", request.host());
        PkiFiles.certificates(credential.gatewayRootPem(), List.of(host.root.certificate));
        return credential;
    }

    private void writeAuthority(NationAuthority authority) throws IOException {
        Path trust = trustFolder().resolve(authority.nation);
        PkiFiles.text(trust.resolve("trust-domain.txt"), authority.trustDomain() + "\n");
        PkiFiles.certificates(trust.resolve("root.pem"), List.of(authority.root.certificate));
        PkiFiles.certificates(trust.resolve("issuing.pem"), List.of(authority.issuing.certificate));
        Path keys = folder.resolve("authorities").resolve(authority.nation);
        PkiFiles.key(keys.resolve("root.key.pem"), authority.root.key);
        PkiFiles.key(keys.resolve("issuing.key.pem"), authority.issuing.key);
        writeCrls(authority);
    }

    private void writeCrls(NationAuthority authority) throws IOException {
        Path crls = trustFolder().resolve(authority.nation).resolve("crl");
        PkiFiles.crl(crls.resolve("root.pem"), authority.root.crl(now(), notAfter()));
        PkiFiles.crl(crls.resolve("issuing.pem"), authority.issuing.crl(now(), notAfter()));
    }

    private Instant now() {
        // X.509 times have whole seconds
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    private Instant notBefore() {
        return now().minus(BACKDATE);
    }

    private Instant notAfter() {
        return now().plus(request.validity());
    }

    private static <T> T required(@Nullable T value, String what, String name) {
        if (value == null) {
            throw new IllegalArgumentException(what + ": none named `" + name + "` in this PKI");
        }
        return value;
    }
}
