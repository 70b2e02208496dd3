package nl.sluis.policy.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nl.sluis.policy.TestBundles;
import nl.sluis.policy.text.PolicyException;
import nl.sluis.policy.text.Problem;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

class BundleSignaturesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final BundleSignatures.Officers BY_NAME = (certificate, at) -> {
        String name = certificate.getSubjectX500Principal().getName();
        return name.contains("host") ? Set.of("host") : name.contains("nld") ? Set.of("NLD") : Set.of();
    };

    private final Officer host = new Officer("host-1");
    private final Officer nld = new Officer("nld-1");
    private final Officer nldSecond = new Officer("nld-2");

    @Test
    void aBundleThatAllPartiesSignedComesIntoForce() throws Exception {
        PolicyBundle first = bundle(1, "");

        BundleSignatures.check(first, null, true, Map.of(), signers(first, host, nld, nldSecond), NOW);
        PolicyBundle second = bundle(2, first.digestHex());
        BundleSignatures.check(second, first, true, Map.of(), signers(second, host, nld, nldSecond), NOW);
    }

    @Test
    void aRelabelWithoutTwoOfItsOwnersOfficersIsRefused() throws Exception {
        PolicyBundle first = bundle(1, "");

        refuses(first, null, signers(first, host, nld), "bundle: signed by 1 officers of `NLD` (expected: 2)");
        // the same officer twice is one
        refuses(first, null, signers(first, host, nld, nld), "bundle: signed by 1 officers of `NLD` (expected: 2)");
    }

    @Test
    void unsignedStaleForkedAndExpiredBundlesAreRefused() throws Exception {
        PolicyBundle first = bundle(1, "");
        PolicyBundle second = bundle(2, first.digestHex());
        PolicyBundle fork = bundle(3, "0".repeat(64));

        refuses(
                first,
                null,
                Map.of(),
                "bundle: signed by 0 officers of `NLD` (expected: 2)",
                "bundle: signed by 0 officers of `host` (expected: 1)");
        refuses(
                first,
                second,
                signers(first, host, nld, nldSecond),
                "bundle: version 1 is stale (expected: above 2)",
                "bundle: bundle is forked: its predecessor is `none` (expected: " + second.digestHex() + ")");
        refuses(
                fork,
                second,
                signers(fork, host, nld, nldSecond),
                "bundle: bundle is forked: its predecessor is `" + "0".repeat(64) + "` (expected: " + second.digestHex()
                        + ")");
        PolicyException expired = catchThrowableOfType(
                PolicyException.class,
                () -> BundleSignatures.check(
                        first,
                        null,
                        true,
                        Map.of(),
                        signers(first, host, nld, nldSecond),
                        Instant.parse("2027-01-01T00:00:00Z")));
        assertThat(expired)
                .hasMessage("bundle: bundle is not valid at 2027-01-01T00:00:00Z"
                        + " (expected: from 2026-01-01T00:00:00Z until 2027-01-01T00:00:00Z)");
    }

    @Test
    void whatOnlyNarrowsNeedsNoOfficerOfAnOwnerWhoseWordsStay() throws Exception {
        PolicyBundle first = bundle(1, "");
        PolicyBundle second = bundle(2, first.digestHex());

        BundleSignatures.check(second, first, false, Map.of(), signers(second, host), NOW);
        PolicyException refusal = catchThrowableOfType(
                PolicyException.class,
                () -> BundleSignatures.check(second, first, true, Map.of(), signers(second, host), NOW));
        assertThat(refusal).hasMessage("bundle: signed by 0 officers of `NLD` (expected: 2)");
    }

    @Test
    void aSignatureOfOtherFilesOrOtherBytesCountsForNobody() throws Exception {
        PolicyBundle first = bundle(1, "");
        PolicyBundle other = bundle(2, first.digestHex());
        byte[] signature = host.sign(first);
        byte[] damaged = signature.clone();
        damaged[damaged.length - 1] ^= 1;

        assertThat(BundleSignatures.signers(first, List.of(signature), BY_NAME, NOW))
                .containsOnlyKeys("host");
        assertThat(BundleSignatures.signers(other, List.of(signature), BY_NAME, NOW))
                .isEmpty();
        assertThat(BundleSignatures.signers(first, List.of(damaged, new byte[0], new byte[] {1, 2}), BY_NAME, NOW))
                .isEmpty();
    }

    private static void refuses(
            PolicyBundle bundle, PolicyBundle inForce, Map<String, Set<String>> signers, String... messages) {
        PolicyException refusal = catchThrowableOfType(
                PolicyException.class, () -> BundleSignatures.check(bundle, inForce, true, Map.of(), signers, NOW));
        assertThat(refusal.problems().stream().map(Problem::toString)).containsExactly(messages);
    }

    private static Map<String, Set<String>> signers(PolicyBundle bundle, Officer... officers) throws Exception {
        List<byte[]> signatures = new ArrayList<>();
        for (Officer officer : officers) {
            signatures.add(officer.sign(bundle));
        }
        return BundleSignatures.signers(bundle, signatures, BY_NAME, NOW);
    }

    private static PolicyBundle bundle(int version, String predecessor) throws Exception {
        Map<String, byte[]> files = new LinkedHashMap<>(TestBundles.files("""
                --- host.yaml
                policy: host
                owner: host
                rules: [{release: all, what: anything, to: everyone}]
                --- nld.yaml
                policy: nld
                owner: NLD
                rules:
                  - {relabel: down, what: {kind: conjunction}, keep: [tca], as: {NATO: restricted, rel: [NATO]}}
                """));
        files.put(
                "bundle.yaml",
                ("bundle: test\nversion: " + version + "\n"
                                + (predecessor.isEmpty() ? "" : "predecessor: \"" + predecessor + "\"\n")
                                + "valid_from: \"2026-01-01T00:00:00Z\"\nvalid_until: \"2027-01-01T00:00:00Z\"\n")
                        .getBytes(StandardCharsets.UTF_8));
        return PolicyBundle.load(files);
    }

    /** An officer with a certificate of its own making. */
    private static final class Officer {
        final KeyPair keys;
        final X509Certificate certificate;

        Officer(String name) {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
                generator.initialize(384);
                keys = generator.generateKeyPair();
                X500Name subject = new X500Name("CN=" + name);
                certificate = new JcaX509CertificateConverter()
                        .getCertificate(new JcaX509v3CertificateBuilder(
                                        subject,
                                        BigInteger.ONE,
                                        Date.from(Instant.parse("2020-01-01T00:00:00Z")),
                                        Date.from(Instant.parse("2050-01-01T00:00:00Z")),
                                        subject,
                                        keys.getPublic())
                                .build(new JcaContentSignerBuilder("SHA384withECDSA").build(keys.getPrivate())));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        byte[] sign(PolicyBundle bundle) throws Exception {
            return BundleSignatures.sign(bundle, keys.getPrivate(), certificate);
        }
    }
}
