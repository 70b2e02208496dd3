package nl.sluis.gateway.rpc;

import io.grpc.MethodDescriptor;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import nl.sluis.gateway.ingest.IngestException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns whatever a handler threw into what the caller may know; the rest stays in the log under a reference. */
final class FailureLog {
    private static final Logger LOG = LoggerFactory.getLogger(FailureLog.class);

    private final Supplier<String> references;

    /** @param references makes a new opaque reference at each call */
    FailureLog(Supplier<String> references) {
        this.references = references;
    }

    StatusException toStatus(String fullMethodName, Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof StatusException status) {
            return status;
        }
        if (cause instanceof IngestException refused) {
            return new StatusException(refused.status());
        }
        String reference = references.get();
        LOG.atError()
                .addKeyValue("method", fullMethodName)
                .addKeyValue("service", MethodDescriptor.extractFullServiceName(fullMethodName))
                .addKeyValue("reference", reference)
                .setCause(cause)
                .log("call failed unexpectedly");
        return Errors.internal(reference);
    }
}
