package nl.sluis.gateway.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All nations' trust as loaded at one moment. Immutable; a reload makes another.
 *
 * <p>Read from {@code <trust folder>/<nation>/}: {@code trust-domain.txt} (one line), {@code root.pem} (one or more
 * roots), {@code issuing.pem} (optional) and {@code crl/*.pem} (one list per CA). A nation whose folder breaks a rule at the
 * start is left out, so all its tenants are refused and no other nation is harmed; later, what was loaded before stays.
 */
final class TrustDomains {
    /** The largest file read: a list of half a million serial numbers; more is a mistake or an attack on memory. */
    static final int FILE_BYTES_MAX = 32 << 20;

    private static final Pattern NATION = Pattern.compile("[a-z]{3,16}");
    private static final Pattern DOMAIN = Pattern.compile("[a-z0-9](?:[a-z0-9._-]{0,252}[a-z0-9])?");
    private static final int KEY_USAGE_CERT_SIGN = 5;

    private final Map<String, TrustDomain> byNation;
    private final Map<X509Certificate, TrustDomain> byRoot = new HashMap<>();
    private final Set<TrustAnchor> anchors = new HashSet<>();
    private final List<TrustProblem> problems;

    private TrustDomains(Map<String, TrustDomain> byNation, List<TrustProblem> problems) {
        this.byNation = Map.copyOf(byNation);
        this.problems = List.copyOf(problems);
        for (TrustDomain domain : byNation.values()) {
            for (X509Certificate root : domain.roots()) {
                byRoot.put(root, domain);
                anchors.add(new TrustAnchor(root, null));
            }
        }
    }

    /**
     * Loads the folder.
     *
     * @param previous what was in force before: it stays in use where a file can't be used, and its revocation lists where
     *     the folder has none newer
     * @throws IOException if the trust folder itself cannot be listed
     */
    static TrustDomains load(Path folder, CertificateRules rules, Instant now, @Nullable TrustDomains previous)
            throws IOException {
        Map<String, TrustDomain> domains = new TreeMap<>();
        List<TrustProblem> problems = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, Files::isDirectory)) {
            for (Path entry : entries) {
                Loader loader = new Loader(entry, rules, now, problems);
                loader.load(previous).ifPresent(domain -> domains.put(domain.nation(), domain));
            }
        }
        if (domains.isEmpty() && problems.isEmpty()) {
            problems.add(new TrustProblem("", ".", "no nation (expected: a folder for each)"));
        }
        removeShared(domains, problems);
        return new TrustDomains(domains, problems);
    }

    List<TrustProblem> problems() {
        return problems;
    }

    Set<TrustAnchor> anchors() {
        return Set.copyOf(anchors);
    }

    Collection<TrustDomain> domains() {
        return byNation.values();
    }

    Optional<TrustDomain> ofNation(String nation) {
        return Optional.ofNullable(byNation.get(nation));
    }

    Optional<TrustDomain> ofRoot(X509Certificate root) {
        return Optional.ofNullable(byRoot.get(root));
    }

    /** A name or root that two nations claim would let one vouch for the other: neither gets it. */
    private static void removeShared(Map<String, TrustDomain> domains, List<TrustProblem> problems) {
        Map<Object, List<String>> claims = new LinkedHashMap<>();
        for (TrustDomain domain : domains.values()) {
            claims.computeIfAbsent(domain.name(), key -> new ArrayList<>()).add(domain.nation());
            domain.roots()
                    .forEach(root -> claims.computeIfAbsent(root.getPublicKey(), key -> new ArrayList<>())
                            .add(domain.nation()));
        }
        claims.forEach((claim, nations) -> {
            List<String> distinct = nations.stream().distinct().toList();
            if (distinct.size() > 1) {
                String what = claim instanceof String name ? "trust domain `" + name + "`" : "root key";
                for (String nation : distinct) {
                    domains.remove(nation);
                    problems.add(new TrustProblem(nation, nation, what + ": claimed by `" + distinct + "`"));
                }
            }
        });
    }

    /** Reads one nation's folder. */
    private static final class Loader {
        private final Path folder;
        private final String nation;
        private final CertificateRules rules;
        private final Instant now;
        private final List<TrustProblem> problems;

        Loader(Path folder, CertificateRules rules, Instant now, List<TrustProblem> problems) {
            this.folder = folder;
            this.nation = String.valueOf(folder.getFileName());
            this.rules = rules;
            this.now = now;
            this.problems = problems;
        }

        Optional<TrustDomain> load(@Nullable TrustDomains previous) {
            String file = "";
            try {
                if (!NATION.matcher(nation).matches()) {
                    throw new TrustRejected("nation: `" + nation + "` (expected: 3 to 16 lower-case letters)");
                }
                file = "trust-domain.txt";
                String name = new String(read(file), StandardCharsets.UTF_8).strip();
                if (!DOMAIN.matcher(name).matches()) {
                    throw new TrustRejected("trust domain: `" + name + "` (expected: one line like a DNS name)");
                }
                file = "root.pem";
                List<X509Certificate> roots = certificates(file);
                if (roots.isEmpty()) {
                    throw new TrustRejected("no certificate (expected: at least one root)");
                }
                for (X509Certificate root : roots) {
                    checkAuthority(root);
                    root.verify(root.getPublicKey());
                }
                file = "issuing.pem";
                List<X509Certificate> issuing = Files.exists(folder.resolve(file)) ? certificates(file) : List.of();
                for (X509Certificate authority : issuing) {
                    checkAuthority(authority);
                    checkBelow(authority, roots);
                }
                return withLists(name, roots, issuing, previous);
            } catch (TrustRejected e) {
                return asBefore(file, e.rule(), previous);
            } catch (NoSuchFileException e) {
                return asBefore(file, "no such file (expected: one)", previous);
            } catch (IOException | GeneralSecurityException e) {
                return asBefore(file, "cannot be read: " + e.getMessage(), previous);
            }
        }

        /** A file half written must not throw a nation out; what its CAs have revoked since counts nevertheless. */
        private Optional<TrustDomain> asBefore(String file, String rule, @Nullable TrustDomains previous) {
            Optional<TrustDomain> held = previous == null ? Optional.empty() : previous.ofNation(nation);
            report(file, held.isEmpty() ? rule : rule + "; what was loaded before stays in use");
            return held.flatMap(domain -> withLists(domain.name(), domain.roots(), domain.issuing(), previous));
        }

        private Optional<TrustDomain> withLists(
                String name,
                List<X509Certificate> roots,
                List<X509Certificate> issuing,
                @Nullable TrustDomains previous) {
            return Optional.of(
                    new TrustDomain(nation, name, roots, issuing, revocationLists(roots, issuing, previous)));
        }

        private void checkAuthority(X509Certificate authority) throws TrustRejected {
            String name = "`" + authority.getSubjectX500Principal() + "`";
            boolean[] usage = authority.getKeyUsage();
            if (authority.getBasicConstraints() < 0 || usage == null || !usage[KEY_USAGE_CERT_SIGN]) {
                throw new TrustRejected(name + ": not a CA's certificate");
            }
            if (now.isAfter(authority.getNotAfter().toInstant())) {
                throw new TrustRejected(
                        name + ": expired at `" + authority.getNotAfter().toInstant() + "`");
            }
            try {
                rules.check(authority);
            } catch (IdentityRejected e) {
                throw new TrustRejected(name + ": " + e.getMessage());
            }
        }

        private static void checkBelow(X509Certificate authority, List<X509Certificate> roots) throws TrustRejected {
            if (roots.stream().noneMatch(root -> isSignedBy(authority, root))) {
                throw new TrustRejected(
                        "`" + authority.getSubjectX500Principal() + "`: not signed by a root of `root.pem`");
            }
        }

        private static boolean isSignedBy(X509Certificate certificate, X509Certificate authority) {
            try {
                certificate.verify(authority.getPublicKey());
                return true;
            } catch (GeneralSecurityException e) {
                return false;
            }
        }

        /** The newest acceptable list of each CA; a bad file is reported and an earlier list stays in use. */
        private Map<AuthorityKey, RevocationList> revocationLists(
                List<X509Certificate> roots, List<X509Certificate> issuing, @Nullable TrustDomains previous) {
            List<X509Certificate> authorities = new ArrayList<>(roots);
            authorities.addAll(issuing);
            Map<AuthorityKey, RevocationList> newest = new HashMap<>();
            if (previous != null) {
                previous.ofNation(nation).ifPresent(domain -> newest.putAll(domain.revocations()));
            }
            Set<AuthorityKey> known = new HashSet<>();
            authorities.forEach(authority -> known.add(AuthorityKey.of(authority)));
            newest.keySet().retainAll(known);
            Path lists = folder.resolve("crl");
            if (Files.isDirectory(lists)) {
                try (DirectoryStream<Path> files = Files.newDirectoryStream(lists, "*.pem")) {
                    for (Path file : files) {
                        readList("crl/" + file.getFileName(), authorities, newest);
                    }
                } catch (IOException | DirectoryIteratorException e) {
                    report("crl", "cannot be listed: " + e.getMessage());
                }
            }
            for (X509Certificate authority : authorities) {
                RevocationList list = newest.get(AuthorityKey.of(authority));
                String name = "`" + authority.getSubjectX500Principal() + "`";
                if (list == null) {
                    report("crl", name + ": no revocation list; all below it are refused");
                } else if (!list.isFresh(now)) {
                    report(
                            "crl",
                            name + ": revocation list valid from `" + list.thisUpdate() + "` to `" + list.nextUpdate()
                                    + "`; all below it are refused");
                }
            }
            return newest;
        }

        private void readList(
                String file, List<X509Certificate> authorities, Map<AuthorityKey, RevocationList> newest) {
            try {
                X509CRL crl = (X509CRL) factory().generateCRL(new ByteArrayInputStream(read(file)));
                List<X509Certificate> named = authorities.stream()
                        .filter(authority -> authority.getSubjectX500Principal().equals(crl.getIssuerX500Principal()))
                        .toList();
                if (named.isEmpty()) {
                    throw new TrustRejected("issuer: `" + crl.getIssuerX500Principal() + "` (expected: a CA of `"
                            + nation + "` in root.pem or issuing.pem)");
                }
                TrustRejected refusal = null;
                for (X509Certificate authority : named) {
                    try {
                        RevocationList list = RevocationList.of(crl, authority, rules);
                        RevocationList held = newest.get(list.authority());
                        if (held == null || held.number().compareTo(list.number()) <= 0) {
                            newest.put(list.authority(), list);
                        } else {
                            report(
                                    file,
                                    "CRL number: `" + list.number() + "` (expected: at least `" + held.number()
                                            + "`); the newer list stays in use");
                        }
                        return;
                    } catch (TrustRejected e) {
                        refusal = e;
                    }
                }
                if (refusal != null) {
                    throw refusal;
                }
            } catch (TrustRejected e) {
                report(file, e.rule());
            } catch (IOException | GeneralSecurityException e) {
                report(file, "cannot be read: " + e.getMessage());
            }
        }

        private List<X509Certificate> certificates(String file)
                throws IOException, GeneralSecurityException, TrustRejected {
            List<X509Certificate> certificates = new ArrayList<>();
            for (var certificate : factory().generateCertificates(new ByteArrayInputStream(read(file)))) {
                certificates.add((X509Certificate) certificate);
            }
            return certificates;
        }

        private byte[] read(String file) throws IOException, TrustRejected {
            Path path = folder.resolve(file);
            long size = Files.size(path);
            if (size > FILE_BYTES_MAX) {
                throw new TrustRejected("`" + size + " bytes` (expected: at most " + FILE_BYTES_MAX + ")");
            }
            return Files.readAllBytes(path);
        }

        private static CertificateFactory factory() throws GeneralSecurityException {
            return CertificateFactory.getInstance("X.509");
        }

        private void report(String file, String rule) {
            problems.add(new TrustProblem(nation, nation + "/" + file, rule));
        }
    }
}
