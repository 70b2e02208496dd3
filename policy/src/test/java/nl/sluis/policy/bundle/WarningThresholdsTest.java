package nl.sluis.policy.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a tenant calls urgent changes what it is sent, and nothing else. */
class WarningThresholdsTest {
    private static PolicyBundle bundle(String... warnings) throws Exception {
        StringBuilder tenants = new StringBuilder("tenants:\n");
        for (int i = 0; i < warnings.length; i++) {
            tenants.append("  tenant-").append(i).append(": {nations: [NOR], roles: [subscriber]");
            tenants.append(warnings[i].isEmpty() ? "" : ", warnings: " + warnings[i])
                    .append("}\n");
        }
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("tenants.yaml", tenants.toString().getBytes(StandardCharsets.UTF_8));
        files.put("host.yaml", "policy: host\nowner: host\n".getBytes(StandardCharsets.UTF_8));
        return PolicyBundle.load(files);
    }

    @Test
    void tenantsThatDifferInTheirThresholdsAloneAreAudiencesOfTheirOwn() throws Exception {
        String own = "{observe: 1e-7, critical: 0.001}";
        List<Audience> audiences = bundle("", own, "", own).audiences();

        assertThat(audiences)
                .extracting(Audience::tenants)
                .containsExactlyInAnyOrder(List.of("tenant-0", "tenant-2"), List.of("tenant-1", "tenant-3"));
        assertThat(audiences)
                .extracting(Audience::warnings)
                .containsExactlyInAnyOrder(Optional.empty(), Optional.of(new WarningThresholds(1e-7, 0.001)));
    }

    @Test
    void whoStatesNoneIsTheAudienceThatItWasWhateverOthersState() throws Exception {
        String before = bundle("", "").audienceOf("tenant-0").key();

        assertThat(bundle("", "{observe: 1e-7, critical: 0.001}")
                        .audienceOf("tenant-0")
                        .key())
                .isEqualTo(before);
    }
}
