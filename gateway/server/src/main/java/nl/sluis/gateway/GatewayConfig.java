package nl.sluis.gateway;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.WithDefault;
import io.smallrye.config.source.yaml.YamlConfigSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import nl.sluis.gateway.release.SecondDecider;
import nl.sluis.gateway.store.RedisSettings;

/**
 * The configuration of a gateway: one YAML file, everything under {@code sluis}. Unknown keys are errors. Paths are
 * relative to the file. Environment variables override it: {@code SLUIS_PARTNER_PORT_PORT} is {@code
 * sluis.partner-port.port}.
 */
@ConfigMapping(prefix = "sluis")
public interface GatewayConfig {
    /** Nation that runs the gateway, trigraph in lower case. */
    String hostNation();

    /** Where partners connect. */
    Port partnerPort();

    /** Where operators look: health and metrics. */
    AdminPort adminPort();

    /** Folder of the journal and the gateway's own keys. */
    String dataFolder();

    /** Where the journal is kept. */
    Store store();

    /** Folder of trusted authorities: {@code <nation>/root.pem} and more. */
    String trustFolder();

    /** Folder of the policy bundle, with the officers' signatures in {@code signatures}. */
    String policyFolder();

    /** How policy decides. */
    Policy policy();

    /** For development only: takes bundles without version and signatures. */
    @WithDefault("false")
    boolean policyUnsignedAllowed();

    /** The gateway's own certificate. */
    Certificate certificate();

    /** Orbit determination. */
    Fusion fusion();

    /** Screening for close approaches. */
    Screening screening();

    /** Live streams. */
    Streams streams();

    /** What partners may use. */
    Limits limits();

    /** Where the journal is kept. */
    interface Store {
        /** The engine. */
        @WithDefault("embedded")
        Engine engine();

        /** The Redis of engine {@code redis}. */
        RedisStore redis();

        /** What a log keeps, by its name; a log that is not named keeps everything. */
        Map<String, LogRetention> retention();

        /** How often is looked for entries that go. */
        @WithDefault("PT1M")
        Duration trimInterval();

        /** The engines. */
        enum Engine {
            /** One file in the data folder, for this process alone. */
            EMBEDDED,
            /** A Redis, which several gateways may share. */
            REDIS
        }
    }

    /** Where a Redis is and how to get in. */
    interface RedisStore {
        /** What the addresses are: {@code standalone}, {@code sentinel} or {@code cluster}. */
        @WithDefault("standalone")
        RedisSettings.Topology topology();

        /** {@code host:port}: the server, Sentinels, or some nodes of a cluster. */
        Optional<List<String>> addresses();

        /** Name of the primary at the Sentinels. */
        Optional<String> sentinelMaster();

        /** ACL user. */
        Optional<String> user();

        /** File with its password. */
        Optional<String> passwordFile();

        /** Its password, from the environment: SLUIS_STORE_REDIS_PASSWORD. */
        Optional<String> password();

        /** TLS; without it only a loopback address is accepted. */
        Optional<RedisTls> tls();

        /** First part of all keys. */
        @WithDefault("sluis")
        String namespace();

        /** Replicas that must have an entry before it is acknowledged. */
        @WithDefault("0")
        int replicasMin();

        /** Connections to each server. */
        @WithDefault("32")
        int connections();

        /** Longest wait for a connection, an answer, and the replicas. */
        @WithDefault("PT2S")
        Duration timeout();
    }

    /** PEM files for TLS 1.3. */
    interface RedisTls {
        /** Authorities of the servers. */
        String trust();

        /** Own certificate chain, where the servers ask for one. */
        Optional<String> certificate();

        /** Its private key, PKCS#8. */
        Optional<String> key();
    }

    /** What a log keeps; the oldest entries beyond either bound go. */
    interface LogRetention {
        /** Entries recorded longer ago than this go. */
        Optional<Duration> age();

        /** The oldest go until the payloads are at most this many bytes together. */
        OptionalLong bytes();
    }

    /** The partner port. */
    interface Port {
        /** Address or name to bind. */
        @WithDefault("0.0.0.0")
        String host();

        /** TCP port; 0 takes a free one. */
        @WithDefault("8443")
        int port();

        /** Threads that connections are spread over. */
        @WithDefault("2")
        int eventLoops();
    }

    /** The operator's port. */
    interface AdminPort {
        /** HTTPS with client certificates; absent: plain HTTP, which only loopback may have. */
        Optional<AdminTls> tls();

        /** Address or name to bind. */
        @WithDefault("127.0.0.1")
        String host();

        /** TCP port; 0 takes a free one. */
        @WithDefault("9090")
        int port();
    }

    /** How policy decides. */
    interface Policy {
        /** Which decisions an independent second decider makes too; where it disagrees, nobody gets the item. */
        @WithDefault("all")
        SecondDecider.Scope secondDecider();
    }

    /** HTTPS of the operator's port. */
    interface AdminTls {
        /** Certificate chain, PEM. */
        String chain();

        /** Private key, PKCS#8 PEM. */
        String key();

        /** Authorities of the operators' and scrapers' client certificates, PEM. */
        String clientAuthorities();
    }

    /** The gateway's certificate; its key is a file or in a token. */
    interface Certificate {
        /** Certificate chain, PEM. */
        String chain();

        /** Private key, PKCS#8 PEM. */
        Optional<String> key();

        /** The token that holds the private key instead. */
        Optional<Token> pkcs11();

        /** What the CA says of the certificate, an OCSP response in DER, to staple. */
        Optional<String> ocspResponse();
    }

    /** A private key in a PKCS#11 token. */
    interface Token {
        /** The token's PKCS#11 library. */
        String library();

        /** Place of the token among the slots of the library, from 0; the first where it is not set. */
        OptionalInt slotIndex();

        /** Label of the key and of its certificate in the token. */
        String label();

        /** File with the user's PIN. */
        Optional<String> pinFile();

        /** The PIN, from the environment: SLUIS_CERTIFICATE_PKCS11_PIN. */
        Optional<String> pin();
    }

    /** Orbit determination. */
    interface Fusion {
        /** Fits that run side by side. */
        @WithDefault("2")
        int threads();

        /**
         * Observations of an object, alike releasable, that an audience's orbit rests on, the newest ones: they bound what an
         * object takes of memory, and how long a fit takes.
         */
        @WithDefault("10000")
        int observationsMax();

        /** What is known of single objects, by catalogue number. */
        Map<String, ObjectSettings> objects();
    }

    /** What is known of one object. */
    interface ObjectSettings {
        /** Degree in time of an estimated empirical acceleration, for leaks and low thrust. */
        OptionalInt empiricalAccelerationDegree();

        /** Whether air drag is modelled where the orbit is low enough for it. */
        @WithDefault("true")
        boolean drag();

        /** Mass, kg. */
        OptionalDouble massKg();

        /** Area for radiation pressure, m². */
        OptionalDouble srpAreaM2();

        /** Radiation pressure coefficient. */
        OptionalDouble srpCoefficient();
    }

    /** Screening for close approaches. */
    interface Screening {
        /** Length of the window from the newest elements on. */
        @WithDefault("PT24H")
        Duration window();

        /** Distance below which an approach is reported, m. */
        @WithDefault("5000")
        double thresholdM();

        /** Other distances, m: by regime (leo, meo, geo, heo), and by object, which goes before its regime. */
        Map<String, Double> thresholdsM();

        /** File of what is known of the sizes of objects. */
        Optional<String> objectSizes();

        /** Probability from which on an encounter is watched. */
        @WithDefault("1e-6")
        double observeProbability();

        /** Probability from which on one acts. */
        @WithDefault("1e-4")
        double criticalProbability();

        /** Threads that screen. */
        @WithDefault("2")
        int threads();
    }

    /** Live streams. */
    interface Streams {
        /** Longest silence of a live subscription. */
        @WithDefault("PT15S")
        Duration heartbeat();

        /** How long a subscriber may take nothing before its stream is ended. */
        @WithDefault("PT30S")
        Duration stall();

        /** How long a graceful stop may take. */
        @WithDefault("PT10S")
        Duration drain();
    }

    /**
     * What partners may use. The reasons stand in the table of limits in the documentation and at {@link
     * nl.sluis.gateway.rpc.PartnerLimits}.
     */
    interface Limits {
        /** Largest request message after decompression, bytes. */
        @WithDefault("4194304")
        int messageBytes();

        /** Bytes that one compressed byte may unpack to. */
        @WithDefault("100")
        int decompressionRatio();

        /** Largest subscription request, bytes. */
        @WithDefault("65536")
        int subscribeRequestBytes();

        /** Contributions of one stream that wait for their commit. */
        @WithDefault("64")
        int itemsInFlight();

        /** Bytes that a subscription writes before others have their turn. */
        @WithDefault("32768")
        int batchBytes();

        /** Bytes of one stream that its peer has not taken. */
        @WithDefault("65536")
        int unsentBytes();

        /** Calls on one connection at a time. */
        @WithDefault("100")
        int streamsPerConnection();

        /** Decoded headers of one call, bytes. */
        @WithDefault("16384")
        int headerBytes();

        /** Small CONTINUATION frames in one block of headers. */
        @WithDefault("16")
        int continuationFrames();

        /** Streams that a peer may reset in {@link #resetWindow()}. */
        @WithDefault("200")
        int resets();

        /** Window of {@link #resets()}, whole seconds. */
        @WithDefault("PT30S")
        Duration resetWindow();

        /** Time for a TLS handshake. */
        @WithDefault("PT10S")
        Duration handshakeTime();

        /** Time that a connection may be open without a call. */
        @WithDefault("PT10M")
        Duration idleTime();

        /** Time for the request of a call that has one message. */
        @WithDefault("PT10S")
        Duration requestTime();

        /** Time between two tests of a connection. */
        @WithDefault("PT30S")
        Duration pingInterval();

        /** Time for the answer to such a test. */
        @WithDefault("PT20S")
        Duration pingTime();

        /** Connections of one tenant. */
        @WithDefault("64")
        int tenantConnections();

        /** Messages that one tenant sends, per second. */
        @WithDefault("20000")
        long tenantMessagesPerS();

        /** Bytes of messages that one tenant sends, per second. */
        @WithDefault("33554432")
        long tenantBytesPerS();

        /** Bytes of unfinished requests that one tenant may have here. */
        @WithDefault("16777216")
        long tenantUnfinishedBytes();
    }

    /**
     * Reads a configuration file.
     *
     * @throws ConfigException where it is missing, not YAML, lacks a key or has an unknown one
     */
    static GatewayConfig load(Path file) throws ConfigException {
        if (!Files.isRegularFile(file)) {
            throw new ConfigException(
                    "configuration `" + file + "`: no such file", new NoSuchFileException(file.toString()));
        }
        try {
            SmallRyeConfig config = new SmallRyeConfigBuilder()
                    .withSources(new YamlConfigSource(file.toUri().toURL()))
                    .addDefaultInterceptors()
                    .withSources(new io.smallrye.config.EnvConfigSource(onlyOurs(System.getenv()), 300))
                    .withMapping(GatewayConfig.class)
                    .build();
            return config.getConfigMapping(GatewayConfig.class);
        } catch (ConfigValidationException e) {
            throw new ConfigException("configuration `" + file + "`: " + problems(e), e);
        } catch (IOException | IllegalArgumentException | IllegalStateException | NoSuchElementException e) {
            throw new ConfigException("configuration `" + file + "`: " + e.getMessage(), e);
        }
    }

    private static String problems(ConfigValidationException e) {
        return IntStream.range(0, e.getProblemCount())
                .mapToObj(i -> e.getProblem(i).getMessage())
                .collect(Collectors.joining("; "));
    }

    private static Map<String, String> onlyOurs(Map<String, String> environment) {
        Map<String, String> ours = new java.util.TreeMap<>(environment);
        ours.keySet().removeIf(name -> !name.startsWith("SLUIS_") || name.equals("SLUIS_CONFIG"));
        return ours;
    }
}
