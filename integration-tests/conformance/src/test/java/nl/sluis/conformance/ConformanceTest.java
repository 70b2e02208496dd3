package nl.sluis.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.certs.PkiRequest;
import nl.sluis.conformance.Result.Verdict;
import nl.sluis.conformance.StandInGateway.Broken;
import nl.sluis.partner.PartnerContext;
import nl.sluis.proto.v1.Role;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/** The kit itself: it passes a gateway that keeps its promises, and finds each one that is broken. */
class ConformanceTest {
    @TempDir
    static Path folder;

    private static DevelopmentPki pki;

    @BeforeAll
    static void makePki() throws Exception {
        pki = DevelopmentPki.create(
                PkiRequest.of("nld", PkiRequest.Tenant.parse("nld/ssa-centre:conformance")),
                folder.resolve("pki"),
                Clock.systemUTC(),
                new SecureRandom());
    }

    @Test
    void aGatewayThatKeepsItsPromisesPassesEveryCase() throws Exception {
        try (StandInGateway gateway = new StandInGateway(pki, Broken.NOTHING, Role.ROLE_CONFORMANCE)) {
            Path report = folder.resolve("report.xml");
            Ran ran = run(gateway.context(), "--report", report.toString());
            assertThat(ran.out).contains("14 passed, 0 failed, 0 not run").doesNotContain("expected:");
            assertThat(ran.exitCode).isZero();
            assertThat(Files.readString(report))
                    .contains("tests=\"14\" failures=\"0\" skipped=\"0\"")
                    .contains("classname=\"SUB-3\" name=\"sub-3-forged-cursor: the cursor is made up\"");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Broken.class, mode = EnumSource.Mode.EXCLUDE, names = "NOTHING")
    void aBrokenPromiseIsFound(Broken broken) throws Exception {
        try (StandInGateway gateway = new StandInGateway(pki, broken, Role.ROLE_CONFORMANCE)) {
            List<Requirement> one = Requirement.all().stream()
                    .filter(requirement -> requirement.id().equals(broken.requirement()))
                    .toList();
            List<Result> results = new Runner(gateway.context()).run(one, result -> {});
            assertThat(results).isNotEmpty().allMatch(result -> result.verdict() == Verdict.FAILED);
            assertThat(results.get(0).finding()).contains("expected: ");
        }
    }

    @Test
    void aCaseForAnotherRoleIsNotRunAndNeverCalledPassed() throws Exception {
        try (StandInGateway gateway = new StandInGateway(pki, Broken.NOTHING, Role.ROLE_SUBSCRIBER)) {
            Ran ran = run(gateway.context(), "--only", "CON-.*");
            assertThat(ran.out).contains("not run CON-1").contains("the caller lacks the role `contributor`");
            assertThat(ran.exitCode).isEqualTo(1);
        }
    }

    @Test
    void everyRequirementIsUniqueHasACaseAndEveryCaseBelongsToIt() throws Exception {
        List<Requirement> all = Requirement.all();
        assertThat(all).extracting(Requirement::id).doesNotHaveDuplicates();
        for (Requirement requirement : all) {
            assertThat(requirement.cases())
                    .isNotEmpty()
                    .allMatch(each -> each.requirement().equals(requirement.id()));
        }
        Set<String> named = all.stream()
                .flatMap(requirement -> requirement.cases().stream())
                .map(each -> each.name() + ".yaml")
                .collect(Collectors.toCollection(TreeSet::new));
        try (var files = Files.list(
                Path.of(Requirement.class.getResource("requirements.yaml").toURI())
                        .resolveSibling("cases"))) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrderElementsOf(named);
        }
    }

    @Test
    void theListCallsNothing() {
        StringWriter out = new StringWriter();
        int exitCode = new CommandLine(new ConformanceCommand())
                .setOut(new PrintWriter(out))
                .execute("--list", "--only", "TLS-1");
        assertThat(exitCode).isZero();
        assertThat(out.toString()).isEqualToNormalizingNewlines("""
                TLS-1  Without a client certificate no call is answered.
                       tls-1-without-a-certificate: a client without a certificate calls the health service
                """);
    }

    private static Ran run(PartnerContext context, String... arguments) {
        StringWriter out = new StringWriter();
        List<String> all = new java.util.ArrayList<>(List.of(
                "--endpoint", context.endpoint(),
                "--trust", context.trustPem().toString(),
                "--cert", context.certificatePem().toString(),
                "--key", context.keyPem().toString()));
        all.addAll(List.of(arguments));
        int exitCode = new CommandLine(new ConformanceCommand())
                .setOut(new PrintWriter(out))
                .execute(all.toArray(String[]::new));
        return new Ran(exitCode, out.toString());
    }

    private record Ran(int exitCode, String out) {}
}
