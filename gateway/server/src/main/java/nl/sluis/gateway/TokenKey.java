package nl.sluis.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidParameterException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.util.Collections;
import java.util.Optional;

/** A private key that stays in a PKCS#11 token: the token signs, and nobody can copy the key from this machine. */
final class TokenKey {
    private static final String TYPE = "PKCS11";

    private final GatewayConfig.Token config;
    private final Path base;
    private final Path library;
    private final int slotIndex;

    /** @param base folder that relative paths start from */
    TokenKey(GatewayConfig.Token config, Path base) {
        this.config = config;
        this.base = base;
        this.library = base.resolve(config.library());
        this.slotIndex = config.slotIndex().orElse(0);
    }

    /**
     * Logs in to the token and finds the key.
     *
     * @throws ConfigException if library, token, PIN or key is missing or wrong
     */
    PrivateKey read() throws ConfigException {
        char[] pin = pin();
        Provider provider = provider();
        try {
            KeyStore token = KeyStore.getInstance(TYPE, provider);
            token.load(null, pin);
            if (token.getKey(config.label(), null) instanceof PrivateKey key) {
                return key;
            }
            throw wrong(
                    "label",
                    "`" + config.label() + "`: no key with a certificate of this label (expected: one of "
                            + Collections.list(token.aliases()) + ")",
                    new KeyStoreException(config.label()));
        } catch (IOException | GeneralSecurityException | ProviderException e) {
            if (reason(e).startsWith("CKR_PIN")) {
                throw wrong("pin", "the token refuses it: " + reason(e), e);
            }
            throw noToken(e);
        }
    }

    private ConfigException noToken(Exception cause) {
        return wrong(
                "slot-index",
                "`" + slotIndex + "`: no usable token in this slot of `" + library + "`: " + reason(cause)
                        + " (expected: an initialised token)",
                cause);
    }

    private char[] pin() throws ConfigException {
        Optional<String> pin = config.pin();
        if (config.pinFile().isPresent()) {
            Path file = base.resolve(config.pinFile().get());
            try {
                pin = Optional.of(Files.readString(file).strip());
            } catch (IOException e) {
                throw wrong("pin-file", "`" + file + "`: can't be read (expected: the token's PIN)", e);
            }
        }
        return pin.orElseThrow(() -> wrong(
                        "pin-file",
                        "not given (expected: it, or SLUIS_CERTIFICATE_PKCS11_PIN in the environment)",
                        new IllegalStateException("no PIN")))
                .toCharArray();
    }

    /** Registered, so that signatures find it by the key; once, for a library is initialised once a process. */
    private Provider provider() throws ConfigException {
        String name = "sluis-" + slotIndex;
        Provider registered = Security.getProvider("SunPKCS11-" + name);
        if (registered != null) {
            return registered;
        }
        if (!Files.isRegularFile(library)) {
            throw wrong(
                    "library",
                    "`" + library + "`: no such file (expected: the token's PKCS#11 library)",
                    new IOException(library.toString()));
        }
        Provider sun = Security.getProvider("SunPKCS11");
        if (sun == null) {
            throw wrong("library", "this Java has no SunPKCS11 provider", new IllegalStateException("SunPKCS11"));
        }
        try {
            Provider provider = sun.configure(
                    "--name=\"" + name + "\"\nlibrary=\"" + library + "\"\nslotListIndex=" + slotIndex + "\n");
            Security.addProvider(provider);
            return provider;
        } catch (InvalidParameterException | ProviderException | UnsupportedOperationException e) {
            throw noToken(e);
        }
    }

    /** The innermost cause: the library's own word, for example {@code CKR_PIN_INCORRECT}. */
    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    }

    private static ConfigException wrong(String key, String message, Exception cause) {
        return new ConfigException("certificate.pkcs11." + key + ": " + message, cause);
    }
}
