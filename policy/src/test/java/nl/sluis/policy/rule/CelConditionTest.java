package nl.sluis.policy.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import nl.sluis.proto.v1.CollisionProbability;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Track;
import org.junit.jupiter.api.Test;

class CelConditionTest {
    @Test
    void aConditionReadsThePayload() throws Exception {
        CelCondition condition = CelCondition.compile(
                ConjunctionWarning.getDescriptor(),
                "has(item.probability) && item.probability.value > 1e-4 && item.comments.exists(c, c.contains('test'))");

        assertThat(condition.test(ConjunctionWarning.newBuilder()
                        .setProbability(CollisionProbability.newBuilder().setValue(1e-3))
                        .addComments("a test")
                        .build()))
                .isTrue();
        assertThat(condition.test(ConjunctionWarning.getDefaultInstance())).isFalse();
    }

    @Test
    void whatCannotBeAnsweredIsAnError() throws Exception {
        CelCondition condition = CelCondition.compile(ConjunctionWarning.getDescriptor(), "item.comments[3] == 'x'");

        assertThatThrownBy(() -> condition.test(null)).hasMessageContaining("no payload");
        assertThatThrownBy(() -> condition.test(Track.getDefaultInstance())).hasMessageContaining("`Track`");
        assertThatThrownBy(() -> condition.test(ConjunctionWarning.getDefaultInstance()))
                .hasMessageContaining("expression failed");
    }

    @Test
    void anExpressionOfAnotherTypeIsRefused() {
        assertThatThrownBy(() -> CelCondition.compile(ConjunctionWarning.getDescriptor(), "item.miss_distance_m"))
                .isInstanceOf(CelCondition.BadExpressionException.class);
    }
}
