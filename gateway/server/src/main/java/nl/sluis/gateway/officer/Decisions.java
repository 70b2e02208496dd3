package nl.sluis.gateway.officer;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.release.PolicyInForce;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.journal.v1.StoredDecisions;
import nl.sluis.proto.v1.Decision;
import nl.sluis.proto.v1.DecisionOutcome;
import nl.sluis.proto.v1.ListDecisionsRequest;
import nl.sluis.proto.v1.ListDecisionsResponse;
import nl.sluis.proto.v1.ProductKind;

/** Lists decisions for an officer. Reads the journal, so it is not for an event loop. */
public final class Decisions {
    private static final int PAGE_DEFAULT = 100;
    private static final int PAGE_MAX = 1_000;
    private static final int READ_ENTRIES_MAX = 256;

    private final Journal journal;
    private final PolicyInForce policy;
    private final String hostNation;

    /**
     * @param journal where decisions are kept
     * @param policy the policy in force
     * @param hostNation the nation that runs the gateway, lower case
     */
    public Decisions(Journal journal, PolicyInForce policy, String hostNation) {
        this.journal = journal;
        this.policy = policy;
        this.hostNation = hostNation;
    }

    /**
     * A page of decisions.
     *
     * @throws IllegalArgumentException if the page token is not one
     */
    public ListDecisionsResponse list(TenantId officer, ListDecisionsRequest request) {
        int pageSize = request.getPageSize() == 0 ? PAGE_DEFAULT : Math.min(request.getPageSize(), PAGE_MAX);
        // a token counts what this officer has been shown, never places in the shared log
        long skip = token(request.getPageToken());
        OfficerReading reading = new OfficerReading(officer, policy, hostNation);
        List<Decision> page = new ArrayList<>();
        long matched = 0;
        long next = Math.max(1, journal.oldest(LogName.DECISIONS));
        long end = journal.watermark(LogName.DECISIONS);
        while (next <= end) {
            for (Entry entry : journal.read(LogName.DECISIONS, next, READ_ENTRIES_MAX)) {
                next = entry.position() + 1;
                StoredDecisions stored = parse(entry);
                if (reading.maySee(stored.getLabel())) {
                    for (Decision decision : stored.getDecisionsList()) {
                        if (isAskedFor(decision, request) && ++matched > skip) {
                            if (page.size() == pageSize) {
                                return ListDecisionsResponse.newBuilder()
                                        .addAllDecisions(page)
                                        .setNextPageToken(Long.toString(skip + pageSize))
                                        .build();
                            }
                            page.add(decision);
                        }
                    }
                }
            }
        }
        return ListDecisionsResponse.newBuilder().addAllDecisions(page).build();
    }

    private static long token(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("`" + text + "` (expected: the token of the page before)", e);
        }
    }

    private static StoredDecisions parse(Entry entry) {
        try {
            return StoredDecisions.parseFrom(entry.payload());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("decision at " + entry.position() + " can't be read", e);
        }
    }

    private static boolean isAskedFor(Decision decision, ListDecisionsRequest request) {
        return (request.getTenant().isEmpty() || request.getTenant().equals(decision.getTenant()))
                && (request.getKind() == ProductKind.PRODUCT_KIND_UNSPECIFIED
                        || request.getKind() == decision.getKind())
                && (request.getOutcome() == DecisionOutcome.DECISION_OUTCOME_UNSPECIFIED
                        || request.getOutcome() == decision.getOutcome());
    }
}
