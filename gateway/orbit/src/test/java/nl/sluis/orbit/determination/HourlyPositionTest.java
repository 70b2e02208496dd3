package nl.sluis.orbit.determination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Random;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.internal.Convert;
import org.junit.jupiter.api.Test;
import org.orekit.bodies.CelestialBody;
import org.orekit.bodies.CelestialBodyFactory;
import org.orekit.frames.Frame;
import org.orekit.frames.FramesFactory;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.IERSConventions;

/** Between whole hours the polynomial is where the ephemeris is, in all frames and in whatever order it is asked. */
class HourlyPositionTest {
    private static final int DATES = 1_000;
    /** The Sun's distance is kept to a few centimetres where times are kept to a microsecond. */
    private static final double MOST_M = 5e-2;

    @Test
    void position_is_that_of_the_ephemeris() {
        OrekitData.load();
        Random random = new Random(1);
        AbsoluteDate from = Convert.date(Instant.parse("2024-01-01T00:00:00Z"));
        for (CelestialBody body : List.of(CelestialBodyFactory.getSun(), CelestialBodyFactory.getMoon())) {
            HourlyPosition hourly = new HourlyPosition(body);
            for (int i = 0; i < DATES; i++) {
                AbsoluteDate date = from.shiftedBy(random.nextDouble() * 4e7);
                for (Frame frame : List.of(
                        FramesFactory.getGCRF(),
                        FramesFactory.getEME2000(),
                        FramesFactory.getTIRF(IERSConventions.IERS_2010))) {
                    assertThat(hourly.getPosition(date, frame).distance(body.getPosition(date, frame)))
                            .as("%s at %s in %s", body.getName(), date, frame)
                            .isLessThan(MOST_M);
                }
            }
        }
    }
}
