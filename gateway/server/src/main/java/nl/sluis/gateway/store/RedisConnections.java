package nl.sluis.gateway.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisRedirectionException;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.providers.SentineledConnectionProvider;

/**
 * Connections to whichever server holds a log now. Each server is asked for its persistence settings before it is first
 * used, so also one that took over.
 */
final class RedisConnections implements AutoCloseable {
    private final RedisSettings settings;
    private final ConnectionProvider provider;
    private final Map<HostAndPort, Durability> checked = new ConcurrentHashMap<>();

    /** What a server offers to make sure of an entry. */
    enum Durability {
        /** WAIT: replicas have it in memory. */
        WAIT,
        /** WAITAOF: replicas have it on disk. */
        WAITAOF
    }

    RedisConnections(RedisSettings settings) {
        this.settings = settings;
        requireEncryptedOrLocal(settings);
        this.provider = provider(settings);
    }

    private static void requireEncryptedOrLocal(RedisSettings settings) {
        if (settings.tls() != null) {
            return;
        }
        for (RedisSettings.Address address : settings.addresses()) {
            try {
                if (!InetAddress.getByName(address.host()).isLoopbackAddress()) {
                    throw new StoreException(
                            StoreException.Code.ACCESS_DENIED,
                            "redis `" + address.host() + "` without tls (expected: tls, or a loopback address)");
                }
            } catch (UnknownHostException e) {
                throw new StoreException(
                        StoreException.Code.UNREACHABLE, "redis `" + address.host() + "`: unknown host", e);
            }
        }
    }

    private static ConnectionProvider provider(RedisSettings settings) {
        int timeoutMs = Math.toIntExact(settings.timeout().toMillis());
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder()
                .protocol(RedisProtocol.RESP3)
                .connectionTimeoutMillis(timeoutMs)
                .socketTimeoutMillis(timeoutMs)
                // a reader blocks for BLOCK_MS at the server; a silent network must end it soon after
                .blockingSocketTimeoutMillis(RedisJournal.BLOCK_MS + timeoutMs);
        if (!settings.user().isEmpty()) {
            config.user(settings.user());
        }
        if (!settings.password().isEmpty()) {
            config.password(settings.password());
        }
        RedisSettings.Tls tls = settings.tls();
        if (tls != null) {
            config.sslOptions(RedisTls.options(tls));
        }
        GenericObjectPoolConfig<Connection> pool = new GenericObjectPoolConfig<>();
        pool.setMaxTotal(settings.connectionsMax());
        pool.setMaxIdle(settings.connectionsMax());
        pool.setMaxWait(settings.timeout());
        pool.setJmxEnabled(false);
        Set<HostAndPort> addresses = settings.addresses().stream()
                .map(address -> new HostAndPort(address.host(), address.port()))
                .collect(Collectors.toSet());
        DefaultJedisClientConfig built = config.build();
        try {
            return switch (settings.topology()) {
                case STANDALONE ->
                    new PooledConnectionProvider(addresses.iterator().next(), built, pool);
                case SENTINEL ->
                    new SentineledConnectionProvider(settings.sentinelMaster(), built, pool, addresses, built);
                case CLUSTER -> new ClusterConnectionProvider(addresses, built, pool);
            };
        } catch (JedisException e) {
            throw translate("connect to " + settings, e);
        }
    }

    boolean oneServer() {
        return settings.topology() != RedisSettings.Topology.CLUSTER;
    }

    int replicasMin() {
        return settings.replicasMin();
    }

    long timeoutMs() {
        return settings.timeout().toMillis();
    }

    /** The keys of a log, in one hash slot. */
    RedisKeys keys(LogName log) {
        return new RedisKeys(settings.namespace(), log);
    }

    /** A call on the server of a log. */
    <T> T with(String action, LogName log, Function<Jedis, T> call) {
        try (Connection connection = take(action, log)) {
            return call.apply(new Jedis(connection));
        } catch (JedisException e) {
            throw failed(action, e);
        }
    }

    /** A checked connection; closing it gives it back. */
    Connection take(String action, LogName log) {
        try {
            Connection connection = provider.getConnection(
                    new CommandArguments(Protocol.Command.GET).key(keys(log).head()));
            try {
                durability(connection);
                return connection;
            } catch (RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (JedisException e) {
            throw failed(action, e);
        }
    }

    Durability durability(Connection connection) {
        return checked.computeIfAbsent(connection.getHostAndPort(), address -> requireDurable(connection, address));
    }

    /** Translates a failure, and asks all servers and the cluster's map again next time. */
    StoreException failed(String action, JedisException e) {
        checked.clear();
        if (e instanceof JedisRedirectionException && provider instanceof ClusterConnectionProvider cluster) {
            try {
                cluster.renewSlotCache();
            } catch (JedisException again) {
                e.addSuppressed(again);
            }
        }
        return translate(action, e);
    }

    static StoreException translate(String action, JedisException e) {
        String message = String.valueOf(e.getMessage());
        StoreException.Code code = StoreException.Code.UNREACHABLE;
        if (e instanceof JedisAccessControlException || startsWithAny(message, "NOAUTH", "WRONGPASS", "NOPERM")) {
            code = StoreException.Code.ACCESS_DENIED;
        } else if (e instanceof JedisDataException) {
            if (startsWithAny(message, "OOM", "MISCONF")) {
                code = StoreException.Code.DISK_FULL;
            } else if (startsWithAny(message, "NOREPLICAS")) {
                code = StoreException.Code.NOT_REPLICATED;
            } else if (startsWithAny(message, "WRONGTYPE", "CORRUPT")) {
                code = StoreException.Code.CORRUPT;
            }
        }
        return new StoreException(code, action + ": redis: " + message, e);
    }

    private static boolean startsWithAny(String message, String... starts) {
        for (String start : starts) {
            if (message.startsWith(start)) {
                return true;
            }
        }
        return false;
    }

    private Durability requireDurable(Connection connection, HostAndPort address) {
        Jedis server = new Jedis(connection);
        Map<String, String> found = new HashMap<>(information(server, "server"));
        found.putAll(information(server, "persistence"));
        found.putAll(information(server, "replication"));
        // of the moment, not of its settings: it is asked again
        require(address, found, "loading", "0", StoreException.Code.UNREACHABLE);
        require(address, found, "role", "master", StoreException.Code.UNREACHABLE);
        require(address, found, "aof_last_write_status", "ok", StoreException.Code.DISK_FULL);
        List<String> faults = new ArrayList<>();
        try {
            for (String name : List.of("appendfsync", "no-appendfsync-on-rewrite", "maxmemory-policy")) {
                found.putAll(server.configGet(name));
            }
        } catch (JedisDataException e) {
            faults.add("its settings can't be read: `" + e.getMessage() + "` (expected: config get is permitted)");
        }
        expect(faults, found, "aof_enabled", "1");
        expect(faults, found, "appendfsync", "always");
        expect(faults, found, "no-appendfsync-on-rewrite", "no");
        expect(faults, found, "maxmemory-policy", "noeviction");
        if (!faults.isEmpty()) {
            throw new StoreException(
                    StoreException.Code.NOT_DURABLE,
                    "redis " + address + " could lose acknowledged entries: " + String.join("; ", faults));
        }
        return offersWaitAof(found.getOrDefault("redis_version", "0")) ? Durability.WAITAOF : Durability.WAIT;
    }

    private static void require(
            HostAndPort address, Map<String, String> found, String name, String expected, StoreException.Code code) {
        List<String> fault = new ArrayList<>();
        expect(fault, found, name, expected);
        if (!fault.isEmpty()) {
            throw new StoreException(code, "redis " + address + ": " + fault.get(0));
        }
    }

    private static void expect(List<String> faults, Map<String, String> found, String name, String expected) {
        String value = found.get(name);
        // a value that can't be read was already named
        if (value != null && !value.equals(expected)) {
            faults.add(name + " `" + value + "` (expected: " + expected + ")");
        }
    }

    private static Map<String, String> information(Jedis server, String section) {
        Map<String, String> found = new HashMap<>();
        server.info(section).lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                found.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return found;
    }

    /** From 7.2. */
    static boolean offersWaitAof(String version) {
        String[] parts = version.split("\\.", 3);
        int major = Integer.parseInt(parts[0]);
        int minor = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
        return major > 7 || (major == 7 && minor >= 2);
    }

    @Override
    public void close() {
        try {
            provider.close();
        } catch (Exception e) {
            throw new StoreException(StoreException.Code.UNREACHABLE, "redis: the connections did not close", e);
        }
    }

    /**
     * The keys of a log; the braces put them into one hash slot.
     *
     * @param namespace first part of the keys
     * @param log the log
     */
    record RedisKeys(String namespace, LogName log) {
        byte[] entries() {
            return key("entries");
        }

        byte[] head() {
            return key("head");
        }

        byte[] latest() {
            return key("latest");
        }

        byte[] clientIds() {
            return key("client-ids");
        }

        byte[] leases() {
            return key("leases");
        }

        byte[] tasks(int partition) {
            return key("tasks:" + partition);
        }

        byte[] answers(String node) {
            return key("answers:" + node);
        }

        List<byte[]> all() {
            return List.of(entries(), head(), latest(), clientIds());
        }

        private byte[] key(String part) {
            return (namespace + ":{" + log.stored() + "}:" + part).getBytes(UTF_8);
        }
    }
}
