package nl.sluis.gateway.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import java.time.Duration;
import java.util.List;

/** Makes every status that this gateway answers with. Reasons are for programs, messages for people. */
public final class Errors {
    /** Domain of every {@code ErrorInfo}. */
    public static final String DOMAIN = "sluis.v1";

    private Errors() {}

    /** INVALID_ARGUMENT: one field of the request is at fault. */
    public static StatusException invalidField(String field, String description) {
        return invalidFields(List.of(FieldViolation.newBuilder()
                .setField(field)
                .setDescription(description)
                .build()));
    }

    /** INVALID_ARGUMENT: these fields of the request are at fault, at least one. */
    public static StatusException invalidFields(List<FieldViolation> violations) {
        FieldViolation first = violations.get(0);
        String more = violations.size() == 1 ? "" : " and " + (violations.size() - 1) + " more";
        return of(
                Code.INVALID_ARGUMENT,
                first.getField() + ": " + first.getDescription() + more,
                info("INVALID_FIELD"),
                BadRequest.newBuilder().addAllFieldViolations(violations).build());
    }

    /** INVALID_ARGUMENT: the request's bytes are not what the method takes. */
    public static StatusException malformed(String message) {
        return of(Code.INVALID_ARGUMENT, message, info("MALFORMED"));
    }

    /** UNAUTHENTICATED: nothing more is said. */
    public static StatusException unauthenticated() {
        return of(Code.UNAUTHENTICATED, "no caller could be established");
    }

    /** PERMISSION_DENIED: the one answer to a method that is forbidden and to one that does not exist. */
    public static StatusException notOpen() {
        return of(Code.PERMISSION_DENIED, "this method is not open to the caller", info("METHOD_NOT_OPEN"));
    }

    /** PERMISSION_DENIED: the caller may call the method, but not for this. */
    public static StatusException forbidden(String reason, String message) {
        return of(Code.PERMISSION_DENIED, message, info(reason));
    }

    /** UNIMPLEMENTED: the method is in the contract and this gateway does not offer it yet. */
    public static StatusException unimplemented(String fullMethodName) {
        return of(
                Code.UNIMPLEMENTED,
                "`" + fullMethodName + "` is part of the contract and not implemented by this gateway yet",
                info("NOT_IMPLEMENTED"));
    }

    /** NOT_FOUND. */
    public static StatusException notFound(String reason, String message) {
        return of(Code.NOT_FOUND, message, info(reason));
    }

    /** FAILED_PRECONDITION. */
    public static StatusException failedPrecondition(String reason, String message) {
        return of(Code.FAILED_PRECONDITION, message, info(reason));
    }

    /** RESOURCE_EXHAUSTED: the request itself is too large, so that sending it again does not help. */
    public static StatusException tooLarge(String limit, long found, long allowed) {
        return of(
                Code.RESOURCE_EXHAUSTED,
                limit + ": `" + found + "` (expected: at most " + allowed + ")",
                info("TOO_LARGE"),
                quota(limit, "at most " + allowed));
    }

    /** RESOURCE_EXHAUSTED: too much at once; worth another try after a while. */
    public static StatusException exhausted(String limit, String description, Duration retryAfter) {
        return of(
                Code.RESOURCE_EXHAUSTED,
                limit + ": " + description,
                info("EXHAUSTED"),
                quota(limit, description),
                retry(retryAfter));
    }

    /** UNAVAILABLE: not now; worth another try after a while. */
    public static StatusException unavailable(String reason, String message, Duration retryAfter) {
        return of(Code.UNAVAILABLE, message, info(reason), retry(retryAfter));
    }

    /** DEADLINE_EXCEEDED. */
    public static StatusException deadlineExceeded(String message) {
        return of(Code.DEADLINE_EXCEEDED, message);
    }

    /** INTERNAL: the caller learns a reference and nothing else. */
    public static StatusException internal(String reference) {
        return of(Code.INTERNAL, "internal error, reference `" + reference + "`", info("INTERNAL"));
    }

    /** A status with any code and details. */
    public static StatusException of(Code code, String message, Message... details) {
        Status.Builder status = Status.newBuilder().setCode(code.getNumber()).setMessage(message);
        for (Message detail : details) {
            status.addDetails(Any.pack(detail));
        }
        return new StatusException(status.build());
    }

    private static ErrorInfo info(String reason) {
        return ErrorInfo.newBuilder().setDomain(DOMAIN).setReason(reason).build();
    }

    private static RetryInfo retry(Duration after) {
        return RetryInfo.newBuilder()
                .setRetryDelay(com.google.protobuf.Duration.newBuilder()
                        .setSeconds(after.getSeconds())
                        .setNanos(after.getNano()))
                .build();
    }

    private static QuotaFailure quota(String subject, String description) {
        return QuotaFailure.newBuilder()
                .addViolations(
                        QuotaFailure.Violation.newBuilder().setSubject(subject).setDescription(description))
                .build();
    }
}
