package nl.sluis.gateway.rpc;

import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.SSLEngineOptions;
import java.util.List;

/** Which TLS implementation serves the partner port. */
public enum TlsEngine {
    /** BoringSSL: the faster one, and the one with the post-quantum hybrid group. */
    BORINGSSL {
        @Override
        List<String> groups() {
            return List.of("X25519MLKEM768", "X25519", "P-384", "P-256");
        }

        @Override
        boolean isAvailable() {
            return OpenSSLEngineOptions.isAvailable() && OpenSSLEngineOptions.isAlpnAvailable();
        }

        @Override
        SSLEngineOptions options() {
            return new OpenSSLEngineOptions().setUseWorkerThread(true);
        }
    },
    /** The JDK's own: on every platform; groups as the JDK has them (until Java 27 no hybrid one). */
    JDK {
        @Override
        List<String> groups() {
            return List.of();
        }

        @Override
        boolean isAvailable() {
            return true;
        }

        @Override
        SSLEngineOptions options() {
            return new JdkSSLEngineOptions().setUseWorkerThread(true);
        }
    };

    /** The best engine that this machine has. */
    public static TlsEngine best() {
        return BORINGSSL.isAvailable() ? BORINGSSL : JDK;
    }

    /** Key exchange groups in order of preference; empty where the engine is left to its own. */
    abstract List<String> groups();

    abstract boolean isAvailable();

    /** Handshakes run on worker threads: checking two P-384 signatures would hold up every stream of the loop. */
    abstract SSLEngineOptions options();
}
