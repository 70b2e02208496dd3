package nl.sluis.gateway.rpc;

import com.google.rpc.Code;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;
import nl.sluis.gateway.release.Frames;
import org.jspecify.annotations.Nullable;

/** Cuts the bytes of a request into messages. Holds at most one message and one chunk beyond what was asked for. */
final class FrameReader {
    /** What any compressed message may unpack to, bytes: small ones repeat themselves and harm nobody. */
    static final int FREE_BYTES = 64 << 10;

    /** Unpacked at a time, bytes: what a refused message may be over its limit. */
    private static final int PIECE_BYTES = 8 << 10;

    private final int maxMessageBytes;
    private final int maxDecompressionRatio;
    private final String encoding;
    private Buffer pending = Buffer.buffer();
    private int position;

    /** @param encoding value of the {@code grpc-encoding} header, {@code identity} where absent */
    FrameReader(int maxMessageBytes, int maxDecompressionRatio, String encoding) {
        this.maxMessageBytes = maxMessageBytes;
        this.maxDecompressionRatio = maxDecompressionRatio;
        this.encoding = encoding;
    }

    void append(Buffer chunk) {
        if (position > 0) {
            pending = pending.getBuffer(position, pending.length());
            position = 0;
        }
        pending.appendBuffer(chunk);
    }

    /** Bytes that wait for the rest of their message, or to be asked for. */
    int waitingBytes() {
        return pending.length() - position;
    }

    /** True where no byte of a further message is here. */
    boolean isEmpty() {
        return position == pending.length();
    }

    /**
     * The next message, decompressed, or null where it is not here whole. A length over the limit is refused as soon as
     * it is read, before its bytes are waited for.
     */
    byte @Nullable [] next() {
        int available = pending.length() - position;
        if (available < Frames.PREFIX_BYTES) {
            return null;
        }
        byte compressed = pending.getByte(position);
        long length = pending.getUnsignedInt(position + 1);
        if (length > maxMessageBytes) {
            throw Errors.tooLarge("message bytes", length, maxMessageBytes);
        }
        if (compressed != 0 && compressed != 1) {
            throw Errors.malformed("compression flag: `" + compressed + "` (expected: 0 or 1)");
        }
        if (available - Frames.PREFIX_BYTES < length) {
            return null;
        }
        int start = position + Frames.PREFIX_BYTES;
        byte[] message = pending.getBytes(start, start + (int) length);
        position = start + (int) length;
        if (position == pending.length()) {
            pending = Buffer.buffer();
            position = 0;
        }
        return compressed == 0 ? message : decompress(message);
    }

    private byte[] decompress(byte[] message) {
        if (!encoding.equals("gzip")) {
            // PROTOCOL-HTTP2: a flagged message needs a known encoding
            throw Errors.of(
                    encoding.equals("identity") ? Code.INTERNAL : Code.UNIMPLEMENTED,
                    "message encoding: `" + encoding + "` (expected: gzip, or a message that is not compressed)");
        }
        ByteArrayInputStream packed = new ByteArrayInputStream(message);
        try (GZIPInputStream in = new GZIPInputStream(packed)) {
            ByteArrayOutputStream plain = new ByteArrayOutputStream(Math.min(maxMessageBytes, FREE_BYTES));
            byte[] piece = new byte[PIECE_BYTES];
            for (int bytes = in.read(piece); bytes >= 0; bytes = in.read(piece)) {
                plain.write(piece, 0, bytes);
                requireWithinLimits(plain.size(), message.length - packed.available());
            }
            return plain.toByteArray();
        } catch (IOException e) {
            throw Errors.malformed("message: not gzip, as its flag says");
        }
    }

    /** Asked on the way: a bomb is one long before the limit of a message, and the loop that unpacks it has others to serve. */
    private void requireWithinLimits(int unpacked, int compressed) {
        if (unpacked > maxMessageBytes) {
            throw Errors.tooLarge("decompressed message bytes", unpacked, maxMessageBytes);
        }
        long byRatio = FREE_BYTES + (long) maxDecompressionRatio * compressed;
        if (unpacked > byRatio) {
            throw Errors.tooLarge(
                    "decompressed message bytes of " + compressed + " compressed ones", unpacked, byRatio);
        }
    }
}
