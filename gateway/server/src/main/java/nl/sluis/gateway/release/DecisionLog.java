package nl.sluis.gateway.release;

import java.time.InstantSource;
import java.util.List;
import java.util.function.Predicate;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
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

/** Keeps what was decided, with reasons, for officers. It is never in the way of a release. */
public final class DecisionLog {
    private static final Logger LOG = LoggerFactory.getLogger(DecisionLog.class);

    private final Journal journal;
    private final InstantSource clock;

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
        keep(itemId, stored);
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
        keep(itemId, stored);
    }

    private void keep(String itemId, StoredDecisions.Builder stored) {
        var unused = journal.append(
                        LogName.DECISIONS, NewEntry.of(stored.build().toByteArray()))
                .whenComplete((appended, failure) -> {
                    if (failure != null) {
                        LOG.error("decision not kept, item={}", itemId, failure);
                    }
                });
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
