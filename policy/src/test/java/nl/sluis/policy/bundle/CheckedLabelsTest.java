package nl.sluis.policy.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.proto.v1.Label;
import org.junit.jupiter.api.Test;

/** A bundle remembers labels that it has checked, and says of each what it would say without. */
class CheckedLabelsTest {
    private static final int MORE_THAN_ARE_KEPT = 1_500;

    @Test
    void every_label_is_what_it_is_however_often_it_comes_and_however_many_came_between() throws Exception {
        PolicyBundle bundle = PolicyBundle.load(Map.of("host.yaml", """
            policy: host-release
            owner: host
            rules:
              - {release: all, what: anything, to: everyone}
            """.getBytes(StandardCharsets.UTF_8)));
        Label label = LabelNotation.parse("{NLD: unclassified, owner: NLD/catalogue}", bundle.spifs())
                .toProto();
        List<Label> labels = new ArrayList<>();
        for (int i = 0; i < MORE_THAN_ARE_KEPT; i++) {
            labels.add(label.toBuilder()
                    .setCreated(Timestamp.newBuilder().setSeconds(1_700_000_000L + i))
                    .build());
        }
        for (int round = 0; round < 2; round++) {
            for (Label one : labels) {
                assertThat(bundle.label(one)).isEqualTo(SecurityLabel.of(one, bundle.spifs()));
                assertThat(bundle.label(one).toProto()).isEqualTo(one);
            }
        }
        Label bad = label.toBuilder().clearOwners().build();
        for (int round = 0; round < 2; round++) {
            assertThatThrownBy(() -> bundle.label(bad)).isInstanceOf(LabelException.class);
        }
    }
}
