package nl.sluis.gateway;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluis gateway}: runs a gateway until it is told to stop. */
@Command(
        name = "gateway",
        mixinStandardHelpOptions = true,
        header = "Runs the gateway until SIGINT or SIGTERM, then stops gracefully.",
        description = {
            "Configuration is one YAML file, everything under `sluis`; unknown keys are errors. Environment variables",
            "override it: SLUIS_PARTNER_PORT_PORT is `sluis.partner-port.port`."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:stopped as told", "1:it could not start, the message says why", "2:wrong use"})
final class GatewayCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = {"-c", "--config"},
            required = true,
            paramLabel = "<file>",
            description = "The configuration file.")
    private Path config = Path.of("");

    @Option(names = "--check", description = "Read everything a start needs, say whether it would start, and end.")
    private boolean check;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Gateway gateway;
        try {
            Path file = config.toAbsolutePath();
            gateway =
                    Gateway.open(GatewayConfig.load(file), Objects.requireNonNull(file.getParent()), Clock.systemUTC());
            if (check) {
                gateway.close();
                out.println("the gateway would start");
                return 0;
            }
            gateway.start();
        } catch (ConfigException e) {
            err.println(e.getMessage());
            return 1;
        }
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            gateway.close();
                            // a stop that was asked for is a success; the JVM alone would report the signal
                            Runtime.getRuntime().halt(0);
                        },
                        "sluis-stop"));
        out.println("gateway: partners on port " + gateway.partnerPort() + ", health and metrics on port "
                + gateway.adminPort());
        out.flush();
        new CountDownLatch(1).await();
        return 0;
    }
}
