package nl.sluis.gateway.release;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import nl.sluis.proto.v1.SubscribeResponse;

/** Length-prefixed messages as gRPC writes them: a flag (0: not compressed), four bytes of length, the message. */
public final class Frames {
    /** Bytes before each message. */
    public static final int PREFIX_BYTES = 5;

    private Frames() {}

    /** A message as a frame, encoded once into bytes of its own size. */
    public static Buffer frame(MessageLite message) {
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

    /** The message of a single frame of our own. */
    public static SubscribeResponse parse(Buffer frame) {
        try {
            return SubscribeResponse.parseFrom(frame.getBytes(PREFIX_BYTES, frame.length()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a frame of our own can't be read", e);
        }
    }

    /** An empty row. */
    public static Row row() {
        return new Row();
    }

    /** Frames that are to leave together, copied once into bytes of their own size. */
    public static final class Row {
        private final List<Buffer> frames = new ArrayList<>();
        private int bytes;

        private Row() {}

        /** Adds a frame behind the others; it is never changed. */
        public void add(Buffer frame) {
            frames.add(frame);
            bytes += frame.length();
        }

        /** Bytes so far. */
        public int bytes() {
            return bytes;
        }

        /** All of them; a single one is the frame that was added. */
        public Buffer joined() {
            if (frames.size() == 1) {
                return frames.get(0);
            }
            Buffer all = Buffer.buffer(bytes);
            frames.forEach(all::appendBuffer);
            return all;
        }
    }

    /** How many frames a buffer of whole frames holds. */
    public static int count(Buffer frames) {
        int count = 0;
        int at = 0;
        while (at < frames.length()) {
            at += PREFIX_BYTES + frames.getInt(at + 1);
            count++;
        }
        return count;
    }
}
