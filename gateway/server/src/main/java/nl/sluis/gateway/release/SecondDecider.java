package nl.sluis.gateway.release;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.reference.Disagreement;
import nl.sluis.policy.reference.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The second of two independent filters: the reference decides beside the compiled policy. Where they disagree, or one of
 * them fails, nobody gets the item, and the operator is told.
 */
public final class SecondDecider {
    /** Of a sample, one decision in 64 is made twice: a lasting error shows within seconds, at a sixtieth of the cost. */
    static final int SAMPLE_EVERY = 64;

    private static final Logger LOG = LoggerFactory.getLogger(SecondDecider.class);

    private final Scope scope;
    private final AtomicLong asked = new AtomicLong();
    private final Counter checked;
    private final Counter disagreed;
    private final Counter failed;

    /** Which decisions are made twice. */
    public enum Scope {
        /** None. */
        OFF,
        /** One in {@value #SAMPLE_EVERY}. */
        SAMPLE,
        /** All. */
        ALL
    }

    /**
     * @param scope which decisions are made twice
     * @param meters where to count
     */
    public SecondDecider(Scope scope, MeterRegistry meters) {
        this.scope = scope;
        this.checked = Counter.builder("sluis.policy.second.decisions")
                .description("decisions that the reference made too")
                .register(meters);
        this.disagreed = alarm(meters, "disagreement");
        this.failed = alarm(meters, "failure");
    }

    private static Counter alarm(MeterRegistry meters, String cause) {
        return Counter.builder("sluis.policy.alarms")
                .description("decisions that were withheld because deciding failed or two deciders disagreed")
                .tag("cause", cause)
                .register(meters);
    }

    /** Decisions that raised an alarm since the start. */
    public long alarms() {
        return (long) (disagreed.count() + failed.count());
    }

    /** Lets the reference decide everything about an item again. */
    void check(ReferencePolicy reference, Decision decision) {
        check(decision, () -> reference.disagreement(decision));
    }

    /** Lets the reference decide again about one audience. */
    void check(ReferencePolicy reference, Decision decision, int audience) {
        check(
                decision,
                () -> decision.policy().audiences().get(audience).tenants().stream()
                        .flatMap(tenant -> reference.disagreement(decision, tenant).stream())
                        .findFirst());
    }

    /** Tells of a decision that failed and was withheld. */
    void alarm(Decision decision, RuntimeException failure) {
        failed.increment();
        LOG.error(
                "decision failed, withheld, kind={} policy={}",
                decision.item().kind(),
                decision.policy().bundle().digestHex(),
                failure);
    }

    private void check(Decision decision, Supplier<Optional<Disagreement>> reference) {
        if (scope == Scope.OFF || (scope == Scope.SAMPLE && asked.getAndIncrement() % SAMPLE_EVERY != 0)) {
            return;
        }
        checked.increment();
        try {
            reference.get().ifPresent(disagreement -> {
                disagreed.increment();
                LOG.error(
                        "two deciders disagree, withheld, kind={} policy={} {}",
                        decision.item().kind(),
                        decision.policy().bundle().digestHex(),
                        disagreement);
                decision.withhold(new IllegalStateException("two deciders disagree"));
            });
        } catch (RuntimeException e) {
            decision.withhold(e);
            alarm(decision, e);
        }
    }
}
