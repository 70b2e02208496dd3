package nl.sluis.orbit.determination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.geometry.euclidean.threed.Rotation;
import org.junit.jupiter.api.Test;
import org.orekit.frames.Frame;
import org.orekit.frames.FramesFactory;
import org.orekit.time.AbsoluteDate;

/** Between whole hours the Earth is turned as the library turns it, whatever was asked for before. */
class LastTransformTest {
    private static final int DATES = 2_000;
    private static final double MOST_RAD = 2e-9;

    @Test
    void rotation_is_the_librarys() {
        OrekitData.load();
        Random random = new Random(1);
        Frame itrf = Convert.frame(nl.sluis.orbit.Frame.ITRF);
        Frame hourly = LastTransform.terrestrial();
        AbsoluteDate from = Convert.date(Instant.parse("2015-01-01T00:00:00Z"));
        for (int i = 0; i < DATES; i++) {
            // leap seconds at the end of June 2015 and of December 2016 among them
            AbsoluteDate date = from.shiftedBy(random.nextDouble() * 3.4e8);
            Rotation ours = rotation(hourly, date);
            assertThat(Rotation.distance(ours, rotation(itrf, date)))
                    .as("%s", date)
                    .isLessThan(MOST_RAD);
            assertThat(Rotation.distance(ours, rotation(LastTransform.terrestrial(), date)))
                    .isZero();
        }
    }

    private static Rotation rotation(Frame frame, AbsoluteDate date) {
        return FramesFactory.getGCRF().getStaticTransformTo(frame, date).getRotation();
    }
}
