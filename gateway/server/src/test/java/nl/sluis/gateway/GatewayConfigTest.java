package nl.sluis.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import nl.sluis.gateway.rpc.PartnerLimits;
import nl.sluis.gateway.rpc.TenantQuota;
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
    void limits_that_are_not_set_are_those_of_the_port() throws Exception {
        GatewayConfig config = load(COMPLETE);

        assertThat(Gateway.limits(config)).isEqualTo(PartnerLimits.defaults());
        assertThat(Gateway.quota(config)).isEqualTo(TenantQuota.defaults());
    }

    @Test
    void a_limit_that_is_set_is_the_limit_that_it_names() throws Exception {
        GatewayConfig config = load(COMPLETE + """
                  limits: {header-bytes: 1, continuation-frames: 2, resets: 3, idle-time: PT4S, handshake-time: PT5S,
                    message-bytes: 6, decompression-ratio: 7, tenant-connections: 8, tenant-messages-per-s: 9,
                    tenant-bytes-per-s: 10, tenant-unfinished-bytes: 11, unsent-bytes: 12, batch-bytes: 13}
                """);

        PartnerLimits limits = Gateway.limits(config);
        assertThat(limits.maxHeaderListBytes()).isEqualTo(1);
        assertThat(limits.maxSmallContinuationFrames()).isEqualTo(2);
        assertThat(limits.maxResetsPerWindow()).isEqualTo(3);
        assertThat(limits.idleTimeout()).hasSeconds(4);
        assertThat(limits.handshakeTimeout()).hasSeconds(5);
        assertThat(limits.maxMessageBytes()).isEqualTo(6);
        assertThat(limits.maxDecompressionRatio()).isEqualTo(7);
        assertThat(limits.maxUnsentBytes()).isEqualTo(12);
        assertThat(limits.maxBatchBytes()).isEqualTo(13);
        assertThat(Gateway.quota(config)).isEqualTo(new TenantQuota(8, 9, 10, 11));
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
