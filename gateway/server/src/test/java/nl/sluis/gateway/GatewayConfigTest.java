package nl.sluis.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayConfigTest {
    private static final String COMPLETE = """
            sluis:
              host-nation: nld
              data-folder: data
              trust-folder: trust
              policy-folder: policy
              certificate: {chain: c.pem, key: k.pem}
            """;

    @TempDir
    private Path folder;

    @Test
    void what_is_not_set_has_its_default() throws Exception {
        GatewayConfig config = load(COMPLETE);

        assertThat(config.partnerPort().port()).isEqualTo(8443);
        assertThat(config.adminPort().host()).isEqualTo("127.0.0.1");
        assertThat(config.screening().window()).isEqualTo(Duration.ofHours(24));
        assertThat(config.fusion().objects()).isEmpty();
    }

    @Test
    void an_object_is_named_by_its_designator() throws Exception {
        GatewayConfig config = load(COMPLETE + """
                  fusion:
                    objects:
                      "2010-056A": {empirical-acceleration-degree: 1, drag: false}
                """);

        assertThat(config.fusion().objects().get("2010-056A").drag()).isFalse();
        assertThat(config.fusion().objects().get("2010-056A").empiricalAccelerationDegree())
                .hasValue(1);
    }

    @Test
    void an_unknown_key_is_an_error_that_names_it() {
        assertThatThrownBy(() -> load(COMPLETE + "  partner-prot: {port: 1}\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("partner-prot");
    }

    @Test
    void a_missing_key_is_an_error_that_names_it() {
        assertThatThrownBy(() -> load(COMPLETE.replace("  data-folder: data\n", "")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("data-folder");
    }

    @Test
    void a_missing_file_is_an_error_that_names_it() {
        assertThatThrownBy(() -> GatewayConfig.load(folder.resolve("none.yaml")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("none.yaml");
    }

    private GatewayConfig load(String yaml) throws Exception {
        return GatewayConfig.load(Files.writeString(folder.resolve("gateway.yaml"), yaml));
    }
}
