package nl.sluis.benchmarks.stream;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.certs.PkiRequest;
import nl.sluis.proto.v1.BoundLabel;
import nl.sluis.proto.v1.Delivery;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.SubscribeResponse;

/** What all servers and clients share: certificates, the list of tenants, the size of a message. */
final class World {
    /** Bytes of one message, without the frame around it. */
    static final int MESSAGE_BYTES = 600;

    /** Messages that are published at once; the system property {@code burst}. */
    static final int BURST = Integer.getInteger("burst", 27);

    static final int TENANTS = 16;

    /** What the fields around the padding may grow by. */
    private static final int LENGTHS_BYTES_MAX = 16;

    private static final int PADDING = padding(padding -> message(0, padding).getSerializedSize());

    private static final List<String> NATIONS = List.of("deu", "nor", "fra", "lux");
    private static final List<String> MEMBERSHIPS = List.of(
            "communities: [NATO, EU, PARTNERS], clearances: {NATO: secret, EU: secret, NLD: secret}",
            "communities: [NATO, PARTNERS], clearances: {NATO: restricted, NLD: unclassified}",
            "communities: [EU, PARTNERS], clearances: {EU: secret, NLD: restricted}",
            "communities: [COMMERCIAL], clearances: {NLD: unclassified}");
    private static final List<String> POLICY_FILES = List.of(
            "audiences.yaml",
            "object-groups.yaml",
            "nld.yaml",
            "usa.yaml",
            "ita.yaml",
            "kor.yaml",
            "zaf.yaml",
            "aus.yaml");

    private World() {}

    static DevelopmentPki certificates(Path folder) throws IOException {
        PkiRequest.Tenant[] tenants = new PkiRequest.Tenant[TENANTS];
        for (int i = 0; i < TENANTS; i++) {
            tenants[i] = PkiRequest.Tenant.parse(tenant(i) + ":subscriber");
        }
        return DevelopmentPki.create(
                PkiRequest.of("nld", tenants), folder.resolve("pki"), Clock.systemUTC(), new SecureRandom());
    }

    /** The i-th tenant, "nation/name". */
    static String tenant(int i) {
        return nation(i) + "/" + name(i);
    }

    private static String nation(int i) {
        return NATIONS.get(i % NATIONS.size());
    }

    private static String name(int i) {
        return "watch-" + i;
    }

    /** Where the i-th subscriber finds its certificate. */
    static Path credential(Path folder, int subscriber) {
        return folder.resolve("pki").resolve("tenants").resolve(tenant(subscriber % TENANTS));
    }

    /** The demonstration's policy, 9 files, for 16 subscribing tenants in four audiences. */
    static Map<String, byte[]> policy() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String name : POLICY_FILES) {
            try (InputStream in = World.class.getResourceAsStream("/demo/policy/" + name)) {
                if (in == null) {
                    throw new IOException("policy of the demonstration: `" + name + "` is missing");
                }
                files.put(name, in.readAllBytes());
            }
        }
        StringBuilder tenants = new StringBuilder("tenants:\n");
        for (int i = 0; i < TENANTS; i++) {
            tenants.append(String.format(
                    Locale.ROOT,
                    "  %s: {nations: [%s], %s, roles: [subscriber], quotas: {connections: 1000}}\n",
                    name(i),
                    nation(i).toUpperCase(Locale.ROOT),
                    MEMBERSHIPS.get(i % MEMBERSHIPS.size())));
        }
        files.put("tenants.yaml", tenants.toString().getBytes(StandardCharsets.UTF_8));
        return files;
    }

    /** A message of {@link #MESSAGE_BYTES} as the gateway sends it, for servers that have no policy. */
    static SubscribeResponse message(int number) {
        return message(number, PADDING);
    }

    /** The padding that makes a message {@link #MESSAGE_BYTES} long: some bytes less than what is missing without. */
    static int padding(IntUnaryOperator sizeWithPadding) {
        int most = MESSAGE_BYTES - sizeWithPadding.applyAsInt(0);
        for (int padding = most; padding > most - LENGTHS_BYTES_MAX; padding--) {
            if (sizeWithPadding.applyAsInt(padding) == MESSAGE_BYTES) {
                return padding;
            }
        }
        throw new IllegalStateException("no padding makes a message of " + MESSAGE_BYTES + " bytes");
    }

    private static SubscribeResponse message(int number, int padding) {
        return SubscribeResponse.newBuilder()
                .setDelivery(Delivery.newBuilder()
                        .setProductId(String.format(Locale.ROOT, "%032d", number))
                        .setVersion(1)
                        .setKind(ProductKind.PRODUCT_KIND_PROXIMITY)
                        .setBoundLabel(BoundLabel.newBuilder()
                                .setAlgorithm("Ed25519")
                                .setPayloadSha256(ByteString.copyFrom(new byte[32]))
                                .setKeyId(ByteString.copyFrom(new byte[32]))
                                .setSignature(ByteString.copyFrom(new byte[64])))
                        .setPayload(ByteString.copyFrom(new byte[100 + padding])))
                .build();
    }
}
