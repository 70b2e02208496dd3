package nl.sluis.partner;

import java.time.Instant;
import java.util.List;
import nl.sluis.proto.v1.ContributeResponse;
import nl.sluis.proto.v1.RefusedPart;

/** The gateway's answer to one contribution. */
public sealed interface ContributionOutcome {
    /** Identifier that the client chose. */
    String clientId();

    /** The answer as it came. */
    ContributeResponse response();

    /**
     * The item is durable.
     *
     * @param clientId identifier that the client chose
     * @param contributionId identifier that the gateway gave; needed to withdraw or relabel
     * @param received when the gateway first received it
     * @param duplicate true where the same bytes were stored before under this client id
     * @param records records stored
     * @param observations observations stored
     * @param refusedParts lines or fields of a document that were refused; the rest is stored
     * @param response the answer as it came
     */
    record Accepted(
            String clientId,
            String contributionId,
            Instant received,
            boolean duplicate,
            int records,
            int observations,
            List<RefusedPart> refusedParts,
            ContributeResponse response)
            implements ContributionOutcome {
        /** Copies the list. */
        public Accepted {
            refusedParts = List.copyOf(refusedParts);
        }
    }

    /**
     * The item was refused and is in quarantine.
     *
     * @param clientId identifier that the client chose
     * @param code canonical status code, for example 3 for INVALID_ARGUMENT
     * @param message one line
     * @param violations fields at fault
     * @param response the answer as it came
     */
    record Refused(String clientId, int code, String message, List<Violation> violations, ContributeResponse response)
            implements ContributionOutcome {
        /** Copies the list. */
        public Refused {
            violations = List.copyOf(violations);
        }
    }

    /** Reads an answer; one without an outcome is a refusal that says so. */
    static ContributionOutcome of(ContributeResponse response) {
        return switch (response.getOutcomeCase()) {
            case ACCEPTED -> {
                var accepted = response.getAccepted();
                yield new Accepted(
                        response.getClientId(),
                        accepted.getContributionId(),
                        Subscription.instant(accepted.getReceived()),
                        accepted.getDuplicate(),
                        accepted.getRecords(),
                        accepted.getObservations(),
                        accepted.getRefusedPartsList(),
                        response);
            }
            case REFUSED ->
                new Refused(
                        response.getClientId(),
                        response.getRefused().getCode(),
                        response.getRefused().getMessage(),
                        Failures.violations(response.getRefused()),
                        response);
            case OUTCOME_NOT_SET ->
                new Refused(
                        response.getClientId(),
                        com.google.rpc.Code.INTERNAL_VALUE,
                        "the gateway answered without an outcome",
                        List.of(),
                        response);
        };
    }
}
