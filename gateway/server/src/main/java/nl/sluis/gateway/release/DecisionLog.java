package nl.sluis.gateway.release;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.StoreException;
import nl.sluis.journal.v1.StoredDecisions;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Explanation;
import nl.sluis.policy.decide.Outcome;
import nl.sluis.policy.decide.Reason;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.rule.Kind;
import nl.sluis.policy.rule.Rule;
import nl.sluis.proto.v1.DecisionOutcome;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.RuleHit;
import nl.sluis.proto.v1.WithholdingReason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what was decided, with reasons, for officers. It is never in the way of a release: what a journal does not answer for
 * is kept when it does, and stands there twice where only the answer was lost.
 */
public final class DecisionLog {
    /** Wait before a journal that did not answer is asked again. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** Decisions that wait for a journal, of about a kilobyte each; what is decided beyond is logged and not kept. */
    private static final int WAITING_MAX = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(DecisionLog.class);

    private final Journal journal;
    private final InstantSource clock;
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * @param journal where decisions are kept
     * @param clock the gateway's clock
     */
    public DecisionLog(Journal journal, InstantSource clock) {
        this.journal = journal;
        this.clock = clock;
    }

    /**
     * Keeps a decision about an item.
     *
     * @param itemId the product or contribution
     * @param kind its kind
     * @param objects its objects
     * @param decision what was decided
     * @param concerned audiences that the item is for
     */
    void record(String itemId, Kind kind, List<String> objects, Decision decision, Predicate<Audience> concerned) {
        StoredDecisions.Builder stored =
                StoredDecisions.newBuilder().setLabel(decision.item().label().toProto());
        for (Audience audience : decision.policy().audiences()) {
            if (PolicyInForce.isSubscriber(audience) && concerned.test(audience)) {
                Explanation explanation = decision.explain(audience.index());
                audience.tenants()
                        .forEach(tenant ->
                                stored.addDecisions(decision(itemId, kind, objects, decision, explanation, tenant)));
            }
        }
        keep(itemId, NewEntry.of(stored.build().toByteArray()));
    }

    /**
     * Tells officers that an item is held because a quota has no room: many low items make a high pattern.
     *
     * @param item the item
     * @param decision what was decided
     * @param audience the audience that it is held for
     * @param quota the quota
     */
    void recordHeld(StoredItem item, Decision decision, Audience audience, Rule.Quota quota) {
        String itemId = item.product().getProductId();
        LOG.warn(
                "quota without room, item held, quota={} tenants={}",
                quota.head().name(),
                audience.tenants());
        StoredDecisions.Builder stored =
                StoredDecisions.newBuilder().setLabel(decision.item().label().toProto());
        Explanation explanation = decision.explain(audience.index());
        audience.tenants()
                .forEach(tenant -> stored.addDecisions(
                        decision(itemId, item.kind(), item.objects(), decision, explanation, tenant).toBuilder()
                                .setOutcome(DecisionOutcome.DECISION_OUTCOME_DELAYED)));
        keep(itemId, NewEntry.of(stored.build().toByteArray()));
    }

    private void keep(String itemId, NewEntry entry) {
        var unused = journal.append(LogName.DECISIONS, entry).whenComplete((appended, failure) -> {
            if (failure != null && !isTriedAgain(itemId, entry, failure)) {
                LOG.error("decision not kept, item={}", itemId, failure);
            }
        });
    }

    private boolean isTriedAgain(String itemId, NewEntry entry, Throwable failure) {
        if (StoreException.in(failure).filter(known -> known.code().passing()).isEmpty()) {
            return false;
        }
        if (waiting.incrementAndGet() > WAITING_MAX) {
            waiting.decrementAndGet();
            return false;
        }
        CompletableFuture.delayedExecutor(RETRY.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> {
                    waiting.decrementAndGet();
                    keep(itemId, entry);
                });
        return true;
    }

    private nl.sluis.proto.v1.Decision decision(
            String itemId, Kind kind, List<String> objects, Decision decision, Explanation explanation, String tenant) {
        nl.sluis.proto.v1.Decision.Builder result = nl.sluis.proto.v1.Decision.newBuilder()
                .setDecided(Times.timestamp(clock.instant()))
                .setTenant(tenant)
                .setItemId(itemId)
                .setKind(kind.toProto())
                .setMarking(decision.item().label().marking())
                .setOutcome(outcome(explanation.outcome()))
                .setPolicyVersion(decision.policy().bundle().header().version());
        objects.forEach(id -> result.addObjects(ObjectReference.newBuilder().setObjectId(id)));
        decision.item().label().owners().stream().map(OwnerId::toProto).forEach(result::addOwners);
        Reason reason = decision.reason(explanation.audience());
        if (explanation.outcome() == Outcome.WITHHELD) {
            result.setReason(reason == null ? WithholdingReason.WITHHOLDING_REASON_UNSPECIFIED : reason.toProto());
            explanation
                    .details()
                    .forEach(detail -> result.addRules(
                            RuleHit.newBuilder().setVerb("withhold").setName(detail)));
        }
        for (Explanation.RuleHit hit : explanation.rules()) {
            result.addRules(RuleHit.newBuilder()
                    .setPolicy(hit.owner())
                    .setVerb(hit.verb())
                    .setName(hit.name())
                    .setFile(hit.file())
                    .setLine(hit.line())
                    .setWhy(hit.why()));
        }
        return result.build();
    }

    private static DecisionOutcome outcome(Outcome outcome) {
        return switch (outcome) {
            case RELEASED -> DecisionOutcome.DECISION_OUTCOME_RELEASED;
            case DELAYED -> DecisionOutcome.DECISION_OUTCOME_DELAYED;
            case WITHHELD -> DecisionOutcome.DECISION_OUTCOME_WITHHELD;
        };
    }
}
