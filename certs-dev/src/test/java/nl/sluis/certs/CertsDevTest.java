package nl.sluis.certs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertsDevTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void one_command_makes_a_full_set_and_says_where_it_lies() {
        Path pki = folder.resolve("pki");
        assertThat(run(
                        "--out",
                        pki.toString(),
                        "--tenant",
                        "nld/ssa-centre:subscriber",
                        "--officer",
                        "nld/ssa-centre:a"))
                .isZero();
        assertThat(pki.resolve("tenants/nld/ssa-centre/key.pem")).exists();
        assertThat(pki.resolve("officers/nld/ssa-centre/a/identity.p12")).exists();
        assertThat(pki.resolve("NEVER-FOR-PRODUCTION.txt")).exists();
        assertThat(out.toString())
                .contains("never for production", pki.resolve("trust").toString());
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void help_names_the_uri_and_that_it_is_never_for_production() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("Never for production", "spiffe://", "--tenant", "Exit codes");
    }

    @Test
    void a_wrong_tenant_or_a_folder_in_use_is_a_usage_error() throws Exception {
        assertThat(run("--out", folder.resolve("x").toString(), "--tenant", "nld"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("tenant: `nld` (expected: `nation/name:role[,role…]`)");
        Files.writeString(folder.resolve("mine.txt"), "mine");
        assertThat(run("--out", folder.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("holds files (expected: an empty folder)");
    }

    private int run(String... args) {
        Clock clock = Clock.fixed(Instant.parse("2026-11-01T12:00:00Z"), ZoneOffset.UTC);
        return CertsDev.run(clock, new SecureRandom(), new PrintWriter(out, true), new PrintWriter(err, true), args);
    }
}
