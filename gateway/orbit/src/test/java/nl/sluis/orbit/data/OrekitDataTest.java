package nl.sluis.orbit.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OrekitDataTest {

    /** Dates from the provenance file beside the tables. */
    @Test
    void coverage_is_what_the_provenance_says() {
        Coverage coverage = OrekitData.coverage();

        assertThat(coverage.earthOrientationFrom()).isEqualTo(Instant.parse("2010-01-01T00:00:00Z"));
        assertThat(coverage.earthOrientationUntil()).isEqualTo(Instant.parse("2027-08-28T00:00:00Z"));
        assertThat(coverage.spaceWeatherUntil()).isAfter(Instant.parse("2041-01-01T00:00:00Z"));
        assertThat(coverage.ephemeridesUntil()).isBetween("2034-01-01T00:00:00Z", "2034-01-31T00:00:00Z");
        assertThat(coverage.lastLeapSecond()).isEqualTo(Instant.parse("2017-01-01T00:00:00Z"));
        assertThat(coverage.until()).isEqualTo(coverage.earthOrientationUntil());
        assertThat(coverage.covers(Instant.parse("2010-11-02T03:00:00Z"))).isTrue();
        assertThat(coverage.covers(Instant.parse("2027-09-01T00:00:00Z"))).isFalse();
        assertThat(coverage.remaining(Instant.parse("2027-08-27T00:00:00Z"))).isEqualTo(java.time.Duration.ofDays(1));
    }

    @Test
    void a_missing_file_is_named() throws Exception {
        try (URLClassLoader empty = new URLClassLoader(new URL[0], null)) {
            DataException refusal = catchThrowableOfType(
                    DataException.class, () -> OrekitData.requirePresent(empty, "orekit-data/tai-utc.dat"));

            assertThat(refusal.code()).isEqualTo(DataException.Code.MISSING);
            assertThat(refusal.file()).isEqualTo("orekit-data/tai-utc.dat");
        }
    }
}
