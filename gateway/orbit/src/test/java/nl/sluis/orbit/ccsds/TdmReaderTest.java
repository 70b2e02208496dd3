package nl.sluis.orbit.ccsds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Locale;
import nl.sluis.orbit.Resources;
import nl.sluis.orbit.measurement.Observation;
import org.junit.jupiter.api.Test;

class TdmReaderTest {

    private static TrackingMessage read(String text) throws MessageException {
        return TdmReader.read(text, "in", TdmReader.RangeConvention.HALF_ROUND_TRIP);
    }

    private static String fucino() throws Exception {
        return W3bConverter.files().get("w3b-fucino.tdm");
    }

    @Test
    void a_malformed_line_costs_that_line_and_is_named() throws Exception {
        String good = fucino();
        String bad = good.replaceFirst("RANGE   = (\\S+) 29140.9482", "RANGE   = $1 29i40.9482")
                .replaceFirst("ANGLE_1 = (\\S+) 232.5207", "ANGEL_1 = $1 232.5207");

        TrackingMessage message = read(bad);

        assertThat(message.problems()).hasSize(2);
        Problem number = message.problems().get(0);
        assertThat(number.line()).isEqualTo(24);
        assertThat(number.keyword()).isEqualTo("RANGE");
        assertThat(number.found()).contains("29i40.9482");
        assertThat(number.expected()).isEqualTo("a finite number after the epoch");
        assertThat(message.problems().get(1).keyword()).isEqualTo("ANGEL_1");
        // the elevation beside the lost azimuth cannot stand alone, and is said
        assertThat(message.unused()).extracting(Problem::keyword).containsExactly("ANGLE_2");
        assertThat(message.items()).hasSize(read(good).items().size() - 2);
    }

    @Test
    void ids_are_the_prefix_and_the_line() throws Exception {
        TrackingMessage.Item first = read(fucino()).items().get(0);

        assertThat(first.line()).isEqualTo(24);
        assertThat(first.observation().inputId()).isEqualTo("in#24");
    }

    @Test
    void a_round_trip_is_halved_where_that_is_agreed() throws Exception {
        Observation.Range half =
                (Observation.Range) read(fucino()).items().get(0).observation();
        Observation.Range whole =
                (Observation.Range) TdmReader.read(fucino(), "in", TdmReader.RangeConvention.ROUND_TRIP)
                        .items()
                        .get(0)
                        .observation();

        assertThat(whole.rangeM()).isEqualTo(half.rangeM() / 2);
    }

    @Test
    void broken_metadata_refuse_the_message_with_line_and_reason() throws Exception {
        MessageException number = refusal("TDM-metadata-number-format-error");
        assertThat(number.problem().line()).isEqualTo(17);
        assertThat(number.problem().keyword()).isEqualTo("TRANSMIT_DELAY_1");

        MessageException time = refusal("TDM-metadata-timesystem-not-implemented");
        assertThat(time.problem().keyword()).isEqualTo("TIME_SYSTEM");
        assertThat(time.problem().found()).isEqualTo("WRONG-TIME-SYSTEM");
    }

    @Test
    void lines_that_are_no_use_here_are_told_from_malformed_ones() throws Exception {
        TrackingMessage message = read(Resources.text("/ccsds/tdm/tdm-kvn--TDM-data-inconsistent-line.txt"));

        assertThat(message.problems()).extracting(Problem::line).containsExactly(25);
        assertThat(message.unused()).hasSize(6);
    }

    @Test
    void corrections_that_were_not_applied_are_added() throws Exception {
        String text = fucino().replaceFirst(
                        "DATA_QUALITY = RAW", "DATA_QUALITY = RAW\nCORRECTION_RANGE = 0.5\nCORRECTIONS_APPLIED = NO");

        Observation.Range corrected =
                (Observation.Range) read(text).items().get(0).observation();

        assertThat(corrected.rangeM()).isEqualTo(29141448.2);
    }

    @Test
    void every_cut_of_a_message_is_read_or_refused_and_never_worse() throws Exception {
        String text = fucino().toUpperCase(Locale.ROOT);
        for (int end = 0; end < 1400; end += 7) {
            String cut = text.substring(0, end);
            try {
                assertThat(read(cut).items()).hasSizeLessThan(40);
            } catch (MessageException e) {
                assertThat(e.problem().expected()).isNotBlank();
            }
        }
    }

    private static MessageException refusal(String name) {
        return catchThrowableOfType(
                MessageException.class, () -> read(Resources.text("/ccsds/tdm/tdm-kvn--" + name + ".txt")));
    }
}
