package nl.sluis.certs;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command that makes a development PKI; never for production. */
@Command(
        name = "certs-dev",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        header = "Makes a development PKI: authorities per nation, a gateway, tenants, officers. Never for production.",
        footer = {
            "",
            "A tenant's certificate names tenant and roles:",
            "  spiffe://<nation>.sluis.test/tenant/<nation>/<name>/<role>[/<role>...]",
            "Roles: auditor, conformance, contributor, officer, operator, subscriber.",
            "",
            "Example:",
            "  certs-dev --out pki --host nld --tenant nld/ssa-centre:contributor,subscriber \\",
            "    --tenant deu/radar-site:contributor --officer nld/ssa-centre:first-officer"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:made", "1:the folder cannot be written", "2:a wrong option or name, or a folder in use"})
public final class CertsDev implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--out", required = true, paramLabel = "<folder>", description = "An absent or empty folder.")
    private Path out = Path.of("");

    @Option(
            names = "--host",
            defaultValue = "nld",
            paramLabel = "<nation>",
            description = "Nation that runs the gateway (default: ${DEFAULT-VALUE}).")
    private String host = "nld";

    @Option(
            names = "--tenant",
            paramLabel = "<nation>/<name>:<role>[,<role>...]",
            description = "A partner organisation and the roles in its certificate; repeat for more.")
    private List<String> tenants = List.of();

    @Option(
            names = "--officer",
            paramLabel = "<nation>/<tenant>:<person>",
            description = "A person with an officer's certificate; repeat for more.")
    private List<String> officers = List.of();

    @Option(
            names = "--gateway-host",
            paramLabel = "<name or address>",
            description = "One more name of the gateway beside localhost, 127.0.0.1 and ::1; repeat for more.")
    private List<String> gatewayHosts = List.of();

    @Option(
            names = "--validity",
            defaultValue = "P365D",
            paramLabel = "<duration>",
            description = "How long certificates and CRLs are valid, in ISO 8601 (default: ${DEFAULT-VALUE}).")
    private Duration validity = PkiRequest.DEFAULT_VALIDITY;

    @Option(names = "--bad", description = "Also make one of each certificate that a gateway must refuse.")
    private boolean bad;

    private final Clock clock;
    private final SecureRandom random;

    CertsDev(Clock clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    /** Runs the command and exits with its code. */
    public static void main(String[] args) {
        System.exit(run(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                args));
    }

    /**
     * Runs the command inside another program.
     *
     * @return 0 if made, 1 if the folder cannot be written, 2 for wrong use
     */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        return run(Clock.systemUTC(), new SecureRandom(), out, err, args);
    }

    static int run(Clock clock, SecureRandom random, PrintWriter out, PrintWriter err, String... args) {
        return new CommandLine(new CertsDev(clock, random))
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((failure, line, parsed) -> {
                    if (failure instanceof IOException) {
                        line.getErr().println("cannot write `" + failure.getMessage() + "`");
                        return 1;
                    }
                    throw failure;
                })
                .execute(args);
    }

    @Override
    public Integer call() throws IOException {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        DevelopmentPki pki;
        try {
            PkiRequest request = new PkiRequest(
                    host,
                    tenants.stream().map(PkiRequest.Tenant::parse).toList(),
                    officers.stream().map(PkiRequest.Officer::parse).toList(),
                    gatewayHosts,
                    validity,
                    bad);
            pki = DevelopmentPki.create(request, out, clock, random);
        } catch (DirectoryNotEmptyException e) {
            throw new ParameterException(line, "--out: `" + out + "` holds files (expected: an empty folder)", e);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line, e.getMessage(), e);
        }
        PrintWriter print = line.getOut();
        print.println("development PKI in `" + pki.folder() + "`; never for production");
        print.println("  trust for the gateway  " + pki.trustFolder());
        print.println("  gateway                " + pki.gateway().folder());
        pki.tenants().values().forEach(tenant -> print.println("  tenant                 " + tenant.folder()));
        pki.officers().values().forEach(officer -> print.println("  officer                " + officer.folder()));
        if (bad) {
            print.println("  bad certificates       " + pki.bad().size() + " in "
                    + pki.folder().resolve("bad"));
        }
        return 0;
    }
}
