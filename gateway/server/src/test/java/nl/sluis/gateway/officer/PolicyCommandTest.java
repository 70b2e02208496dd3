package nl.sluis.gateway.officer;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Set;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.policy.bundle.BundleSignatures;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.Track;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PolicyCommandTest {
    private static final Path EXAMPLE = Path.of("..", "..", "policy", "examples", "netherlands");
    private static final String AT = "--at=2026-03-01T12:00:00Z";

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void aRightBundleIsCheckedAndTested() {
        assertThat(run("check", EXAMPLE.toString(), AT)).isZero();
        assertThat(out.toString()).startsWith("right: 5 policies");
        assertThat(run("test", EXAMPLE.toString(), AT)).isZero();
        assertThat(out.toString()).contains(" 0 failed");
    }

    @Test
    void aMistakeIsToldWithItsPlaceAndExitCodeOne() throws Exception {
        copy("host.yaml", "kind: [track, observation]", "kind: [trak, observation]");

        assertThat(run("check", folder.toString(), "--format=json")).isEqualTo(1);
        JsonObject problem =
                new JsonObject(out.toString()).getJsonArray("problems").getJsonObject(0);
        assertThat(problem.getString("file")).isEqualTo("host.yaml");
        assertThat(problem.getString("nearest")).isEqualTo("track");
    }

    @Test
    void whatWidensHasExitCodeOneAndWhatNarrowsNone() throws Exception {
        copy("host.yaml", "by: 6 h", "by: 7 h");
        assertThat(run("diff", EXAMPLE.toString(), folder.toString())).isZero();
        assertThat(out.toString()).startsWith("narrows").contains("NLD: 1 officer signs");

        assertThat(run("diff", folder.toString(), EXAMPLE.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("widens").contains("host: 2 officers sign");
    }

    @Test
    void theRecordedPastIsDecidedAgainUnderBothPolicies() throws Exception {
        Instant then = Instant.parse("2026-02-01T12:00:00Z");
        PolicyBundle bundle = PolicyBundle.load(PolicyCommand.files(EXAMPLE));
        try (Journal journal =
                EmbeddedJournal.open(folder.resolve("data/journal"), InstantSource.fixed(then), StoreLimits.DEFAULT)) {
            for (String object : List.of("30001", "30002", "10001")) {
                StoredProduct product = StoredProduct.newBuilder()
                        .setProduct(Product.newBuilder()
                                .setKind(ProductKind.PRODUCT_KIND_TRACK)
                                .setTrack(Track.getDefaultInstance()))
                        .addObjects(ObjectReference.newBuilder().setObjectId(object))
                        .setBasis(Basis.newBuilder()
                                .addSourceLabels(LabelNotation.parse(
                                                "{NLD: restricted, rel: [NATO], owner: NLD}", bundle.spifs())
                                        .toProto())
                                .setReceived(Times.timestamp(then)))
                        .build();
                journal.append(LogName.PRODUCTS, NewEntry.of(product.toByteArray()))
                        .join();
            }
        }
        copy("host.yaml", "what: {group: catalogue}", "what: {group: catalogue, kind: conjunction}");

        assertThat(run("diff", EXAMPLE.toString(), folder.toString(), AT, "--replay=" + folder.resolve("data")))
                .as("%s", err)
                .isZero();
        assertThat(out.toString()).contains("replay of 3 recorded products");
        assertThat(run("diff", EXAMPLE.toString(), EXAMPLE.toString(), AT, "--replay=" + folder.resolve("data")))
                .isZero();
        assertThat(out.toString()).contains("equivalent").contains("replay of 3 recorded products");

        assertThat(run("diff", EXAMPLE.toString(), EXAMPLE.toString(), "--replay=" + folder.resolve("nowhere")))
                .isEqualTo(2);
        assertThat(err.toString()).contains("has no folder `journal` (expected: a gateway's data folder)");
    }

    @Test
    void anItemIsExplained() {
        assertThat(run(
                        "explain",
                        EXAMPLE.toString(),
                        AT,
                        "--kind=track",
                        "--object=30001",
                        "--tenant=fra-ssa",
                        "--label={NLD: restricted, rel: [NATO], owner: NLD}"))
                .isZero();
        assertThat(out.toString())
                .contains("fra-ssa: release redact=SENSOR")
                .contains("release to-allies (host, NLD, host.yaml:5)");
        assertThat(run(
                        "explain",
                        EXAMPLE.toString(),
                        AT,
                        "--kind=track",
                        "--label={NLD: secret, owner: NLD}",
                        "--tenant=acme-space"))
                .isEqualTo(1);
    }

    @Test
    void aBundleIsSigned() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(384);
        KeyPair keys = generator.generateKeyPair();
        X500Name name = new X500Name("CN=officer");
        X509CertificateHolder certificate = new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(Instant.parse("2020-01-01T00:00:00Z")),
                        Date.from(Instant.parse("2050-01-01T00:00:00Z")),
                        name,
                        keys.getPublic())
                .build(new JcaContentSignerBuilder("SHA384withECDSA").build(keys.getPrivate()));
        pem("key.pem", new JcaPKCS8Generator(keys.getPrivate(), null));
        pem("certificate.pem", certificate);

        assertThat(run(
                        "sign",
                        EXAMPLE.toString(),
                        "--key=" + folder.resolve("key.pem"),
                        "--certificate=" + folder.resolve("certificate.pem"),
                        "--out=" + folder.resolve("officer.cms")))
                .as("%s", err)
                .isZero();

        PolicyBundle bundle = PolicyBundle.load(PolicyCommand.files(EXAMPLE));
        assertThat(BundleSignatures.signers(
                        bundle,
                        List.of(Files.readAllBytes(folder.resolve("officer.cms"))),
                        (c, at) -> Set.of("host"),
                        Instant.parse("2026-03-01T12:00:00Z")))
                .containsEntry("host", Set.of("CN=officer"));
    }

    @Test
    void wrongUsageHasExitCodeTwo() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("check")).isEqualTo(2);
        assertThat(run("check", folder.resolve("nowhere").toString())).isEqualTo(2);
        assertThat(run("explain", EXAMPLE.toString(), "--kind=trak", "--label={NLD: secret, owner: NLD}"))
                .isEqualTo(2);
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        return new CommandLine(new PolicyCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private void copy(String changed, String from, String to) throws IOException {
        for (var file : PolicyCommand.files(EXAMPLE).entrySet()) {
            String text = new String(file.getValue(), StandardCharsets.UTF_8);
            Files.writeString(
                    folder.resolve(file.getKey()), file.getKey().equals(changed) ? text.replace(from, to) : text);
        }
    }

    private void pem(String file, Object object) throws IOException {
        try (JcaPEMWriter writer = new JcaPEMWriter(Files.newBufferedWriter(folder.resolve(file)))) {
            writer.writeObject(object);
        }
    }
}
