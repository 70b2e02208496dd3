package nl.sluis.gateway.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;

/** Reads requests. */
final class Messages {
    private Messages() {}

    static <Q> Q parse(MethodDescriptor<Q, ?> method, byte[] bytes) {
        try {
            if (method.getRequestMarshaller() instanceof PrototypeMarshaller<Q> known
                    && known.getMessagePrototype() instanceof MessageLite prototype) {
                // from the array: read through a stream it would cost a multiple
                return known.getMessageClass().cast(prototype.getParserForType().parseFrom(bytes));
            }
            return method.parseRequest(new ByteArrayInputStream(bytes));
        } catch (InvalidProtocolBufferException | StatusRuntimeException notAMessage) {
            throw Errors.malformed("request of `" + method.getFullMethodName() + "`: its " + bytes.length
                    + " bytes are not the message that the method takes");
        }
    }
}
