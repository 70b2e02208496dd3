package nl.sluis.gateway.rpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/** Length-prefixed messages: one byte that says whether it is compressed, four of length, the message. */
final class Frames {
    static final int PREFIX_BYTES = 5;

    private Frames() {}

    static Buffer frame(MessageLite message) {
        int size = message.getSerializedSize();
        byte[] bytes = new byte[PREFIX_BYTES + size];
        bytes[1] = (byte) (size >>> 24);
        bytes[2] = (byte) (size >>> 16);
        bytes[3] = (byte) (size >>> 8);
        bytes[4] = (byte) size;
        CodedOutputStream out = CodedOutputStream.newInstance(bytes, PREFIX_BYTES, size);
        try {
            message.writeTo(out);
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new IllegalStateException("message: does not fill its own size `" + size + "`", e);
        }
        return Buffer.buffer(bytes);
    }

    /** How many frames a buffer of whole frames holds. */
    static int count(Buffer frames) {
        int count = 0;
        int at = 0;
        while (at < frames.length()) {
            at += PREFIX_BYTES + frames.getInt(at + 1);
            count++;
        }
        return count;
    }
}
