package nl.sluis.gateway.ingest;

import java.util.concurrent.CompletionStage;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.proto.v1.ContributeResponse;
import nl.sluis.proto.v1.Contribution;

/** The door for contributions. */
@FunctionalInterface
public interface Ingest {
    /**
     * Checks and stores one item. Returns at once; may be called on an event loop. The stage completes after the item
     * is durable or was refused, and completes exceptionally only where the gateway itself failed.
     */
    CompletionStage<ContributeResponse> contribute(CallerIdentity source, Contribution item);
}
