package nl.sluis.policy.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import nl.sluis.policy.change.Comparison;
import nl.sluis.policy.change.Direction;
import nl.sluis.policy.change.Proof;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who takes part, and who speaks for whom: both are for originators to say. */
class AdmissionTest {
    private static final String CHARTER = "charters: {EMSSAN: {consent_of: [NLD, FRA/cnes]}}";
    private static final String NLD_2026 = consent("nld", "NLD", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    private static final String FRA_2026 = consent("fra", "FRA/cnes", "2025-06-01T00:00:00Z", "2028-01-01T00:00:00Z");

    private static String consent(String name, String by, String from, String until) {
        return name + ": {by: " + by + ", to: [acme-space], from: \"" + from + "\", until: \"" + until + "\"}";
    }

    private static PolicyBundle bundle(String charters, String relays, String... consents) throws Exception {
        Map<String, byte[]> files = new LinkedHashMap<>();
        put(files, "bundle.yaml", """
                bundle: test
                version: 1
                valid_from: "2026-01-01T00:00:00Z"
                valid_until: "2027-01-01T00:00:00Z"
                """);
        put(files, "tenants.yaml", """
                tenants:
                  cnes: {nations: [FRA], communities: [EMSSAN], clearances: {NLD: unclassified}, roles: [contributor]}
                  ssa-centre: {nations: [NLD], communities: [EMSSAN], clearances: {NLD: unclassified}, roles: [subscriber]}
                  acme-space: {nations: [LUX], clearances: {NLD: unclassified}, roles: [subscriber, contributor]}
                """);
        put(files, "communities.yaml", "communities: [EMSSAN]");
        put(files, "host.yaml", """
                policy: host-release
                owner: host
                rules:
                  - {release: all, what: anything, to: everyone}
                """);
        put(files, "fra.yaml", """
                policy: fra-release
                owner: FRA/cnes
                rules:
                  - {release: all, what: anything, to: everyone}
                """ + relays);
        if (!charters.isEmpty()) {
            put(files, "charters.yaml", charters);
        }
        if (consents.length > 0) {
            put(files, "consents.yaml", "consents:\n  " + String.join("\n  ", consents));
        }
        return PolicyBundle.load(files);
    }

    private static void put(Map<String, byte[]> files, String path, String text) {
        files.put(path, text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_tenant_from_outside_is_pending_and_no_audience_until_the_last_consent_is_there() throws Exception {
        PolicyBundle none = bundle(CHARTER, "");
        assertThat(none.tenants().get("acme-space").status()).isEqualTo(Tenant.Status.PENDING);
        assertThat(none.audienceOf("acme-space")).isNull();
        assertThat(none.missingConsents("acme-space"))
                .containsExactlyInAnyOrder(new OwnerId("NLD", ""), new OwnerId("FRA", "cnes"));

        PolicyBundle one = bundle(CHARTER, "", NLD_2026);
        assertThat(one.audienceOf("acme-space")).isNull();
        assertThat(one.missingConsents("acme-space")).containsExactly(new OwnerId("FRA", "cnes"));

        PolicyBundle both = bundle(CHARTER, "", NLD_2026, FRA_2026);
        assertThat(both.tenants().get("acme-space").status()).isEqualTo(Tenant.Status.ACTIVE);
        assertThat(both.audienceOf("acme-space")).isNotNull();
        assertThat(both.missingConsents("acme-space")).isEmpty();
    }

    @Test
    void who_is_of_the_community_needs_nobodys_consent() throws Exception {
        assertThat(bundle(CHARTER, "").audienceOf("ssa-centre")).isNotNull();
        assertThat(bundle("", "").audienceOf("acme-space")).isNotNull();
    }

    @ParameterizedTest(name = "{0} to {1}, by {2}")
    @CsvSource({
        "2026-01-01T00:00:01Z, 2027-01-01T00:00:00Z, NLD",
        "2026-01-01T00:00:00Z, 2026-12-31T23:59:59Z, NLD",
        "2026-01-01T00:00:00Z, 2027-01-01T00:00:00Z, NLD/ssa-centre",
        "2026-01-01T00:00:00Z, 2027-01-01T00:00:00Z, DEU"
    })
    void a_consent_that_does_not_cover_the_bundle_or_is_anothers_admits_nobody(String from, String until, String by)
            throws Exception {
        PolicyBundle bundle = bundle(CHARTER, "", consent("nld", by, from, until), FRA_2026);
        assertThat(bundle.audienceOf("acme-space")).isNull();
    }

    @Test
    void admitting_a_tenant_widens_and_asking_for_more_consents_narrows() throws Exception {
        PolicyBundle pending = bundle(CHARTER, "", NLD_2026);
        PolicyBundle admitted = bundle(CHARTER, "", NLD_2026, FRA_2026);
        assertThat(Proof.compare(pending, admitted).direction()).isEqualTo(Direction.WIDENS);
        assertThat(Proof.compare(admitted, pending).direction()).isEqualTo(Direction.NARROWS);
        assertThat(Proof.compare(pending, bundle("", "", NLD_2026)).direction()).isEqualTo(Direction.WIDENS);
    }

    private static final String RELAY = """
            relays:
              - tenant: acme-space
                labels: [{NLD: unclassified, rel: [NATO]}, {NLD: unclassified, rel: [EMSSAN], mode: EXERCISE}]
            """;

    @ParameterizedTest(name = "{0} for {1} under {2}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            acme-space | FRA/cnes | NLD: unclassified, rel: [NATO]                   | true
            acme-space | FRA/cnes | NLD: unclassified, rel: [EMSSAN], mode: EXERCISE | true
            acme-space | FRA/cnes | NLD: unclassified, rel: [EMSSAN]                 | false
            acme-space | FRA/cnes | NLD: unclassified, rel: [NATO], mode: EXERCISE   | false
            acme-space | FRA/cnes | NLD: restricted, rel: [NATO]                     | false
            acme-space | FRA/cnes | NLD: unclassified                                | false
            acme-space | FRA      | NLD: unclassified, rel: [NATO]                   | false
            acme-space | NLD      | NLD: unclassified, rel: [NATO]                   | false
            ssa-centre | FRA/cnes | NLD: unclassified, rel: [NATO]                   | false
            """)
    void a_relay_speaks_for_whom_names_it_under_the_labels_it_names(
            String tenant, String owner, String label, boolean may) throws Exception {
        PolicyBundle bundle = bundle("", RELAY);
        SecurityLabel read = LabelNotation.parse("{" + label + ", owner: " + owner + "}", bundle.spifs());
        assertThat(bundle.mayRelay(tenant, read.owners().get(0), read)).isEqualTo(may);
    }

    @Test
    void a_new_relay_widens_and_one_less_does_not() throws Exception {
        PolicyBundle without = bundle("", "");
        PolicyBundle with = bundle("", RELAY);
        Comparison more = Proof.compare(without, with);
        assertThat(more.direction()).isEqualTo(Direction.WIDENS);
        assertThat(more.unmodelled())
                .hasSize(2)
                .allMatch(line -> line.startsWith("new relay: `acme-space` for FRA/cnes"));
        assertThat(more.officers()).containsEntry("FRA/cnes", 2);
        assertThat(Proof.compare(with, without).direction()).isEqualTo(Direction.EQUIVALENT);
    }
}
