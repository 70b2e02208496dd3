package nl.sluis.gateway.release;

import com.google.protobuf.MessageLite;
import io.vertx.core.buffer.Buffer;

/** Length-prefixed messages as gRPC writes them: a flag (0: not compressed), four bytes of length, the message. */
public final class Frames {
    private static final int PREFIX_BYTES = 5;

    private Frames() {}

    /** A message as a frame. */
    public static Buffer frame(MessageLite message) {
        byte[] bytes = message.toByteArray();
        return Buffer.buffer(PREFIX_BYTES + bytes.length)
                .appendByte((byte) 0)
                .appendInt(bytes.length)
                .appendBytes(bytes);
    }
}
