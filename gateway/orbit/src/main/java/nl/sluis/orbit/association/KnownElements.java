package nl.sluis.orbit.association;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.ccsds.MeanElements;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.determination.Ageing;
import nl.sluis.orbit.encounter.Sgp4;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.orekit.errors.OrekitException;
import org.orekit.propagation.analytical.tle.TLEPropagator;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.Constants;
import org.orekit.utils.PVCoordinates;

/**
 * The public elements of a whole catalogue, of which those are wanted that may be what a track saw. All are propagated to a
 * time once for all tracks of that time; a track then costs one look at each position, and only the few that
 * are near a line of sight go on to the gate. Belongs to one thread.
 *
 * <p>Near means: within a box of the size that elements of that orbit and age may be off.
 */
public final class KnownElements {

    /** Positions are computed at multiples of this; between, two terms of the motion are enough for a box. */
    private static final long GRID_S = 120;

    /** Times that are kept, 1.4 MB each for 30,000 objects: tracks that arrive together are of one time. */
    private static final int MOST_TIMES = 24;

    private static final Instant ORIGIN = Instant.parse("2000-01-01T00:00:00Z");

    private final Map<String, Integer> places = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<MeanElements> elements = new ArrayList<>();
    private final List<TLEPropagator> propagators = new ArrayList<>();
    private final BitSet gone = new BitSet();
    private final List<Age> ages = new ArrayList<>();
    private final LinkedHashMap<Long, double[]> grids = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, double[]> eldest) {
            return size() > MOST_TIMES;
        }
    };

    /**
     * What elements are off by.
     *
     * @param epochS their epoch, s after the origin
     * @param accelerationMps2 unmodelled acceleration, 1-sigma
     */
    private record Age(double epochS, double accelerationMps2) {}

    /** Adds elements under the caller's name, or replaces them. */
    public void put(String id, MeanElements one) {
        OrekitData.load();
        double axis = Math.cbrt(Constants.WGS84_EARTH_MU / (one.meanMotionRadPerS() * one.meanMotionRadPerS()));
        double perigeeHeightM = axis * (1 - one.eccentricity()) - Constants.WGS84_EARTH_EQUATORIAL_RADIUS;
        Age age = new Age(
                Duration.between(ORIGIN, one.epoch()).toMillis() * 1e-3, Ageing.accelerationMps2(perigeeHeightM));
        Integer place = places.get(id);
        if (place == null) {
            places.put(id, elements.size());
            names.add(id);
            elements.add(one);
            propagators.add(Sgp4.propagator(one));
            ages.add(age);
        } else {
            elements.set(place, one);
            propagators.set(place, Sgp4.propagator(one));
            ages.set(place, age);
        }
        grids.clear();
    }

    /** Takes elements out. */
    public void remove(String id) {
        Integer place = places.remove(id);
        if (place != null) {
            gone.set(place);
        }
    }

    /**
     * Returns the elements that may be what a track saw, in the order of their coming.
     *
     * @return the names under which they were added
     */
    public List<String> near(Tracklet track) {
        BitSet left = new BitSet();
        left.set(0, elements.size());
        left.andNot(gone);
        new Looks(track, Frame.TEME).all().forEach(look -> keep(left, look));
        return left.stream().mapToObj(names::get).toList();
    }

    /** Returns elements by name. */
    public MeanElements get(String id) {
        Integer place = places.get(id);
        if (place == null) {
            throw new IllegalArgumentException("elements `" + id + "`: none (expected: a name that was added)");
        }
        return elements.get(place);
    }

    private void keep(BitSet left, Looks.Look look) {
        double seconds = Duration.between(ORIGIN, look.epoch()).toMillis() * 1e-3;
        long key = Math.round(seconds / GRID_S);
        double[] grid = grids.computeIfAbsent(key, this::grid);
        double dt = seconds - key * (double) GRID_S;
        double[] p = new double[3];
        double[] v = new double[3];
        for (int i = left.nextSetBit(0); i >= 0; i = left.nextSetBit(i + 1)) {
            Looks.move(grid, 6 * i, grid, 6 * i + 3, dt, p, v);
            Age age = ages.get(i);
            double along = Predicted.alongTrackSigmaM(
                    Math.sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]),
                    age.accelerationMps2(),
                    Math.abs(seconds - age.epochS()));
            if (!look.mayBe(p, v, Looks.BOX_M + Looks.SIGMAS * along)) {
                left.clear(i);
            }
        }
    }

    private double[] grid(long key) {
        AbsoluteDate date = Convert.date(ORIGIN.plusSeconds(key * GRID_S));
        double[] grid = new double[6 * elements.size()];
        for (int i = 0; i < elements.size(); i++) {
            try {
                PVCoordinates pv = propagators.get(i).getPVCoordinates(date);
                put(grid, 6 * i, pv.getPosition());
                put(grid, 6 * i + 3, pv.getVelocity());
            } catch (OrekitException e) {
                // decayed: nothing is near it
                put(grid, 6 * i, Vector3D.NaN);
            }
        }
        return grid;
    }

    private static void put(double[] to, int at, Vector3D v) {
        to[at] = v.getX();
        to[at + 1] = v.getY();
        to[at + 2] = v.getZ();
    }
}
