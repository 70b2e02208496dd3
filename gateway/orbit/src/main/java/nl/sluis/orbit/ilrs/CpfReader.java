package nl.sluis.orbit.ilrs;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.ccsds.MessageException;
import nl.sluis.orbit.ccsds.Problem;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.determination.Ephemeris;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.analysis.interpolation.HermiteInterpolator;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.DateComponents;
import org.orekit.time.TimeComponents;
import org.orekit.time.TimeScalesFactory;
import org.orekit.utils.PVCoordinates;

/**
 * Reads predictions in the Consolidated Prediction Format, versions 1 and 2: geocentric positions in ITRF (record 10).
 *
 * <p>The format seldom has velocities; they come from the polynomial of eighth degree through nine neighbours, by which the
 * format is meant to be interpolated. States are given in GCRF.
 */
public final class CpfReader {

    private static final int NEIGHBOURS = 9;

    private CpfReader() {}

    /** Returns whether a text looks like this format. */
    public static boolean recognises(String text) {
        return text.stripLeading().toUpperCase(Locale.ROOT).matches("(?s)H1\\s+CPF\\b.*");
    }

    /**
     * Reads a file.
     *
     * @param text the whole file
     * @throws MessageException if it has no positions that could be interpolated; a faulty record names its line
     */
    public static Ephemeris read(String text) throws MessageException {
        OrekitData.load();
        List<AbsoluteDate> dates = new ArrayList<>();
        List<Vector3D> positions = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String[] f = line.strip().split("\\s+", -1);
            if (!f[0].equals("10")) {
                continue;
            }
            try {
                if (!f[1].equals("0")) {
                    // directions 1 and 2 are transmit and receive vectors of far targets
                    continue;
                }
                AbsoluteDate date = new AbsoluteDate(
                        new DateComponents(DateComponents.MODIFIED_JULIAN_EPOCH, Integer.parseInt(f[2])),
                        new TimeComponents(Double.parseDouble(f[3])),
                        TimeScalesFactory.getUTC());
                Vector3D position =
                        new Vector3D(Double.parseDouble(f[5]), Double.parseDouble(f[6]), Double.parseDouble(f[7]));
                if (!dates.isEmpty() && date.durationFrom(dates.get(dates.size() - 1)) <= 0) {
                    throw new MessageException(new Problem(number, "10", line, "an epoch after the one before"));
                }
                dates.add(date);
                positions.add(position);
            } catch (NumberFormatException | IndexOutOfBoundsException e) {
                throw new MessageException(
                        new Problem(number, "10", line, "direction, day, second, leap second flag, x, y, z"));
            }
        }
        if (dates.size() < 2) {
            throw new MessageException(new Problem(0, "10", dates.size() + " positions", "at least 2"));
        }
        return new Ephemeris(points(dates, positions));
    }

    private static List<Ephemeris.Point> points(List<AbsoluteDate> dates, List<Vector3D> positions) {
        org.orekit.frames.Frame earthFixed = Convert.frame(Frame.ITRF);
        org.orekit.frames.Frame inertial = Convert.frame(Frame.GCRF);
        List<Ephemeris.Point> points = new ArrayList<>();
        for (int i = 0; i < dates.size(); i++) {
            int from = Math.max(0, Math.min(i - NEIGHBOURS / 2, dates.size() - NEIGHBOURS));
            int until = Math.min(dates.size(), from + NEIGHBOURS);
            HermiteInterpolator polynomial = new HermiteInterpolator();
            for (int k = from; k < until; k++) {
                polynomial.addSamplePoint(
                        dates.get(k).durationFrom(dates.get(i)),
                        positions.get(k).toArray());
            }
            double[][] value = polynomial.derivatives(0, 1);
            PVCoordinates fixed = new PVCoordinates(positions.get(i), new Vector3D(value[1]));
            PVCoordinates pv = earthFixed.getTransformTo(inertial, dates.get(i)).transformPVCoordinates(fixed);
            Instant epoch = Convert.instant(dates.get(i));
            points.add(new Ephemeris.Point(
                    new OrbitState(
                            epoch, Frame.GCRF, Convert.vector(pv.getPosition()), Convert.vector(pv.getVelocity())),
                    Optional.empty()));
        }
        return points;
    }
}
