package nl.sluis.gateway.rpc;

import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;

/** Reads requests. */
final class Messages {
    private Messages() {}

    static <Q> Q parse(MethodDescriptor<Q, ?> method, byte[] bytes) {
        try {
            return method.parseRequest(new ByteArrayInputStream(bytes));
        } catch (StatusRuntimeException notAMessage) {
            throw Errors.malformed("request of `" + method.getFullMethodName() + "`: its " + bytes.length
                    + " bytes are not the message that the method takes");
        }
    }
}
