package nl.sluis.gateway.rpc;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;
import nl.sluis.gateway.audit.AuditException;
import nl.sluis.gateway.audit.AuditLog;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.partner.audit.Hash;
import nl.sluis.proto.v1.AuditLogChoice;
import nl.sluis.proto.v1.AuditServiceGrpc;
import nl.sluis.proto.v1.GetConsistencyProofRequest;
import nl.sluis.proto.v1.GetConsistencyProofResponse;
import nl.sluis.proto.v1.GetInclusionProofRequest;
import nl.sluis.proto.v1.GetInclusionProofResponse;
import nl.sluis.proto.v1.GetTreeHeadRequest;
import nl.sluis.proto.v1.GetTreeHeadResponse;
import nl.sluis.proto.v1.IndexedEntry;
import nl.sluis.proto.v1.ListEntriesRequest;
import nl.sluis.proto.v1.ListEntriesResponse;

/** {@code AuditService}: to each tenant its own log, to auditors of the host every log and what products were made from. */
public final class AuditMethods {
    private static final int PAGE_DEFAULT = 100;
    private static final int PAGE_MAX = 1_000;

    private final AuditLog audit;
    private final Predicate<CallerIdentity> readsAll;
    private final Executor workers;

    /**
     * @param audit the audit log
     * @param readsAll whether a caller is an auditor of the host
     * @param workers runs what blocks
     */
    public AuditMethods(AuditLog audit, Predicate<CallerIdentity> readsAll, Executor workers) {
        this.audit = audit;
        this.readsAll = readsAll;
        this.workers = workers;
    }

    /** Adds the methods. */
    public Methods.Builder register(Methods.Builder methods) {
        return methods.unary(AuditServiceGrpc.getListEntriesMethod(), this::listEntries)
                .unary(AuditServiceGrpc.getGetTreeHeadMethod(), this::treeHead)
                .unary(AuditServiceGrpc.getGetInclusionProofMethod(), this::inclusionProof)
                .unary(AuditServiceGrpc.getGetConsistencyProofMethod(), this::consistencyProof);
    }

    private CompletionStage<ListEntriesResponse> listEntries(CallerIdentity caller, ListEntriesRequest request) {
        String log = log(caller, request.getLog());
        int size = request.getPageSize() == 0 ? PAGE_DEFAULT : Math.min(Math.max(request.getPageSize(), 1), PAGE_MAX);
        return answer(() -> {
            List<IndexedEntry> entries = audit.entries(log, request.getFromIndex(), size, readsAll.test(caller));
            ListEntriesResponse.Builder page = ListEntriesResponse.newBuilder().addAllEntries(entries);
            if (entries.size() == size) {
                page.setNextIndex(request.getFromIndex() + size);
            }
            return page.build();
        });
    }

    private CompletionStage<GetTreeHeadResponse> treeHead(CallerIdentity caller, GetTreeHeadRequest request) {
        String log = log(caller, request.getLog());
        return answer(() ->
                GetTreeHeadResponse.newBuilder().setHead(audit.treeHead(log)).build());
    }

    private CompletionStage<GetInclusionProofResponse> inclusionProof(
            CallerIdentity caller, GetInclusionProofRequest request) {
        String log = log(caller, request.getLog());
        return answer(() -> GetInclusionProofResponse.newBuilder()
                .addAllHashes(bytes(audit.inclusionProof(log, request.getIndex(), request.getTreeSize())))
                .build());
    }

    private CompletionStage<GetConsistencyProofResponse> consistencyProof(
            CallerIdentity caller, GetConsistencyProofRequest request) {
        String log = log(caller, request.getLog());
        return answer(() -> GetConsistencyProofResponse.newBuilder()
                .addAllHashes(bytes(audit.consistencyProof(log, request.getFirstSize(), request.getSecondSize())))
                .build());
    }

    /** A log that is not the caller's is refused alike, whether there is such a tenant or not. */
    private String log(CallerIdentity caller, AuditLogChoice choice) {
        String own = caller.tenant().toString();
        String asked = switch (choice.getWhichCase()) {
            case TENANT -> choice.getTenant();
            case WHOLE -> choice.getWhole() ? AuditLog.WHOLE : own;
            case WHICH_NOT_SET -> own;
        };
        if (!asked.equals(own) && !readsAll.test(caller)) {
            throw Errors.forbidden("NOT_YOUR_LOG", "this log is not open to the caller (expected: its own)");
        }
        return asked;
    }

    private <R> CompletionStage<R> answer(Supplier<R> command) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return command.get();
                    } catch (AuditException e) {
                        if (e.code() == AuditException.Code.OUT_OF_RANGE) {
                            String[] parts = String.valueOf(e.getMessage()).split(": ", 2);
                            throw Errors.invalidField(parts[0], parts[1]);
                        }
                        throw e;
                    }
                },
                workers);
    }

    private static List<ByteString> bytes(List<Hash> hashes) {
        return hashes.stream().map(hash -> ByteString.copyFrom(hash.toBytes())).toList();
    }
}
