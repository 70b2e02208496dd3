package nl.sluis.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import nl.sluis.gateway.rpc.PartnerLimits;
import nl.sluis.gateway.rpc.TenantQuota;
import nl.sluis.gateway.store.RedisSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @Test
    void the_journal_is_embedded_unless_a_redis_is_named() throws Exception {
        assertThat(load(COMPLETE).store().engine()).isEqualTo(GatewayConfig.Store.Engine.EMBEDDED);
        GatewayConfig.Store store = load(COMPLETE + """
                  store:
                    engine: redis
                    redis:
                      topology: sentinel
                      addresses: [10.0.0.1:26379, "[::1]:26379"]
                      sentinel-master: sluis
                      replicas-min: 1
                      tls: {trust: ca.pem}
                    retention:
                      quarantine: {age: P90D}
                      products: {bytes: 1000000}
                """).store();

        assertThat(store.engine()).isEqualTo(GatewayConfig.Store.Engine.REDIS);
        assertThat(store.redis().topology()).isEqualTo(RedisSettings.Topology.SENTINEL);
        assertThat(store.redis().addresses().orElseThrow()).hasSize(2);
        assertThat(store.retention().get("quarantine").age()).contains(Duration.ofDays(90));
        assertThat(store.retention().get("products").bytes()).hasValue(1_000_000);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {engine: redis}                                                   | store.redis.addresses: none
                    {engine: embedded, redis: {addresses: ['a:1']}}                   | store.redis.addresses: given
                    {engine: redis, redis: {addresses: ['a']}}                        | store.redis.addresses: `a` (expected: host:port)
                    {engine: redis, redis: {addresses: ['a:1', 'b:2']}}               | store.redis.addresses: `2` (expected: one for topology STANDALONE)
                    {engine: redis, redis: {addresses: ['a:1'], topology: sentinel}}  | store.redis.sentinel-master: `` (expected: the name of the primary)
                    {engine: redis, redis: {addresses: ['a:1'], connections: 2}}      | store.redis.connections: `2` (expected: at least
                    {engine: redis, redis: {addresses: ['a:1'], password: x, password-file: y}} | store.redis.password: given beside password-file
                    {engine: redis, redis: {addresses: ['a:1'], password-file: none}} | none`: can't be read
                    {engine: redis, redis: {addresses: ['127.0.0.1:1'], tls: {trust: none.pem}}} | none.pem
                    {engine: redis, redis: {addresses: ['192.0.2.1:1']}}              | without tls (expected: tls, or a loopback address)
                    """)
    void a_store_that_cannot_be_is_refused_by_key(String store, String message) {
        assertThatThrownBy(() -> new ConfiguredStore(load(COMPLETE + "  store: " + store + "\n"), folder)
                        .open(InstantSource.system()))
                .hasMessageContaining(message);
    }

    @Test
    void a_log_that_must_be_whole_or_is_not_known_has_no_retention() {
        for (String log : List.of("audit", "contribution")) {
            assertThatThrownBy(() -> new ConfiguredStore(
                                    load(COMPLETE + "  store: {retention: {" + log + ": {age: P1D}}}\n"), folder)
                            .retention())
                    .hasMessageContaining("store.retention: `" + log + "` (expected: one of [contributions");
        }
    }

    private GatewayConfig load(String yaml) throws Exception {
        return GatewayConfig.load(Files.writeString(folder.resolve("gateway.yaml"), yaml));
    }
}
