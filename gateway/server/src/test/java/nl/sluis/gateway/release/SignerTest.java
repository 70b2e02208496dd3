package nl.sluis.gateway.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Properties;
import nl.sluis.proto.v1.Delivery;
import org.junit.jupiter.api.Test;

class SignerTest {
    /** PKCS#8 of the secret key of RFC 8032, section 7.1, test 1. */
    private static final String SECRET_KEY =
            "302e020100300506032b657004220420" + "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

    @Test
    void aLabelIsBoundToTheByteAsInTheProfilesVector() throws Exception {
        Properties vector = new Properties();
        try (InputStream in =
                Objects.requireNonNull(Delivery.class.getResourceAsStream("/sluis/v1/bound-label/bound.properties"))) {
            vector.load(in);
        }
        KeyFactory keys = KeyFactory.getInstance("Ed25519");
        PrivateKey secret =
                keys.generatePrivate(new PKCS8EncodedKeySpec(HexFormat.of().parseHex(SECRET_KEY)));
        PublicKey open =
                keys.generatePublic(new X509EncodedKeySpec(HexFormat.of().parseHex(vector.getProperty("public_key"))));
        Delivery delivery = Delivery.parseFrom(HexFormat.of().parseHex(vector.getProperty("delivery")));

        assertThat(new Signer(secret, open)
                        .bind(
                                delivery.getBoundLabel().getLabel(),
                                delivery.getPayload().toByteArray()))
                .isEqualTo(delivery.getBoundLabel());
    }
}
