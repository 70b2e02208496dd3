package nl.sluis.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.stream.Stream;
import nl.sluis.certs.BadCertificate;
import nl.sluis.certs.Credential;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.certs.PkiRequest;
import nl.sluis.gateway.identity.IdentityRejected.Reason;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class IdentitiesTest {
    private static final TenantId CENTRE = new TenantId("nld", "ssa-centre");
    private static final TenantId SECOND = new TenantId("nld", "second");
    private static final TenantId RADAR = new TenantId("deu", "radar-site");

    @TempDir
    private static Path shared;

    private static DevelopmentPki pki;

    @TempDir
    private Path scratch;

    private final MovedClock clock = new MovedClock(TestPki.START);
    private final Set<TenantId> admitted = new HashSet<>(Set.of(CENTRE, SECOND, RADAR));
    private Path trust;
    private Identities identities;

    @BeforeAll
    static void makePki() throws IOException {
        pki = TestPki.make(shared.resolve("pki"), new MovedClock(TestPki.START), true);
    }

    @BeforeEach
    void loadACopyOfTheTrust() throws IOException {
        trust = scratch.resolve("trust");
        copyTrust();
        identities = Identities.open(trust, CertificateRules.DEFAULT, admitted::contains, clock);
    }

    @Test
    void the_development_trust_folder_has_no_problems() {
        assertThat(identities.problems()).isEmpty();
    }

    @Test
    void a_good_certificate_says_tenant_roles_and_which_certificate_it_is() throws Exception {
        X509Certificate certificate = pki.tenant("nld", "ssa-centre").certificate();
        CallerIdentity caller =
                identities.identityOf(pki.tenant("nld", "ssa-centre").chain());
        assertThat(caller.tenant()).isEqualTo(CENTRE);
        assertThat(caller.roles()).containsExactlyInAnyOrder(Role.CONTRIBUTOR, Role.SUBSCRIBER);
        assertThat(caller.holder()).isEqualTo("ssa-centre");
        assertThat(caller.certificateSha256()).hasSize(64).isEqualTo(PathVerifier.fingerprint(certificate));
        assertThat(caller.serial()).isEqualTo(certificate.getSerialNumber().toString(16));
        assertThat(caller.issuer()).contains("O=NLD", "CN=issuing CA");
        assertThat(caller.notAfter()).isEqualTo(certificate.getNotAfter().toInstant());
    }

    @Test
    void an_officers_certificate_names_the_person() throws Exception {
        CallerIdentity caller =
                identities.identityOf(pki.officers().get("nld/ssa-centre:first").chain());
        assertThat(caller.roles()).containsExactly(Role.OFFICER);
        assertThat(caller.holder()).isEqualTo("first");
    }

    @Test
    void a_caller_need_not_show_an_issuing_ca_that_the_gateway_holds() throws Exception {
        X509Certificate alone = pki.tenant("nld", "ssa-centre").certificate();
        assertThat(identities.identityOf(List.of(alone)).tenant()).isEqualTo(CENTRE);
    }

    @ParameterizedTest(name = "{0} is refused as {1}")
    @CsvFileSource(resources = "refusals.csv")
    void a_bad_certificate_is_refused_for_its_reason(BadCertificate bad, Reason reason) {
        List<Reason> told = new ArrayList<>();
        identities.onRejected(rejection -> told.add(rejection.reason()));
        assertRefused(pki.bad(bad).chain(), reason);
        assertThat(told).containsExactly(reason);
    }

    @Test
    void every_bad_certificate_has_a_line_in_the_table() throws IOException {
        try (InputStream in = IdentitiesTest.class.getResourceAsStream("refusals.csv")) {
            List<String> listed = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(",", -1)[0])
                    .toList();
            assertThat(listed)
                    .containsExactlyInAnyOrderElementsOf(
                            Stream.of(BadCertificate.values()).map(Enum::name).toList());
        }
    }

    @Test
    void no_certificate_and_an_endless_chain_are_refused() {
        assertRefused(List.of(), Reason.NO_CERTIFICATE);
        List<X509Certificate> many = new ArrayList<>();
        for (int i = 0; i <= PathVerifier.CHAIN_MAX; i++) {
            many.addAll(pki.tenant("nld", "ssa-centre").chain());
        }
        assertRefused(many, Reason.MALFORMED);
    }

    @Test
    void every_certificate_speaks_for_its_own_tenant_only() throws Exception {
        // all certificates of good tenants against all tenants: only the diagonal
        for (Credential credential : pki.tenants().values()) {
            TenantId speaksFor = identities.identityOf(credential.chain()).tenant();
            assertThat("tenants/" + speaksFor).isEqualTo(credential.name());
        }
    }

    @Test
    void shorter_keys_are_accepted_only_where_the_rules_say_so() throws Exception {
        CertificateRules lenient = new CertificateRules(
                Set.of("secp256r1", "secp384r1"), 2048, 8192, CertificateRules.DEFAULT.signatures());
        Identities others = Identities.open(trust, lenient, admitted::contains, clock);
        assertThat(others.identityOf(pki.bad(BadCertificate.P_256).chain()).tenant())
                .isEqualTo(CENTRE);
        assertThat(others.identityOf(pki.bad(BadCertificate.RSA_2048).chain()).tenant())
                .isEqualTo(CENTRE);
        assertThatThrownBy(
                        () -> others.identityOf(pki.bad(BadCertificate.RSA_1024).chain()))
                .asInstanceOf(type(IdentityRejected.class))
                .extracting(IdentityRejected::reason)
                .isEqualTo(Reason.KEY_NOT_ACCEPTED);
    }

    @Nested
    class WhileTheyAreConnected {
        private final Set<TenantId> closed = new HashSet<>();
        private List<CallerIdentity> live;

        @BeforeEach
        void connectAll() throws IdentityRejected {
            live = new ArrayList<>();
            for (Credential credential : pki.tenants().values()) {
                live.add(identities.identityOf(credential.chain()));
            }
            identities.onRevoked(this::close);
        }

        private CompletionStage<Integer> close(Predicate<CallerIdentity> mustLeave) {
            List<TenantId> leaving =
                    live.stream().filter(mustLeave).map(CallerIdentity::tenant).toList();
            closed.addAll(leaving);
            return CompletableFuture.completedFuture(leaving.size());
        }

        @Test
        void nobody_leaves_when_nothing_has_changed() throws IOException {
            identities.sweep();
            identities.reload();
            assertThat(closed).isEmpty();
        }

        @Test
        void an_officer_shuts_out_one_certificate_by_fingerprint() {
            identities.revoke(new Revocation.OfFingerprint(live.get(0).certificateSha256()));
            assertThat(closed).containsExactly(live.get(0).tenant());
            assertRefused(pki.tenant("nld", live.get(0).tenant().name()).chain(), Reason.REVOKED_BY_OFFICER);
        }

        @Test
        void an_officer_of_one_nation_shuts_out_nobody_of_another() {
            for (CallerIdentity caller : live) {
                String other = caller.tenant().nation().equals("nld") ? "deu" : "nld";
                identities.revoke(
                        new Revocation.WithinNation(other, new Revocation.OfFingerprint(caller.certificateSha256())));
            }
            assertThat(closed).isEmpty();
            CallerIdentity first = live.get(0);
            identities.revoke(new Revocation.WithinNation(
                    first.tenant().nation(), new Revocation.OfFingerprint(first.certificateSha256())));
            assertThat(closed).containsExactly(first.tenant());
        }

        @Test
        void a_file_half_written_leaves_the_nation_in_and_its_newest_list_still_counts() throws Exception {
            DevelopmentPki other = TestPki.make(scratch.resolve("half"), clock, false);
            Identities own = Identities.open(other.trustFolder(), CertificateRules.DEFAULT, admitted::contains, clock);
            live.clear();
            for (Credential credential : other.tenants().values()) {
                live.add(own.identityOf(credential.chain()));
            }
            own.onRevoked(this::close);
            Path root = other.trustFolder().resolve("nld/root.pem");
            Files.writeString(root, Files.readString(root).substring(0, 300));
            assertThat(own.reload())
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.toString())
                            .startsWith("`nld/root.pem`")
                            .contains("what was loaded before stays in use"));
            assertThat(closed).isEmpty();
            other.revoke(other.tenant("nld", "second"));
            own.reload();
            assertThat(closed).containsExactly(SECOND);
        }

        @Test
        void an_officer_shuts_out_one_certificate_by_issuer_and_serial() {
            CallerIdentity first = live.get(0);
            identities.revoke(new Revocation.OfSerial(first.issuer(), "00" + first.serial()));
            assertThat(closed).containsExactly(first.tenant());
        }

        @Test
        void an_officer_shuts_out_a_tenant_with_all_its_certificates() throws Exception {
            identities.revoke(new Revocation.OfTenant(CENTRE));
            assertThat(closed).containsExactly(CENTRE);
            assertRefused(pki.officers().get("nld/ssa-centre:first").chain(), Reason.REVOKED_BY_OFFICER);
            identities.setRevocations(Set.of());
            assertThat(identities
                            .identityOf(pki.tenant("nld", "ssa-centre").chain())
                            .tenant())
                    .isEqualTo(CENTRE);
        }

        @Test
        void a_new_list_of_the_ca_ends_its_certificate_and_no_other() throws Exception {
            DevelopmentPki other = TestPki.make(scratch.resolve("other"), clock, false);
            Identities own = Identities.open(other.trustFolder(), CertificateRules.DEFAULT, admitted::contains, clock);
            live = new ArrayList<>();
            for (Credential credential : other.tenants().values()) {
                live.add(own.identityOf(credential.chain()));
            }
            own.onRevoked(this::close);
            other.revoke(other.tenant("nld", "second"));
            assertThat(own.reload()).isEmpty();
            assertThat(closed).containsExactly(SECOND);
            assertThatThrownBy(
                            () -> own.identityOf(other.tenant("nld", "second").chain()))
                    .asInstanceOf(type(IdentityRejected.class))
                    .extracting(IdentityRejected::reason)
                    .isEqualTo(Reason.REVOKED);
        }

        @Test
        void a_nation_whose_trust_is_withdrawn_leaves_and_the_others_stay() throws IOException {
            deleteTree(trust.resolve("deu"));
            assertThat(identities.reload()).isEmpty();
            assertThat(closed).containsExactly(RADAR);
        }

        @Test
        void a_removed_tenant_leaves_at_the_next_sweep() {
            admitted.remove(SECOND);
            identities.sweep();
            assertThat(closed).containsExactly(SECOND);
        }

        @Test
        void all_leave_when_their_certificates_end() {
            clock.move(PkiRequest.DEFAULT_VALIDITY.plusSeconds(1));
            identities.sweep();
            assertThat(closed).containsExactlyInAnyOrder(CENTRE, SECOND, RADAR);
        }

        @Test
        void a_listener_that_was_taken_off_hears_nothing() {
            List<String> heard = new ArrayList<>();
            Identities.Registration registration = identities.onRevoked(test -> {
                heard.add("heard");
                return CompletableFuture.completedFuture(0);
            });
            registration.close();
            identities.sweep();
            assertThat(heard).isEmpty();
        }

        @Test
        void a_caller_that_was_never_checked_may_not_stay() {
            CallerIdentity stranger = new CallerIdentity(
                    CENTRE, EnumSet.allOf(Role.class), "x", "0".repeat(64), "1", "CN=x", TestPki.START.plusSeconds(60));
            assertThat(identities.mayStay(stranger)).isFalse();
        }
    }

    @Nested
    class TrustFolderProblems {
        @Test
        void a_nation_without_a_revocation_list_is_closed_and_no_other() throws Exception {
            Files.delete(trust.resolve("nld/crl/issuing.pem"));
            openAgain();
            assertThat(identities.problems())
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.toString())
                            .startsWith("`nld/crl`")
                            .contains("no revocation list"));
            assertRefused(pki.tenant("nld", "ssa-centre").chain(), Reason.REVOCATION_UNKNOWN);
            assertThat(identities
                            .identityOf(pki.tenant("deu", "radar-site").chain())
                            .tenant())
                    .isEqualTo(RADAR);
        }

        @Test
        void a_list_of_another_ca_is_not_taken_for_it() throws Exception {
            Files.copy(
                    trust.resolve("deu/crl/issuing.pem"),
                    trust.resolve("nld/crl/issuing.pem"),
                    StandardCopyOption.REPLACE_EXISTING);
            openAgain();
            assertThat(rules("nld")).anyMatch(rule -> rule.contains("expected: a CA of `nld`"));
            assertRefused(pki.tenant("nld", "ssa-centre").chain(), Reason.REVOCATION_UNKNOWN);
        }

        @Test
        void a_list_of_the_right_name_and_a_foreign_key_is_refused() throws Exception {
            DevelopmentPki foreign =
                    DevelopmentPki.create(PkiRequest.of("deu"), scratch.resolve("foreign"), clock, new SecureRandom());
            Files.copy(
                    foreign.trustFolder().resolve("deu/crl/issuing.pem"),
                    trust.resolve("deu/crl/issuing.pem"),
                    StandardCopyOption.REPLACE_EXISTING);
            openAgain();
            assertThat(rules("deu")).anyMatch(rule -> rule.contains("the signature is not that of"));
            assertRefused(pki.tenant("deu", "radar-site").chain(), Reason.REVOCATION_UNKNOWN);
        }

        @Test
        void an_older_list_does_not_bring_a_revoked_certificate_back() throws Exception {
            DevelopmentPki other = TestPki.make(scratch.resolve("other"), clock, false);
            Path list = other.trustFolder().resolve("nld/crl/issuing.pem");
            byte[] old = Files.readAllBytes(list);
            other.revoke(other.tenant("nld", "second"));
            Identities own = Identities.open(other.trustFolder(), CertificateRules.DEFAULT, admitted::contains, clock);
            Files.write(list, old);
            assertThat(own.reload())
                    .singleElement()
                    .satisfies(
                            problem -> assertThat(problem.rule()).contains("CRL number: `1` (expected: at least `2`)"));
            assertThatThrownBy(
                            () -> own.identityOf(other.tenant("nld", "second").chain()))
                    .asInstanceOf(type(IdentityRejected.class))
                    .extracting(IdentityRejected::reason)
                    .isEqualTo(Reason.REVOKED);
        }

        @Test
        void a_list_that_became_unreadable_is_reported_and_the_held_one_stays_until_it_ends() throws Exception {
            Files.writeString(trust.resolve("nld/crl/issuing.pem"), "no list");
            assertThat(identities.reload()).extracting(TrustProblem::file).containsExactly("nld/crl/issuing.pem");
            assertThat(identities
                            .identityOf(pki.tenant("nld", "ssa-centre").chain())
                            .tenant())
                    .isEqualTo(CENTRE);
        }

        @Test
        void a_list_past_its_end_closes_its_nation() throws Exception {
            DevelopmentPki other = TestPki.make(scratch.resolve("other"), clock, false);
            clock.move(PkiRequest.DEFAULT_VALIDITY.minus(Duration.ofMinutes(1)));
            Credential fresh = other.issue(PkiRequest.Tenant.parse("nld/second:subscriber"), "second-next");
            Identities own = Identities.open(other.trustFolder(), CertificateRules.DEFAULT, admitted::contains, clock);
            assertThat(own.identityOf(fresh.chain()).tenant()).isEqualTo(SECOND);
            clock.move(Duration.ofMinutes(2));
            assertThatThrownBy(() -> own.identityOf(fresh.chain()))
                    .asInstanceOf(type(IdentityRejected.class))
                    .extracting(IdentityRejected::reason)
                    .isEqualTo(Reason.REVOCATION_UNKNOWN);
            other.renewRevocationLists();
            assertThat(own.reload()).isEmpty();
            assertThat(own.identityOf(fresh.chain()).tenant()).isEqualTo(SECOND);
        }

        @Test
        void two_nations_that_claim_one_trust_domain_both_lose_it() throws Exception {
            Files.writeString(trust.resolve("deu/trust-domain.txt"), "nld.sluis.test\n");
            openAgain();
            assertThat(identities.problems()).extracting(TrustProblem::nation).containsExactlyInAnyOrder("deu", "nld");
            assertRefused(pki.tenant("nld", "ssa-centre").chain(), Reason.NO_PATH);
        }

        @Test
        void a_root_that_two_nations_claim_vouches_for_neither() throws Exception {
            Files.copy(
                    trust.resolve("nld/root.pem"), trust.resolve("deu/root.pem"), StandardCopyOption.REPLACE_EXISTING);
            Files.delete(trust.resolve("deu/issuing.pem"));
            openAgain();
            assertThat(rules("nld")).anyMatch(rule -> rule.startsWith("root key: claimed by"));
            assertRefused(pki.tenant("nld", "ssa-centre").chain(), Reason.NO_PATH);
        }

        @Test
        void a_leaf_in_place_of_a_root_is_refused_by_name_of_the_file() throws Exception {
            Files.copy(
                    pki.tenant("deu", "radar-site").certificatePem(),
                    trust.resolve("deu/root.pem"),
                    StandardCopyOption.REPLACE_EXISTING);
            openAgain();
            assertThat(identities.problems())
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.toString())
                            .startsWith("`deu/root.pem`")
                            .contains("not a CA's certificate"));
        }

        @Test
        void a_missing_file_is_named() throws Exception {
            Files.delete(trust.resolve("deu/trust-domain.txt"));
            openAgain();
            assertThat(identities.problems())
                    .containsExactly(new TrustProblem("deu", "deu/trust-domain.txt", "no such file (expected: one)"));
        }

        private void openAgain() throws IOException {
            identities = Identities.open(trust, CertificateRules.DEFAULT, admitted::contains, clock);
        }

        private List<String> rules(String nation) {
            return identities.problems().stream()
                    .filter(problem -> problem.nation().equals(nation))
                    .map(TrustProblem::rule)
                    .toList();
        }
    }

    private void assertRefused(List<X509Certificate> chain, Reason reason) {
        assertThatThrownBy(() -> identities.identityOf(chain))
                // a cause could pick a TLS alert that tells a stranger something
                .hasNoCause()
                .asInstanceOf(type(IdentityRejected.class))
                .extracting(IdentityRejected::reason)
                .isEqualTo(reason);
    }

    private void copyTrust() throws IOException {
        try (Stream<Path> files = Files.walk(pki.trustFolder())) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = trust.resolve(pki.trustFolder().relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
