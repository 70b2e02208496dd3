package nl.sluis.gateway.rpc;

import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.SSLEngineOptions;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;

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
        boolean staples() {
            return true;
        }

        @Override
        SSLEngineOptions options(Supplier<ServerCertificate> own, Clock clock) {
            return new BoringSslOptions(own, clock).setUseWorkerThread(true);
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

        /** It asks the CA's responder itself, at a time of its own choosing, and can't be handed an answer. */
        @Override
        boolean staples() {
            return false;
        }

        @Override
        SSLEngineOptions options(Supplier<ServerCertificate> own, Clock clock) {
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

    /** Whether it hands over the OCSP response that the operator gives. */
    abstract boolean staples();

    /** Handshakes run on worker threads: checking two P-384 signatures would hold up every stream of the loop. */
    abstract SSLEngineOptions options(Supplier<ServerCertificate> own, Clock clock);
}
