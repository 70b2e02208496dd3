package nl.sluis.gateway.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the Redis of a journal is and how to get in.
 *
 * @param topology what the addresses are
 * @param addresses the server; or Sentinels; or some nodes of a cluster
 * @param sentinelMaster name of the primary at the Sentinels; empty for the other topologies
 * @param user ACL user; empty for the default user
 * @param password its password; empty for none
 * @param tls trust and own certificate; null for plain TCP, on loopback only
 * @param namespace first part of all keys, so that one Redis can carry several journals
 * @param replicasMin replicas that must have an entry before it is acknowledged; 0 on a single server, which then loses
 *     acknowledged entries if its disk is lost
 * @param connectionsMax connections to each server: one for the writer, one per listened log, the rest for readers; who
 *     finds none free waits for {@code timeout}
 * @param timeout longest wait for a connection, a reply, and the replicas
 */
public record RedisSettings(
        Topology topology,
        List<Address> addresses,
        String sentinelMaster,
        String user,
        String password,
        @Nullable Tls tls,
        String namespace,
        int replicasMin,
        int connectionsMax,
        Duration timeout) {

    /** The writer, the leases and one listener per log must find a connection, and a reader too. */
    private static final int CONNECTIONS_LEAST = 3 + LogName.values().length;

    private static final int CONNECTIONS_DEFAULT = 32;

    /** What the addresses are. */
    public enum Topology {
        /** One server. */
        STANDALONE,
        /** Sentinels, which say where the primary is. */
        SENTINEL,
        /** Nodes of a cluster. */
        CLUSTER
    }

    /**
     * A place on the network.
     *
     * @param host name or address
     * @param port TCP port
     */
    public record Address(String host, int port) {
        private static final int PORT_MAX = 65_535;

        /**
         * Reads {@code host:port}.
         *
         * @param text the address; an IPv6 address in brackets
         * @return its parts
         * @throws IllegalArgumentException if there is no host or no port
         */
        public static Address parse(String text) {
            int colon = text.lastIndexOf(':');
            String port = text.substring(colon + 1);
            if (colon < 1 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > PORT_MAX) {
                throw new IllegalArgumentException("addresses: `" + text + "` (expected: host:port)");
            }
            String host = text.substring(0, colon);
            return new Address(
                    host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host,
                    Integer.parseInt(port));
        }
    }

    /**
     * PEM files for TLS 1.3 with host name check.
     *
     * @param trust certificates of the servers' authorities
     * @param certificate own certificate chain; null if the servers do not ask for one
     * @param key its private key, PKCS#8; null without a certificate
     */
    public record Tls(
            Path trust,
            @Nullable Path certificate,
            @Nullable Path key) {

        /** Checks that a certificate comes with its key. */
        public Tls {
            if ((certificate == null) != (key == null)) {
                throw new IllegalArgumentException(
                        "tls: certificate `" + certificate + "` and key `" + key + "` (expected: both or none)");
            }
        }
    }

    /** Checks that the parts fit together. */
    public RedisSettings {
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("addresses: none (expected: at least one)");
        }
        if (topology == Topology.STANDALONE && addresses.size() > 1) {
            throw new IllegalArgumentException(
                    "addresses: `" + addresses.size() + "` (expected: one for topology STANDALONE)");
        }
        if ((topology == Topology.SENTINEL) == sentinelMaster.isEmpty()) {
            throw new IllegalArgumentException("sentinel-master: `" + sentinelMaster + "` (expected: "
                    + (topology == Topology.SENTINEL ? "the name of the primary" : "empty for topology " + topology)
                    + ")");
        }
        if (!namespace.matches("[a-z0-9_-]{1,64}")) {
            throw new IllegalArgumentException(
                    "namespace: `" + namespace + "` (expected: 1 to 64 of a-z, 0-9, `_` and `-`)");
        }
        if (replicasMin < 0) {
            throw new IllegalArgumentException("replicas-min: `" + replicasMin + "` (expected: zero or more)");
        }
        if (connectionsMax < CONNECTIONS_LEAST) {
            throw new IllegalArgumentException(
                    "connections: `" + connectionsMax + "` (expected: at least " + CONNECTIONS_LEAST + ")");
        }
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("timeout: `" + timeout + "` (expected: up to one minute)");
        }
    }

    /**
     * One server on this machine without TLS and password, for development and tests.
     *
     * @param port TCP port on loopback
     * @param namespace first part of all keys
     * @return settings with a timeout of two seconds
     */
    public static RedisSettings loopback(int port, String namespace) {
        return new RedisSettings(
                Topology.STANDALONE,
                List.of(new Address("127.0.0.1", port)),
                "",
                "",
                "",
                null,
                namespace,
                0,
                CONNECTIONS_DEFAULT,
                Duration.ofSeconds(2));
    }

    /** Without the password: settings end up in log lines. */
    @Override
    public String toString() {
        return "RedisSettings[" + topology + " " + addresses + ", namespace=" + namespace + ", tls=" + (tls != null)
                + ", replicasMin=" + replicasMin + "]";
    }
}
