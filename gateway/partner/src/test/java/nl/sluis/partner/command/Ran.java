package nl.sluis.partner.command;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import nl.sluis.partner.FakeGateway;
import nl.sluis.partner.PartnerContext;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** What a command printed, and its exit code. */
record Ran(int exitCode, String out, String err) {
    static Ran run(Object command, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = new CommandLine(command)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Ran(exitCode, out.toString(), err.toString());
    }

    /** The same, as the good tenant of this gateway. */
    static Ran run(FakeGateway gateway, Object command, String... arguments) {
        PartnerContext context = gateway.context();
        List<String> all = new java.util.ArrayList<>(List.of(
                "--endpoint", context.endpoint(),
                "--trust", context.trustPem().toString(),
                "--cert", context.certificatePem().toString(),
                "--key", context.keyPem().toString()));
        all.addAll(List.of(arguments));
        return run(command, all.toArray(String[]::new));
    }
}
