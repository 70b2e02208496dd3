package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.scenarios.Demo.Station;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A client of another language, with generated stubs alone, gets what any partner gets. Needs Debian's Python packages. */
@EnabledIfSystemProperty(named = "sluis.python", matches = "true", disabledReason = "asked for by -Dsluis.python=true")
class PythonExampleTest {
    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final Path PROTOS = ROOT.resolve("proto/src/main/protobuf");
    private static final List<String> CONTRACT =
            List.of("stream", "conjunction", "event", "label", "object", "options", "orbit");

    @TempDir
    private Path folder;

    @Test
    void anyLanguageCanSubscribe() throws Exception {
        Path stubs = Files.createDirectories(folder.resolve("stubs"));
        List<String> protoc = new ArrayList<>(List.of(
                "protoc",
                "-I" + PROTOS,
                "--python_out=" + stubs,
                "--grpc_python_out=" + stubs,
                "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin"));
        CONTRACT.forEach(name -> protoc.add("sluis/v1/" + name + ".proto"));
        assertThat(run(stubs, protoc)).isEmpty();

        DevelopmentPki pki = GatewayUnderTest.pki(folder.resolve("pki"));
        try (GatewayUnderTest gateway = GatewayUnderTest.start(folder, pki, Clock.systemUTC())) {
            Received north = gateway.subscribe(Demo.NORTH_WATCH);
            gateway.accepted(Demo.CATALOGUE, List.of(gateway.demo().referenceOrbit()));
            for (Station station : List.of(Demo.PRETORIA, Demo.URALLA)) {
                gateway.register(station);
                gateway.accepted(station.tenant(), List.of(gateway.demo().tracking(station)));
            }
            gateway.quiet(List.of(north));
            Path credential = pki.folder().resolve("tenants/" + Demo.NORTH_WATCH);

            String printed = run(
                    stubs,
                    List.of(
                            "/usr/bin/python3",
                            ROOT.resolve("gateway/partner/examples/python/tracks.py")
                                    .toString(),
                            "127.0.0.1:" + gateway.gateway().partnerPort(),
                            "--trust=" + credential.resolve("gateway-root.pem"),
                            "--cert=" + credential.resolve("certificate.pem"),
                            "--key=" + credential.resolve("key.pem"),
                            "--limit=1"));

            assertThat(north.tracks()).isNotEmpty();
            int version =
                    north.tracks().get(north.tracks().size() - 1).product().getVersion();
            assertThat(printed).contains("version " + version).contains(" km  1-sigma ");
        }
    }

    private String run(Path pythonPath, List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("PYTHONPATH", pythonPath.toString());
        Process process = builder.start();
        boolean ended = process.waitFor(GatewayUnderTest.LIMIT.toSeconds(), TimeUnit.SECONDS);
        process.destroyForcibly();
        String printed = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(ended).as(printed).isTrue();
        assertThat(process.exitValue()).as(printed).isZero();
        return printed;
    }
}
