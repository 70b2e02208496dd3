package nl.sluis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import nl.sluis.gateway.FlowUnderTest.MovedClock;
import nl.sluis.gateway.hazard.ElementScreening;
import nl.sluis.gateway.store.LogName;
import nl.sluis.journal.v1.Solution;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Document;
import nl.sluis.proto.v1.DocumentFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A public catalogue larger than one message or one journal entry may be is screened whole, with what comes next. */
class LargeCatalogueTest {
    private static final String CATALOGUE = "nld/catalogue";
    private static final String PUBLIC = "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: NLD/catalogue}";
    private static final int IN_A_DOCUMENT = 18_000;
    private static final int DOCUMENTS = 3;
    private static final int ENTRY_BYTES_MAX = 4 << 20;

    @TempDir
    private Path folder;

    @Test
    void all_of_a_catalogue_of_several_documents_is_screened() throws Exception {
        List<Integer> screened = Collections.synchronizedList(new ArrayList<>());
        try (FlowUnderTest flow = new FlowUnderTest(folder, new MovedClock(), elements -> {
            screened.add(elements.size());
            return new ElementScreening.Found(List.of(), List.of());
        })) {
            for (int i = 0; i < DOCUMENTS; i++) {
                flow.contribute(CATALOGUE, document(flow, i * IN_A_DOCUMENT));
                flow.settle(Duration.ofMinutes(2));
            }

            // and what policy keeps an object from is screened without it
            assertThat(screened).contains(DOCUMENTS * IN_A_DOCUMENT);
            assertThat(bytesOfElements(flow)).isGreaterThan(ENTRY_BYTES_MAX);
        }
    }

    /** Bytes of the elements of the first audience, which the gateway hands on. */
    private static long bytesOfElements(FlowUnderTest flow) throws InvalidProtocolBufferException {
        long bytes = 0;
        String first = "";
        for (long next = 1; next <= flow.journal().watermark(LogName.SOLUTIONS); next++) {
            Solution solution = Solution.parseFrom(
                    flow.journal().read(LogName.SOLUTIONS, next, 1).get(0).payload());
            first = first.isEmpty() ? solution.getBasis().getAudiences(0) : first;
            if (solution.getBasis().getAudiencesList().contains(first)) {
                bytes += solution.getElements().getSerializedSize();
            }
        }
        return bytes;
    }

    private static Contribution document(FlowUnderTest flow, int first) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < IN_A_DOCUMENT; i++) {
            text.append(line("1 %05dU 98067A   26060.50000000  .00000000  00000-0  00000-0 0  999", first + i + 1))
                    .append(line(
                            "2 %05d  51.6400 200.0000 0005000  50.0000 " + "310.0000 15.50000000    1", first + i + 1));
        }
        return Contribution.newBuilder()
                .setClientId("document-" + first)
                .setLabel(flow.label(PUBLIC))
                .setDocument(Document.newBuilder()
                        .setName("catalogue.tle")
                        .setFormat(DocumentFormat.DOCUMENT_FORMAT_TLE)
                        .setContent(ByteString.copyFrom(text.toString(), StandardCharsets.US_ASCII)))
                .build();
    }

    /** A line with its checksum: the sum of its digits, a minus as one. */
    private static String line(String format, int number) {
        String line = String.format(Locale.ROOT, format, number);
        int sum = line.chars()
                .map(c -> c == '-' ? 1 : Math.max(0, Character.digit(c, 10)))
                .sum();
        return line + sum % 10 + "\n";
    }
}
