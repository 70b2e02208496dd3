package nl.sluis.partner.command;

import java.nio.file.Path;
import nl.sluis.partner.ContextFileException;
import nl.sluis.partner.ContextStore;
import nl.sluis.partner.ContextStore.Contexts;
import nl.sluis.partner.PartnerContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * Which gateway, as whom: a named context, or all of it on the command line. A mixin for every command that calls one;
 * with it come help and the exit codes of such commands, where a command has none of its own.
 */
@Command(
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            ExitCode.OK_TEXT,
            ExitCode.FAILED_TEXT,
            ExitCode.USAGE_TEXT,
            ExitCode.UNREACHABLE_TEXT,
            ExitCode.NOT_PERMITTED_TEXT,
            ExitCode.REFUSED_TEXT
        })
public final class ConnectionOptions {
    @Option(
            names = "--context",
            defaultValue = "${env:SLUIS_CONTEXT}",
            paramLabel = "<name>",
            description = "Named context (default: $$SLUIS_CONTEXT, else the current one).")
    private @Nullable String context;

    @Option(names = "--endpoint", paramLabel = "<host:port>", description = "Gateway, instead of a context.")
    private @Nullable String endpoint;

    @Option(names = "--trust", paramLabel = "<pem>", description = "Root certificates that vouch for the gateway.")
    private @Nullable Path trust;

    @Option(names = "--cert", paramLabel = "<pem>", description = "Own certificate and its issuing CAs.")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "<pem>", description = "Own private key, PKCS#8.")
    private @Nullable Path key;

    @Option(
            names = "--signing-keys",
            paramLabel = "<pem>",
            description = "Public keys that sign labels; without, only digests are checked.")
    private @Nullable Path signingKeys;

    private final ContextStore store = ContextStore.standard();

    /**
     * The gateway that was asked for.
     *
     * @throws ParameterException if there is none, or it is not complete
     */
    public PartnerContext resolve(CommandLine line) {
        if (endpoint != null || trust != null || certificate != null || key != null) {
            return complete(line, endpoint, trust, certificate, key);
        }
        try {
            Contexts contexts = store.read();
            String name =
                    context == null || context.isEmpty() ? contexts.current().orElse("") : context;
            PartnerContext found = contexts.byName().get(name);
            if (found != null) {
                return signingKeys == null
                        ? found
                        : new PartnerContext(
                                found.host(),
                                found.port(),
                                found.trustPem(),
                                found.certificatePem(),
                                found.keyPem(),
                                signingKeys);
            }
            throw new ParameterException(
                    line,
                    name.isEmpty()
                            ? "no gateway: no current context in `" + store.file()
                                    + "` (expected: --context, or --endpoint with --trust, --cert and --key; or first"
                                    + " `sluis context add`)"
                            : "--context: `" + name + "` is not in `" + store.file() + "` (expected: one of "
                                    + contexts.byName().keySet() + ")");
        } catch (ContextFileException e) {
            throw new ParameterException(line, e.getMessage(), e);
        }
    }

    private PartnerContext complete(
            CommandLine line,
            @Nullable String where,
            @Nullable Path roots,
            @Nullable Path chain,
            @Nullable Path privateKey) {
        if (where == null || roots == null || chain == null || privateKey == null) {
            throw new ParameterException(
                    line, "--endpoint, --trust, --cert and --key belong together: all four, or none");
        }
        try {
            return PartnerContext.of(where, roots, chain, privateKey, signingKeys);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line, e.getMessage(), e);
        }
    }
}
