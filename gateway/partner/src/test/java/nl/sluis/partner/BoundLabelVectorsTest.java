package nl.sluis.partner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import nl.sluis.proto.v1.Delivery;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reader takes what the binding profile says is bound and refuses all else: one file a case, for any language. */
class BoundLabelVectorsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "bound",
                "payload-of-another-product",
                "digest-rewritten",
                "releasability-widened",
                "classification-lowered",
                "owner-removed",
                "signature-dropped",
                "signed-by-another-key",
                "key-of-another-named",
                "algorithm-none",
                "bit-of-the-signature-flipped",
                "version-outside-rewritten",
                "no-label"
            })
    void aDeliveryIsTakenOrRefusedAsItsFileSays(String name) throws Exception {
        Properties vector = new Properties();
        String file = "/sluis/v1/bound-label/" + name + ".properties";
        try (InputStream in = Objects.requireNonNull(Delivery.class.getResourceAsStream(file), file)) {
            vector.load(in);
        }
        PublicKey key =
                KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(bytes(vector, "public_key")));
        Delivery delivery = Delivery.parseFrom(bytes(vector, "delivery"));
        DeliveryVerifier verifier = new DeliveryVerifier(List.of(key));
        String expected = vector.getProperty("expected");

        if (expected.equals("accepted")) {
            assertThat(verifier.verify(delivery).integrity()).isEqualTo(ReceivedProduct.Integrity.SIGNATURE);
        } else {
            assertThatThrownBy(() -> verifier.verify(delivery))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining(expected);
        }
    }

    private static byte[] bytes(Properties vector, String name) {
        return HexFormat.of().parseHex(vector.getProperty(name));
    }
}
