package nl.sluis.gateway.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
    private static final int MESSAGE_BYTES_MAX = 4 << 20;
    private static final int RATIO_MAX = 100;

    @Test
    void whateverIsWithinTheRatioUnpacksToWhatWasPackedHoweverItIsCut() throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < 30; i++) {
            byte[] message = text(random, 1 + random.nextInt(200_000));
            byte[] wire = frame(gzip(message));
            FrameReader reader = reader();
            for (int at = 0; at < wire.length; ) {
                assertThat(reader.next()).isNull();
                int next = Math.min(wire.length, at + 1 + random.nextInt(wire.length));
                reader.append(Buffer.buffer(Arrays.copyOfRange(wire, at, next)));
                at = next;
            }
            assertThat(reader.next()).isEqualTo(message);
            assertThat(reader.isEmpty()).isTrue();
        }
    }

    @Test
    void aBombIsRefusedOnceItIsOneLongBeforeItIsAsLargeAsAMessageMayBe() throws IOException {
        FrameReader reader = reader();
        reader.append(Buffer.buffer(frame(gzip(new byte[MESSAGE_BYTES_MAX]))));

        StatusException refusal = catchThrowableOfType(StatusException.class, reader::next);
        Matcher found = Pattern.compile("`(\\d+)`").matcher(refusal.status().getMessage());
        assertThat(refusal.status().getMessage()).startsWith("decompressed message bytes of ");
        assertThat(found.find()).isTrue();
        assertThat(Integer.parseInt(found.group(1))).isLessThan(MESSAGE_BYTES_MAX / 20);
    }

    /** Words that pack some ten times, as keywords and values do. */
    private static byte[] text(Random random, int bytes) {
        byte[] text = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            text[i] = (byte) (i % 24 < 18 ? "CCSDS_OPM_VERS = 2".charAt(i % 24) : '0' + random.nextInt(10));
        }
        return text;
    }

    private static FrameReader reader() {
        return new FrameReader(MESSAGE_BYTES_MAX, RATIO_MAX, "gzip");
    }

    private static byte[] gzip(byte[] message) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(message);
        }
        return packed.toByteArray();
    }

    private static byte[] frame(byte[] packed) {
        return Buffer.buffer()
                .appendByte((byte) 1)
                .appendInt(packed.length)
                .appendBytes(packed)
                .getBytes();
    }
}
