package nl.sluis.gateway.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import nl.sluis.gateway.store.RedisSettings.Address;
import nl.sluis.gateway.store.RedisSettings.Topology;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.params.XTrimParams;

class RedisJournalTest extends JournalContract {
    private static final AtomicInteger NAMESPACES = new AtomicInteger();

    @TempDir
    static Path directory;

    private static RedisProcess redis;

    private final String namespace = "test-" + NAMESPACES.incrementAndGet();

    @BeforeAll
    static void startRedis() throws IOException {
        redis = RedisProcess.start(directory.resolve("shared"), RedisProcess.DURABLE);
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @Override
    Journal open(StoreLimits limits) {
        return RedisJournal.open(RedisSettings.loopback(redis.port, namespace), clock, limits);
    }

    private Journal open(RedisSettings settings) {
        return RedisJournal.open(settings, clock, StoreLimits.DEFAULT);
    }

    private Path directory(String name) {
        return directory.resolve(namespace + "-" + name);
    }

    private static RedisSettings settings(
            Topology topology,
            int port,
            String master,
            String user,
            String password,
            RedisSettings.Tls tls,
            int replicas) {
        return new RedisSettings(
                topology,
                List.of(new Address("127.0.0.1", port)),
                master,
                user,
                password,
                tls,
                "sluis",
                replicas,
                32,
                Duration.ofSeconds(2));
    }

    @Test
    void aRedisThatCouldLoseAcknowledgedEntriesIsRefusedWithEveryReason() throws Exception {
        Map<String, String> weak = new TreeMap<>(Map.of(
                "appendonly no", "aof_enabled `0` (expected: 1)",
                "appendfsync everysec", "appendfsync `everysec` (expected: always)",
                "no-appendfsync-on-rewrite yes", "no-appendfsync-on-rewrite `yes` (expected: no)",
                "maxmemory-policy allkeys-lru", "maxmemory-policy `allkeys-lru` (expected: noeviction)"));
        try (RedisProcess other = RedisProcess.start(directory("weak"), RedisProcess.DURABLE)) {
            for (Map.Entry<String, String> each : weak.entrySet()) {
                String[] setting = each.getKey().split(" ", 2);
                String before;
                try (Jedis server = other.connect()) {
                    before = server.configGet(setting[0]).get(setting[0]);
                    server.configSet(setting[0], setting[1]);
                }
                assertThatThrownBy(() -> open(RedisSettings.loopback(other.port, "sluis")))
                        .isInstanceOfSatisfying(
                                StoreException.class,
                                e -> assertThat(e.code()).isEqualTo(StoreException.Code.NOT_DURABLE))
                        .hasMessageContaining("could lose acknowledged entries: " + each.getValue());
                try (Jedis server = other.connect()) {
                    server.configSet(setting[0], before);
                }
            }
        }
    }

    @Test
    void aRedisThatStillReadsItsFileIsWaitedForAndEndsNothing() throws Exception {
        List<String> settings = new ArrayList<>(RedisProcess.DURABLE);
        // microseconds for each command; it answers between thousands of them
        settings.add("key-load-delay 400");
        try (RedisProcess slow = RedisProcess.start(directory("slow"), settings);
                Journal there = open(RedisSettings.loopback(slow.port, "sluis"))) {
            there.append(LOG, Collections.nCopies(5_000, NewEntry.of(new byte[1])))
                    .join();
            slow.kill();
            CompletableFuture<Void> started = CompletableFuture.runAsync(() -> {
                try {
                    slow.start();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            List<String> refusals = new ArrayList<>();
            Optional<Appended> appended = Optional.empty();
            while (appended.isEmpty()) {
                try {
                    appended = Optional.of(there.append(LOG, NewEntry.of(new byte[1]))
                            .orTimeout(30, TimeUnit.SECONDS)
                            .join());
                } catch (CompletionException e) {
                    assertThat(e.getCause())
                            .isInstanceOfSatisfying(
                                    StoreException.class,
                                    refusal -> assertThat(refusal.code().passing())
                                            .as(refusal.getMessage())
                                            .isTrue());
                    refusals.add(e.getCause().getMessage());
                }
            }
            started.join();
            assertThat(appended.get().position()).isEqualTo(5_001);
            assertThat(there.failure()).isEmpty();
            assertThat(refusals).anySatisfy(refusal -> assertThat(refusal).contains("loading `1` (expected: 0)"));
        }
    }

    @Test
    void aRedisThatDoesNotAnswerIsNamedAtStart() throws Exception {
        int port = RedisProcess.freePort();
        assertRefused(() -> open(RedisSettings.loopback(port, "sluis")), StoreException.Code.UNREACHABLE);
    }

    @Test
    void plainTcpToAnotherMachineIsRefused() {
        RedisSettings remote = new RedisSettings(
                Topology.STANDALONE,
                List.of(new Address("192.0.2.1", 6379)),
                "",
                "",
                "",
                null,
                "sluis",
                0,
                32,
                Duration.ofSeconds(2));
        assertRefused(() -> open(remote), StoreException.Code.ACCESS_DENIED);
    }

    @Test
    void anAclUserGetsInWithItsPasswordAndItsKeysOnly() throws Exception {
        List<String> settings = new ArrayList<>(RedisProcess.DURABLE);
        settings.add("user default off");
        settings.add("user gateway on >secret ~sluis:* +@all");
        settings.add("user blind on >secret ~sluis:* +@all -config");
        settings.add("user other on >secret ~elsewhere:* +@all");
        try (RedisProcess guarded = RedisProcess.start(directory("acl"), settings)) {
            try (Journal ours = open(settings(Topology.STANDALONE, guarded.port, "", "gateway", "secret", null, 0))) {
                assertThat(await(ours.append(LOG, NewEntry.keyed("k", bytes("a"))))
                                .position())
                        .isEqualTo(1);
            }
            assertRefused(
                    () -> open(settings(Topology.STANDALONE, guarded.port, "", "gateway", "wrong", null, 0)),
                    StoreException.Code.ACCESS_DENIED);
            assertRefused(() -> open(RedisSettings.loopback(guarded.port, "sluis")), StoreException.Code.ACCESS_DENIED);
            assertRefused(
                    () -> open(settings(Topology.STANDALONE, guarded.port, "", "other", "secret", null, 0)),
                    StoreException.Code.ACCESS_DENIED);
            assertRefused(
                    () -> open(settings(Topology.STANDALONE, guarded.port, "", "blind", "secret", null, 0)),
                    StoreException.Code.NOT_DURABLE);
        }
    }

    @Test
    void tlsIsSpokenWithATrustedServerOnly() throws Exception {
        Path files = Files.createDirectories(directory("tls"));
        RedisSettings.Tls trusted = certificate(files, "server", "127.0.0.1");
        RedisSettings.Tls stranger = certificate(files, "stranger", "127.0.0.1");
        List<String> settings = new ArrayList<>(RedisProcess.DURABLE);
        settings.add("tls-cert-file " + files.resolve("server.pem"));
        settings.add("tls-key-file " + files.resolve("server.key"));
        settings.add("tls-ca-cert-file " + files.resolve("server.pem"));
        settings.add("tls-protocols TLSv1.3");
        try (RedisProcess guarded = RedisProcess.startTls(directory("tls-data"), settings)) {
            try (Journal ours = open(settings(Topology.STANDALONE, guarded.port, "", "", "", trusted, 0))) {
                assertThat(await(ours.append(LOG, NewEntry.of(bytes("a")))).position())
                        .isEqualTo(1);
                assertThat(ours.read(LOG, 1, 1)).hasSize(1);
            }
            assertRefused(
                    () -> open(settings(Topology.STANDALONE, guarded.port, "", "", "", stranger, 0)),
                    StoreException.Code.UNREACHABLE);
        }
    }

    /** A self-signed certificate as PEM, for the server and for the client. */
    private static RedisSettings.Tls certificate(Path files, String name, String address) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair pair = generator.generateKeyPair();
        X500Name subject = new X500Name("CN=" + name);
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                subject,
                BigInteger.ONE,
                new Time(new DERUTCTime("200101000000Z")),
                new Time(new DERUTCTime("491231235959Z")),
                subject,
                pair.getPublic());
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.iPAddress, address)));
        X509Certificate certificate = new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
        Files.writeString(files.resolve(name + ".pem"), pem("CERTIFICATE", certificate.getEncoded()));
        Files.writeString(
                files.resolve(name + ".key"),
                pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        return new RedisSettings.Tls(
                files.resolve(name + ".pem"), files.resolve(name + ".pem"), files.resolve(name + ".key"));
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(UTF_8)).encodeToString(der) + "\n-----END " + type
                + "-----\n";
    }

    @Test
    void anotherNodesEntriesAreHeardAndShareThePositions() throws Exception {
        LinkedBlockingQueue<Long> heard = new LinkedBlockingQueue<>();
        journal.onGrowth(LOG, heard::add);
        try (Journal otherNode = open(StoreLimits.DEFAULT)) {
            NewEntry entry = NewEntry.of(bytes("a")).withClientId("1");
            assertThat(await(otherNode.append(LOG, entry)).position()).isEqualTo(1);
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(append("b")).isEqualTo(2);
            assertThat(await(journal.append(LOG, entry))).isEqualTo(new Appended(1, true));
            assertThat(await(otherNode.append(LOG, NewEntry.of(bytes("c")))).position())
                    .isEqualTo(3);
        }
        assertThat(journal.read(LOG, 1, 10))
                .extracting(entry -> new String(entry.payload(), UTF_8))
                .containsExactly("a", "b", "c");
    }

    @Test
    void aNodeMayJoinWhileAnotherAppendsAndTrims() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        Thread busy = new Thread(() -> {
            while (!done.get()) {
                journal.append(LOG, NewEntry.of(bytes("a"))).join();
                journal.trim(LOG, Retention.bySize(1)).join();
            }
        });
        busy.start();
        try {
            for (int i = 0; i < 10; i++) {
                open(StoreLimits.DEFAULT).close();
            }
        } finally {
            done.set(true);
            busy.join();
        }
    }

    @Test
    void entriesDeletedBehindTheJournalsBackAreAnErrorAndNotSilence() throws Exception {
        for (int i = 0; i < 10; i++) {
            append("a");
        }
        try (Jedis server = redis.connect()) {
            server.xtrim(
                    namespace + ":{contributions}:entries",
                    XTrimParams.xTrimParams().minId("4-1"));
        }
        assertRefused(() -> journal.read(LOG, 1, 10), StoreException.Code.CORRUPT);
        assertThat(journal.read(LOG, 4, 10)).hasSize(7);
        journal.close();
        assertRefused(() -> open(StoreLimits.DEFAULT), StoreException.Code.CORRUPT);
        try (Jedis server = redis.connect()) {
            server.del(namespace + ":{contributions}:entries", namespace + ":{contributions}:head");
        }
        journal = open(StoreLimits.DEFAULT);
    }

    @Test
    void everythingAcknowledgedIsThereAfterRedisWasKilledAndTheJournalGoesOn() throws Exception {
        try (RedisProcess own = RedisProcess.start(directory("killed"), RedisProcess.DURABLE);
                Journal ours = open(RedisSettings.loopback(own.port, "sluis"))) {
            LinkedBlockingQueue<Long> heard = new LinkedBlockingQueue<>();
            ours.onGrowth(LOG, heard::add);
            Map<String, Long> acknowledged = new TreeMap<>();
            for (int cycle = 0; cycle < 2; cycle++) {
                List<CompletableFuture<Appended>> answers = new ArrayList<>();
                List<String> ids = new ArrayList<>();
                for (int i = 0; i < 3_000; i++) {
                    String id = cycle + "-" + i;
                    ids.add(id);
                    answers.add(ours.append(LOG, NewEntry.of(bytes(id)).withClientId(id)));
                }
                await(answers.get(500));
                own.kill();
                for (int i = 0; i < ids.size(); i++) {
                    try {
                        acknowledged.put(ids.get(i), await(answers.get(i)).position());
                    } catch (StoreException e) {
                        assertThat(e.code()).isEqualTo(StoreException.Code.UNREACHABLE);
                    }
                }
                assertRefused(ours.append(LOG, NewEntry.of(bytes("x"))), StoreException.Code.UNREACHABLE);
                own.start();
                for (Map.Entry<String, Long> each : acknowledged.entrySet()) {
                    assertThat(ours.read(LOG, each.getValue(), 1))
                            .extracting(entry -> new String(entry.payload(), UTF_8))
                            .containsExactly(each.getKey());
                }
                String first = cycle + "-0";
                assertThat(await(ours.append(LOG, NewEntry.of(bytes(first)).withClientId(first))))
                        .isEqualTo(new Appended(acknowledged.get(first), true));
            }
            heard.clear();
            long last = await(ours.append(LOG, NewEntry.of(bytes("z")))).position();
            long told = 0;
            while (told != last) {
                Long next = heard.poll(20, TimeUnit.SECONDS);
                assertThat(next).as("growth heard after the restart").isNotNull();
                told = next;
            }
        }
    }

    @Test
    void anEntryThatNoReplicaHasIsNotAcknowledgedUntilOneHasIt() throws Exception {
        try (RedisProcess primary = RedisProcess.start(directory("primary"), RedisProcess.DURABLE);
                Journal ours = open(settings(Topology.STANDALONE, primary.port, "", "", "", null, 1))) {
            NewEntry entry = NewEntry.of(bytes("a")).withClientId("1");
            assertRefused(ours.append(LOG, entry), StoreException.Code.NOT_REPLICATED);
            List<String> settings = new ArrayList<>(RedisProcess.DURABLE);
            settings.add("replicaof 127.0.0.1 " + primary.port);
            settings.add("repl-diskless-sync-delay 0");
            try (RedisProcess replica = RedisProcess.start(directory("replica"), settings)) {
                assertThat(appendUntilReplicated(ours, entry)).isEqualTo(new Appended(1, true));
                assertRefused(
                        () -> open(RedisSettings.loopback(replica.port, "sluis")), StoreException.Code.UNREACHABLE);
            }
        }
    }

    /** With the Redis that the tests bring, which is older, this is shown where another is named. */
    @Test
    void whereTheServerHasItEachAcknowledgementWaitsForWaitaof() throws Exception {
        try (Jedis server = redis.connect()) {
            assumeTrue(
                    RedisConnections.offersWaitAof(version(server)),
                    "Redis " + version(server) + " has no WAITAOF (-Dsluis.redis.executable names one from 7.2 on)");
            long before = waits(server);
            await(journal.append(LOG, NewEntry.of(bytes("a"))));
            assertThat(waits(server)).isGreaterThan(before);
            // on disk here, and on no replica: that is all this journal asks for
            assertThat(server.waitAOF(1, 0, 0).getKey()).isEqualTo(1);
        }
    }

    private static String version(Jedis server) {
        return information(server.info("server"), "redis_version:");
    }

    /** How often the server was asked. */
    private static long waits(Jedis server) {
        String calls = information(server.info("commandstats"), "cmdstat_waitaof:calls=");
        return calls.isEmpty() ? 0 : Long.parseLong(calls.substring(0, calls.indexOf(',')));
    }

    private static String information(String all, String name) {
        return all.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip())
                .findFirst()
                .orElse("");
    }

    /** Each try waits at the server, so this neither sleeps nor spins. */
    private static Appended appendUntilReplicated(Journal journal, NewEntry entry) throws Exception {
        for (int attempt = 0; attempt < 20; attempt++) {
            try {
                return await(journal.append(LOG, entry));
            } catch (StoreException e) {
                assertThat(e.code()).isIn(StoreException.Code.NOT_REPLICATED, StoreException.Code.UNREACHABLE);
            }
        }
        throw new AssertionError("no replica took the entry");
    }

    @Test
    void aClusterKeepsEachLogInOneSlot() throws Exception {
        List<String> settings = new ArrayList<>(RedisProcess.DURABLE);
        settings.add("cluster-enabled yes");
        settings.add("cluster-require-full-coverage yes");
        try (RedisProcess node = RedisProcess.start(directory("cluster"), settings)) {
            int[] slots = new int[16_384];
            for (int i = 0; i < slots.length; i++) {
                slots[i] = i;
            }
            try (Jedis server = node.connect()) {
                server.clusterAddSlots(slots);
                // the node says ok only after its own election of the new map
                while (!server.clusterInfo().contains("cluster_state:ok")) {
                    server.waitReplicas(1, 50);
                }
            }
            try (Journal ours = open(settings(Topology.CLUSTER, node.port, "", "", "", null, 0))) {
                for (LogName log : LogName.values()) {
                    assertThat(await(ours.append(log, NewEntry.keyed("k", bytes(log.name()))))
                                    .position())
                            .isEqualTo(1);
                    assertThat(ours.latest(log, "k")).map(Entry::payload).contains(bytes(log.name()));
                }
            }
        }
    }

    @Test
    void aSentinelFailoverLosesNothingAcknowledged() throws Exception {
        try (RedisProcess primary = RedisProcess.start(directory("first"), RedisProcess.DURABLE)) {
            List<String> settings = new ArrayList<>(RedisProcess.DURABLE);
            settings.add("replicaof 127.0.0.1 " + primary.port);
            settings.add("repl-diskless-sync-delay 0");
            try (RedisProcess second = RedisProcess.start(directory("second"), settings);
                    RedisProcess sentinel = RedisProcess.startSentinel(directory("sentinel"), "sluis", primary.port);
                    SentinelEvents events = new SentinelEvents(sentinel);
                    Journal before = open(settings(Topology.SENTINEL, sentinel.port, "sluis", "", "", null, 1))) {
                assertThat(appendUntilReplicated(before, NewEntry.of(bytes("a")).withClientId("1"))
                                .position())
                        .isEqualTo(1);
                events.await(
                        "the replica is known",
                        server -> !server.sentinelReplicas("sluis").isEmpty());
                primary.kill();
                assertRefused(before.append(LOG, NewEntry.of(bytes("b"))), StoreException.Code.UNREACHABLE);
                events.await(
                        "the replica took over",
                        server -> server.sentinelGetMasterAddrByName("sluis").contains(Integer.toString(second.port)));
                // the new primary has no replica left, so what is read is what had been replicated
                try (Journal after = open(settings(Topology.SENTINEL, sentinel.port, "sluis", "", "", null, 0))) {
                    assertThat(after.read(LOG, 1, 10))
                            .extracting(Entry::payload)
                            .containsExactly(bytes("a"));
                    assertThat(await(after.append(LOG, NewEntry.of(bytes("a")).withClientId("1"))))
                            .isEqualTo(new Appended(1, true));
                    assertThat(await(after.append(LOG, NewEntry.of(bytes("c")))).position())
                            .isEqualTo(2);
                }
            }
        }
    }

    /** What a Sentinel says, so that a test waits for events. */
    private static final class SentinelEvents extends JedisPubSub implements AutoCloseable {
        private static final int WAIT_S = 30;

        private final LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
        private final RedisProcess sentinel;
        private final Jedis connection;

        SentinelEvents(RedisProcess sentinel) throws InterruptedException {
            this.sentinel = sentinel;
            this.connection = sentinel.connect();
            Thread listener =
                    new Thread(() -> connection.subscribe(this, "+slave", "+switch-master"), "sentinel-events");
            listener.setDaemon(true);
            listener.start();
            while (!"subscribed +switch-master".equals(events.poll(WAIT_S, TimeUnit.SECONDS))) {
                assertThat(listener.isAlive()).isTrue();
            }
        }

        @Override
        public void onSubscribe(String channel, int subscribed) {
            events.add("subscribed " + channel);
        }

        @Override
        public void onMessage(String channel, String message) {
            events.add(channel);
        }

        void await(String what, Predicate<Jedis> condition) throws InterruptedException {
            try (Jedis server = sentinel.connect()) {
                while (!condition.test(server)) {
                    assertThat(events.poll(WAIT_S, TimeUnit.SECONDS))
                            .as("an event before " + what)
                            .isNotNull();
                }
            }
        }

        @Override
        public void close() {
            unsubscribe();
        }
    }
}
