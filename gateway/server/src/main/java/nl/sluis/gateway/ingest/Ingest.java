package nl.sluis.gateway.ingest;

import java.util.List;
import java.util.concurrent.CompletionStage;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.proto.v1.ContributeResponse;
import nl.sluis.proto.v1.Contribution;

/** The door for contributions. */
public interface Ingest {
    /**
     * Checks and stores one item. Returns at once; may be called on an event loop. The stage completes after the item
     * is durable or was refused, and completes exceptionally only where the gateway itself failed.
     */
    CompletionStage<ContributeResponse> contribute(CallerIdentity source, Contribution item);

    /** Checks and stores items that came together, each as if alone; one stage for each, in their order. */
    default List<CompletionStage<ContributeResponse>> contribute(CallerIdentity source, List<Contribution> items) {
        return items.stream().map(item -> contribute(source, item)).toList();
    }
}
