package nl.sluis.gateway.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What testssl.sh (Debian package of that name) says of the port: protocols, ciphers, server defaults, known weaknesses. */
@Tag("long")
@Timeout(600)
class TestSslTest {
    private static final Path PROGRAM = Path.of("/usr/bin/testssl");

    /** Of findings that are none here: a development CA is not in the stores of browsers, and has no revocation URI. */
    private static final Set<String> OF_THE_DEVELOPMENT_PKI =
            Set.of("cert_chain_of_trust", "cert_revocation", "cert_crlDistributionPoints", "DNS_CAArecord");

    /** The others are OK, INFO, DEBUG, and WARN: what the program itself could not do, for it shows no client certificate. */
    private static final Set<String> FLAWS = Set.of("LOW", "MEDIUM", "HIGH", "CRITICAL");

    @TempDir
    private static Path folder;

    @Test
    void findsNothing() throws Exception {
        assumeTrue(Files.isExecutable(PROGRAM), "testssl.sh is not installed");
        PortUnderTest port = new PortUnderTest(PortUnderTest.pki(folder), PartnerLimits.defaults(), methods -> methods);
        try {
            Path report = folder.resolve("testssl.json");
            Process run = new ProcessBuilder(
                            PROGRAM.toString(),
                            "--quiet",
                            "--color",
                            "0",
                            "--warnings",
                            "off",
                            "--jsonfile",
                            report.toString(),
                            "-p",
                            "-s",
                            "-f",
                            "-S",
                            "-U",
                            "127.0.0.1:" + port.port)
                    .redirectOutput(folder.resolve("testssl.txt").toFile())
                    .redirectErrorStream(true)
                    .start();
            assertThat(run.waitFor(8, TimeUnit.MINUTES)).isTrue();
            List<JsonObject> findings = new JsonArray(Files.readString(report))
                    .stream().map(JsonObject.class::cast).toList();
            print(findings);
            assertThat(findings).hasSizeGreaterThan(50);
            assertThat(findings)
                    .filteredOn(finding -> FLAWS.contains(finding.getString("severity")))
                    .filteredOn(finding -> !OF_THE_DEVELOPMENT_PKI.contains(id(finding)))
                    .isEmpty();
            assertThat(findings)
                    .anySatisfy(finding -> {
                        assertThat(id(finding)).isEqualTo("TLS1_3");
                        assertThat(finding.getString("finding")).startsWith("offered");
                    })
                    .anySatisfy(finding -> {
                        assertThat(id(finding)).isEqualTo("TLS1_2");
                        assertThat(finding.getString("finding")).startsWith("not offered");
                    });
        } finally {
            port.close();
        }
    }

    /** A finding of one certificate among several carries its number. */
    private static String id(JsonObject finding) {
        return finding.getString("id").replaceAll(" .*", "");
    }

    @SuppressWarnings("SystemOut")
    private static void print(List<JsonObject> findings) {
        findings.stream()
                .filter(finding -> !finding.getString("severity").equals("INFO"))
                .forEach(finding -> System.out.println(finding.getString("severity") + " " + finding.getString("id")
                        + ": " + finding.getString("finding")));
    }
}
