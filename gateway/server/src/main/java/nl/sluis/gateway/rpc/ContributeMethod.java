package nl.sluis.gateway.rpc;

import com.google.rpc.Status;
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
        methods.items(ContributionServiceGrpc.getContributeMethod(), this::contribute);
    }

    private CompletionStage<ContributeResponse> contribute(CallerIdentity caller, ContributeRequest request) {
        if (!request.hasContribution()) {
            return CompletableFuture.completedStage(
                    ContributeResponse.newBuilder().setRefused(NO_CONTRIBUTION).build());
        }
        return ingest.contribute(caller, request.getContribution());
    }
}
