package nl.sluis.gateway.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Writes a status as gRPC puts it in trailers (PROTOCOL-HTTP2, Responses). */
final class Trailers {
    /** Serialised status in trailers: clients take 8 KiB of headers in all, and base64 adds a third. */
    static final int MAX_DETAILS_BYTES = 4096;

    /** Characters of the message in trailers; the details carry it whole. */
    static final int MAX_MESSAGE_CHARS = 1024;

    private static final String HEX = "0123456789ABCDEF";

    private Trailers() {}

    static void put(MultiMap target, Status status) {
        target.set("grpc-status", Integer.toString(status.getCode()));
        if (status.getCode() == Code.OK_VALUE) {
            return;
        }
        target.set("grpc-message", percentEncode(shorten(status.getMessage())));
        if (status.getDetailsCount() > 0) {
            byte[] details = fit(status).toByteArray();
            target.set(
                    "grpc-status-details-bin",
                    Base64.getEncoder().withoutPadding().encodeToString(details));
        }
    }

    /** Leaves out field violations from the end, then other details from the end, until the status fits. */
    static Status fit(Status status) {
        Status fitted =
                status.toBuilder().setMessage(shorten(status.getMessage())).build();
        while (fitted.getSerializedSize() > MAX_DETAILS_BYTES && fitted.getDetailsCount() > 0) {
            fitted = withLess(fitted);
        }
        return fitted;
    }

    private static Status withLess(Status status) {
        for (int i = 0; i < status.getDetailsCount(); i++) {
            Any detail = status.getDetails(i);
            if (!detail.is(BadRequest.class)) {
                continue;
            }
            try {
                BadRequest violations = detail.unpack(BadRequest.class);
                int kept = violations.getFieldViolationsCount() / 2;
                if (kept > 0) {
                    BadRequest fewer = BadRequest.newBuilder()
                            .addAllFieldViolations(
                                    violations.getFieldViolationsList().subList(0, kept))
                            .build();
                    return status.toBuilder().setDetails(i, Any.pack(fewer)).build();
                }
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("status detail: not a BadRequest (expected: one that was packed)", e);
            }
        }
        return status.toBuilder().removeDetails(status.getDetailsCount() - 1).build();
    }

    private static String shorten(String message) {
        return message.length() <= MAX_MESSAGE_CHARS ? message : message.substring(0, MAX_MESSAGE_CHARS - 1) + "…";
    }

    static String percentEncode(String message) {
        StringBuilder encoded = new StringBuilder(message.length() + 16);
        for (byte b : message.getBytes(StandardCharsets.UTF_8)) {
            if (b >= 0x20 && b < 0x7F && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HEX.charAt((b >> 4) & 0xF)).append(HEX.charAt(b & 0xF));
            }
        }
        return encoded.toString();
    }
}
