package nl.sluis.gateway.rpc;

import com.google.rpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.ingest.Ingest;
import nl.sluis.proto.v1.ContributeRequest;
import nl.sluis.proto.v1.ContributeResponse;
import nl.sluis.proto.v1.ContributionServiceGrpc;

/** {@code ContributionService.Contribute}: hands each item to {@link Ingest} and answers when it is durable. */
public final class ContributeMethod {
    private static final Status NO_CONTRIBUTION =
            Errors.invalidField("contribution", "absent (expected: one item)").status();

    private final Ingest ingest;

    /** @param ingest takes the items */
    public ContributeMethod(Ingest ingest) {
        this.ingest = ingest;
    }

    /** Adds the method. */
    public void register(Methods.Builder methods) {
        methods.items(ContributionServiceGrpc.getContributeMethod(), new ItemHandler<>() {
            @Override
            public CompletionStage<ContributeResponse> handle(CallerIdentity caller, ContributeRequest request) {
                return handleAll(caller, List.of(request)).get(0);
            }

            @Override
            public List<CompletionStage<ContributeResponse>> handleAll(
                    CallerIdentity caller, List<ContributeRequest> requests) {
                return contribute(caller, requests);
            }
        });
    }

    private List<CompletionStage<ContributeResponse>> contribute(
            CallerIdentity caller, List<ContributeRequest> requests) {
        List<CompletionStage<ContributeResponse>> answers = new ArrayList<>(ingest.contribute(
                caller,
                requests.stream()
                        .filter(ContributeRequest::hasContribution)
                        .map(ContributeRequest::getContribution)
                        .toList()));
        for (int i = 0; i < requests.size(); i++) {
            if (!requests.get(i).hasContribution()) {
                answers.add(
                        i,
                        CompletableFuture.completedStage(ContributeResponse.newBuilder()
                                .setRefused(NO_CONTRIBUTION)
                                .build()));
            }
        }
        return answers;
    }
}
