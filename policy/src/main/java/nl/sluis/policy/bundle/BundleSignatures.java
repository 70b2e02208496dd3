package nl.sluis.policy.bundle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.PolicyOwner;
import nl.sluis.policy.rule.Rule;
import nl.sluis.policy.rule.To;
import nl.sluis.policy.text.PolicyException;
import nl.sluis.policy.text.Position;
import nl.sluis.policy.text.ProblemKind;
import nl.sluis.policy.text.Problems;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.util.Store;
import org.jspecify.annotations.Nullable;

/**
 * Officers' detached signatures over a bundle's manifest (CMS, RFC 5652), and what a gateway asks of a bundle before it
 * comes into force: signed by every party whose policy it holds, newer than its predecessor, not forked, within validity.
 */
public final class BundleSignatures {
    private BundleSignatures() {}

    /** Tells whose officer a certificate belongs to, and whether it may be trusted at a time. */
    public interface Officers {
        /**
         * The party for which the holder may sign: {@code host}, a nation or {@code nation/tenant}; several where an
         * officer has several offices.
         *
         * @return none if the certificate is not one of an officer, or not trusted
         */
        Set<String> partiesOf(X509Certificate certificate, Instant at);
    }

    /**
     * Signs a bundle's manifest.
     *
     * @param bundle the bundle
     * @param key the officer's private key
     * @param certificate the officer's certificate
     * @return CMS SignedData without content, DER
     */
    public static byte[] sign(PolicyBundle bundle, PrivateKey key, X509Certificate certificate)
            throws GeneralSecurityException {
        String algorithm = switch (key.getAlgorithm()) {
            case "EC" -> "SHA384withECDSA";
            case "RSA" -> "SHA384withRSAandMGF1";
            default -> key.getAlgorithm();
        };
        try {
            CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
            generator.addSignerInfoGenerator(
                    new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build())
                            .build(new JcaContentSignerBuilder(algorithm).build(key), certificate));
            generator.addCertificates(new JcaCertStore(List.of(certificate)));
            return generator
                    .generate(new CMSProcessableByteArray(manifest(bundle)), false)
                    .getEncoded();
        } catch (CMSException | OperatorCreationException | IOException e) {
            throw new GeneralSecurityException("bundle cannot be signed: " + e.getMessage(), e);
        }
    }

    /**
     * Who signed a bundle.
     *
     * @param bundle the bundle
     * @param signatures detached signatures
     * @param officers who is whose officer
     * @param at the time of checking
     * @return officers' subjects by party; a signature that does not hold counts for nobody
     */
    public static Map<String, Set<String>> signers(
            PolicyBundle bundle, Collection<byte[]> signatures, Officers officers, Instant at) {
        Map<String, Set<String>> signers = new TreeMap<>();
        for (byte[] signature : signatures) {
            for (X509Certificate certificate : valid(bundle, signature)) {
                String subject = X500Name.getInstance(
                                certificate.getSubjectX500Principal().getEncoded())
                        .toString();
                officers.partiesOf(certificate, at)
                        .forEach(p ->
                                signers.computeIfAbsent(p, k -> new TreeSet<>()).add(subject));
            }
        }
        return signers;
    }

    /**
     * Checks that a bundle may come into force.
     *
     * @param bundle the new bundle
     * @param inForce the bundle that it takes the place of, or null for the first
     * @param widens whether the proof found that it lets more out, or could not tell; always for the first
     * @param needed how many officers of each party must have signed, from the proof
     * @param signers who signed
     * @param now gateway time
     * @throws PolicyException if it is unsigned, stale, forked or out of its validity, with every reason
     */
    public static void check(
            PolicyBundle bundle,
            @Nullable PolicyBundle inForce,
            boolean widens,
            Map<String, Integer> needed,
            Map<String, Set<String>> signers,
            Instant now)
            throws PolicyException {
        Problems problems = new Problems();
        Position at = Position.of("bundle");
        BundleHeader header = bundle.header();
        if (header.version() == 0) {
            problems.add(ProblemKind.MISSING_FILE, at, "bundle without a header", "", "a file with `bundle:`");
        }
        if (inForce != null) {
            BundleHeader old = inForce.header();
            if (header.version() <= old.version()) {
                problems.add(
                        ProblemKind.CONFLICT,
                        at,
                        "version " + header.version() + " is stale",
                        Long.toString(header.version()),
                        "above " + old.version());
            }
            if (!header.predecessor().orElse("").equals(inForce.digestHex())) {
                problems.add(
                        ProblemKind.CONFLICT,
                        at,
                        "bundle is forked: its predecessor is `"
                                + header.predecessor().orElse("none") + "`",
                        header.predecessor().orElse(""),
                        inForce.digestHex());
            }
        } else if (header.predecessor().isPresent()) {
            problems.add(ProblemKind.CONFLICT, at, "bundle has a predecessor that is not in force");
        }
        checkValidity(header, now, problems);
        for (Map.Entry<String, Integer> party :
                needed(bundle, inForce, widens, needed).entrySet()) {
            int count = signers.getOrDefault(party.getKey(), Set.of()).size();
            if (count < party.getValue()) {
                problems.add(
                        ProblemKind.UNSIGNED,
                        at,
                        "signed by " + count + " officers of `" + party.getKey() + "`",
                        Integer.toString(count),
                        Integer.toString(party.getValue()));
            }
        }
        problems.throwIfAny();
    }

    /**
     * Checks that a bundle that came into force before still may be: it has not ended.
     *
     * @throws PolicyException where it is out of its validity
     */
    public static void checkValidity(PolicyBundle bundle, Instant now) throws PolicyException {
        Problems problems = new Problems();
        checkValidity(bundle.header(), now, problems);
        problems.throwIfAny();
    }

    private static void checkValidity(BundleHeader header, Instant now, Problems problems) {
        if (now.isBefore(header.validFrom()) || !now.isBefore(header.validUntil())) {
            problems.add(
                    ProblemKind.EXPIRED,
                    Position.of("bundle"),
                    "bundle is not valid at " + now,
                    now.toString(),
                    "from " + header.validFrom() + " until " + header.validUntil());
        }
    }

    /**
     * One officer of the host, of each owner and of who consents; two of who downgrades; and what the proof asks. What
     * only takes away needs no officer of an owner whose own words stay as they were, so that a host can shut out at once.
     */
    private static Map<String, Integer> needed(
            PolicyBundle bundle, @Nullable PolicyBundle inForce, boolean widens, Map<String, Integer> fromProof) {
        Map<String, Integer> needed = new TreeMap<>(fromProof);
        needed.merge("host", 1, Math::max);
        PolicyBundle signedBefore =
                inForce != null && !widens && officers(inForce).containsAll(officers(bundle)) ? inForce : null;
        // a consent is the word of who gives it, not of who writes it into a file
        for (ConsentRecord consent : bundle.consents().values()) {
            if (signedBefore == null || !isKept(consent, signedBefore.consents().get(consent.name()))) {
                needed.merge(consent.by().toString(), 1, Math::max);
            }
        }
        for (Policy policy : bundle.policies()) {
            boolean downgrades = policy.rules().stream().anyMatch(Rule.Relabel.class::isInstance);
            for (PolicyOwner owner : policy.owners()) {
                if (!owner.isHost() && (signedBefore == null || !isKept(policy, owner, bundle, signedBefore))) {
                    needed.merge(owner.toString(), downgrades ? 2 : 1, Math::max);
                }
            }
        }
        return needed;
    }

    private static Set<String> officers(PolicyBundle bundle) {
        Set<String> officers = new TreeSet<>();
        bundle.tenants().values().stream()
                .filter(t -> t.status() == Tenant.Status.ACTIVE && t.roles().contains(Role.OFFICER))
                .forEach(t -> officers.add(t.id() + t.nations() + t.communities()));
        return officers;
    }

    private static boolean isKept(ConsentRecord now, @Nullable ConsentRecord before) {
        return before != null
                && now.by().equals(before.by())
                && now.from().equals(before.from())
                && now.until().equals(before.until())
                && names(now).equals(names(before));
    }

    private static List<String> names(ConsentRecord consent) {
        return consent.to().stream().map(To.Name::text).toList();
    }

    private static boolean isKept(Policy policy, PolicyOwner owner, PolicyBundle now, PolicyBundle before) {
        return before.policies().stream()
                .filter(p -> p.owners().contains(owner))
                .anyMatch(p -> Arrays.equals(
                        now.files().get(policy.at().file()), before.files().get(p.at().file())));
    }

    private static List<X509Certificate> valid(PolicyBundle bundle, byte[] signature) {
        List<X509Certificate> valid = new ArrayList<>();
        try {
            CMSSignedData signed = new CMSSignedData(new CMSProcessableByteArray(manifest(bundle)), signature);
            Store<X509CertificateHolder> certificates = signed.getCertificates();
            for (SignerInformation signer : signed.getSignerInfos().getSigners()) {
                for (Object match : certificates.getMatches(null)) {
                    X509CertificateHolder holder = (X509CertificateHolder) match;
                    if (signer.getSID().match(holder)
                            && signer.verify(new JcaSimpleSignerInfoVerifierBuilder().build(holder))) {
                        valid.add(new JcaX509CertificateConverter().getCertificate(holder));
                    }
                }
            }
        } catch (CMSException | OperatorCreationException | GeneralSecurityException | RuntimeException e) {
            // bytes that are no signature count for nobody: who is missing is told by check
            return List.of();
        }
        return valid;
    }

    private static byte[] manifest(PolicyBundle bundle) {
        return ("sluis-policy-bundle-1\n" + bundle.manifest()).getBytes(StandardCharsets.UTF_8);
    }

    /** The digest that the next bundle names as its predecessor. */
    public static byte[] digest(PolicyBundle bundle) {
        return HexFormat.of().parseHex(bundle.digestHex());
    }
}
