package nl.sluis.partner.command;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import nl.sluis.partner.ContextFileException;
import nl.sluis.partner.ContextStore;
import nl.sluis.partner.ContextStore.Contexts;
import nl.sluis.partner.Credentials;
import nl.sluis.partner.PartnerContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Manages named contexts: which gateway, as whom. */
@Command(
        name = "context",
        scope = CommandLine.ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        header = "Manages named contexts: which gateway, as whom.",
        footer = {
            "",
            "Contexts are kept in $$SLUIS_CONFIG, else ~/.config/sluis/contexts.yaml.",
            "",
            "Example:",
            "  sluis context add nld --endpoint localhost:7443 --trust gateway-root.pem \\",
            "    --cert certificate.pem --key key.pem"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {ExitCode.OK_TEXT, ExitCode.USAGE_TEXT})
public final class ContextCommand implements Runnable {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    @Spec
    private @Nullable CommandSpec spec;

    private final ContextStore store;

    /** Works on the standard store. */
    public ContextCommand() {
        this(ContextStore.standard());
    }

    ContextCommand(ContextStore store) {
        this.store = store;
    }

    @Override
    public void run() {
        throw new ParameterException(line(), "which? (expected: add, list, use or remove)");
    }

    @Command(name = "add", header = "Adds or replaces a context; checks its files.")
    int add(
            @Parameters(paramLabel = "<name>", description = "Name of the context.") String name,
            @Option(names = "--endpoint", required = true, paramLabel = "<host:port>", description = "Gateway.")
                    String endpoint,
            @Option(
                            names = "--trust",
                            required = true,
                            paramLabel = "<pem>",
                            description = "Root certificates that vouch for the gateway.")
                    Path trust,
            @Option(
                            names = "--cert",
                            required = true,
                            paramLabel = "<pem>",
                            description = "Own certificate and its issuing CAs.")
                    Path certificate,
            @Option(names = "--key", required = true, paramLabel = "<pem>", description = "Own private key, PKCS#8.")
                    Path key,
            @Option(
                            names = "--signing-keys",
                            paramLabel = "<pem>",
                            description = "Public keys that sign labels; without, only digests are checked.")
                    @Nullable
                    Path signingKeys,
            @Option(names = "--use", description = "Make it the current one.") boolean use) {
        if (!NAME.matcher(name).matches()) {
            throw new ParameterException(
                    line(), "name: `" + name + "` (expected: letters, digits, `.`, `_` and `-`, at most 63)");
        }
        return changed(() -> {
            PartnerContext context = PartnerContext.of(endpoint, trust, certificate, key, signingKeys);
            Credentials.load(context);
            store.put(name, context);
            if (use) {
                store.use(name);
            }
            line().getOut()
                    .println("context `" + name + "` in `" + store.file() + "`; try `sluis doctor --context " + name
                            + "`");
        });
    }

    @Command(name = "list", header = "Lists contexts; `*` marks the current one.")
    int list() {
        return changed(() -> {
            Contexts contexts = store.read();
            if (contexts.byName().isEmpty()) {
                line().getErr().println("no context in `" + store.file() + "`; add one with `sluis context add`");
            }
            int width = contexts.byName().keySet().stream()
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            for (Map.Entry<String, PartnerContext> entry : contexts.byName().entrySet()) {
                boolean current =
                        contexts.current().filter(entry.getKey()::equals).isPresent();
                line().getOut()
                        .println((current ? "* " : "  ") + pad(entry.getKey(), width) + "  "
                                + entry.getValue().endpoint() + "  "
                                + entry.getValue().certificatePem());
            }
        });
    }

    @Command(name = "use", header = "Makes a context the current one.")
    int use(@Parameters(paramLabel = "<name>", description = "Name of the context.") String name) {
        return changed(() -> store.use(name));
    }

    @Command(name = "remove", header = "Removes a context; its files stay.")
    int remove(@Parameters(paramLabel = "<name>", description = "Name of the context.") String name) {
        return changed(() -> store.remove(name));
    }

    private int changed(Change change) {
        try {
            change.run();
            return ExitCode.OK;
        } catch (ContextFileException | IllegalArgumentException e) {
            line().getErr().println(e.getMessage());
            return ExitCode.USAGE;
        }
    }

    private CommandLine line() {
        return java.util.Objects.requireNonNull(spec).commandLine();
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    @FunctionalInterface
    private interface Change {
        void run() throws ContextFileException;
    }
}
