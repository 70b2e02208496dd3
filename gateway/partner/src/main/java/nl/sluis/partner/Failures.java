package nl.sluis.partner;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Durations;
import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Tells failures that pass from failures that stay. */
final class Failures {
    private static final int CAUSES_MAX = 16;

    private Failures() {}

    /** What to do about the end of a call. */
    sealed interface Verdict {
        /**
         * Try again.
         *
         * @param cause one line
         * @param after wait that the gateway asked for; null to use the back-off
         * @param reason what it is called if it does not pass
         */
        record Retry(String cause, @Nullable Duration after, StreamEnd.Reason reason) implements Verdict {}

        /**
         * It stays.
         *
         * @param end why
         */
        record Stop(StreamEnd end) implements Verdict {}
    }

    static Verdict of(Throwable failure) {
        Status status = Status.fromThrowable(failure);
        com.google.rpc.Status details = StatusProto.fromThrowable(failure);
        String message = describe(status);
        return switch (status.getCode()) {
            case UNAUTHENTICATED, PERMISSION_DENIED -> stop(StreamEnd.Reason.NOT_PERMITTED, message, details);
            case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE, NOT_FOUND, ALREADY_EXISTS, UNIMPLEMENTED ->
                stop(StreamEnd.Reason.REFUSED, message, details);
            case RESOURCE_EXHAUSTED -> {
                // with a time it is a quota that comes back; without one the request is too large and stays so
                Duration after = retryAfter(details);
                yield after == null
                        ? stop(StreamEnd.Reason.REFUSED, message, details)
                        : new Verdict.Retry(message, after, StreamEnd.Reason.UNREACHABLE);
            }
            case OK, CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, ABORTED, INTERNAL, UNAVAILABLE, DATA_LOSS ->
                new Verdict.Retry(
                        message,
                        retryAfter(details),
                        isTls(failure) ? StreamEnd.Reason.TLS : StreamEnd.Reason.UNREACHABLE);
        };
    }

    /** One line: the status, what it says, and the innermost cause where that says more. */
    static String describe(Status status) {
        StringBuilder text = new StringBuilder(
                status.getCode().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '));
        String description = status.getDescription();
        if (description != null && !description.isBlank()) {
            text.append(": ").append(description.lines().findFirst().orElse(""));
        }
        Throwable innermost = innermost(status.getCause());
        if (innermost != null && innermost.getMessage() != null) {
            text.append(" (")
                    .append(innermost.getMessage().lines().findFirst().orElse(""))
                    .append(')');
        }
        return text.toString();
    }

    static List<Violation> violations(com.google.rpc.@Nullable Status details) {
        List<Violation> violations = new ArrayList<>();
        BadRequest bad = detail(details, BadRequest.class);
        if (bad != null) {
            bad.getFieldViolationsList()
                    .forEach(each -> violations.add(new Violation(each.getField(), each.getDescription())));
        }
        return violations;
    }

    private static Verdict stop(StreamEnd.Reason reason, String message, com.google.rpc.@Nullable Status details) {
        return new Verdict.Stop(new StreamEnd(reason, message, violations(details)));
    }

    private static @Nullable Duration retryAfter(com.google.rpc.@Nullable Status details) {
        RetryInfo retry = detail(details, RetryInfo.class);
        return retry == null ? null : Duration.ofNanos(Durations.toNanos(retry.getRetryDelay()));
    }

    private static <T extends com.google.protobuf.Message> @Nullable T detail(
            com.google.rpc.@Nullable Status details, Class<T> type) {
        if (details == null) {
            return null;
        }
        for (Any any : details.getDetailsList()) {
            if (any.is(type)) {
                try {
                    return any.unpack(type);
                } catch (InvalidProtocolBufferException e) {
                    return null;
                }
            }
        }
        return null;
    }

    private static boolean isTls(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < CAUSES_MAX; i++) {
            if (cause instanceof SSLException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private static @Nullable Throwable innermost(@Nullable Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && cause.getCause() != null && i < CAUSES_MAX; i++) {
            cause = cause.getCause();
        }
        return cause;
    }
}
