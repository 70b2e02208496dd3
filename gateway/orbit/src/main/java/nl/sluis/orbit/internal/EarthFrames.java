package nl.sluis.orbit.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongFunction;
import org.hipparchus.CalculusFieldElement;
import org.orekit.frames.FieldTransform;
import org.orekit.frames.Frame;
import org.orekit.frames.FramesFactory;
import org.orekit.frames.ShiftingTransformProvider;
import org.orekit.frames.StaticTransform;
import org.orekit.frames.Transform;
import org.orekit.frames.TransformProvider;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.FieldAbsoluteDate;
import org.orekit.utils.AngularDerivativesFilter;
import org.orekit.utils.CartesianDerivativesFilter;
import org.orekit.utils.IERSConventions;

/**
 * The frames that follow the Earth's axis. The library interpolates precession and nutation between epochs that it counts from
 * the first date it was asked for, so that the last digits of an orbit would tell what else the process had computed before.
 * Here the same interpolation runs between epochs that are fixed: a transform depends on its date and on nothing else.
 */
final class EarthFrames {

    /** Intermediate pole and origin of IERS 2010, then the rotation of the Earth, then the motion of its pole. */
    private static final class Terrestrial {
        static final Frame ITRF;

        static {
            Frame itrf = FramesFactory.getITRF(IERSConventions.IERS_2010, true);
            Frame tirf = itrf.getParent();
            Frame cirf = tirf.getParent();
            ITRF = like(itrf, like(tirf, steady(cirf, cirf.getParent())));
        }
    }

    private static final class OfDate {
        static final Frame TOD;

        static {
            Frame tod = FramesFactory.getTOD(IERSConventions.IERS_2010, true);
            TOD = steady(tod, tod.getParent());
        }
    }

    private static final class OfElements {
        static final Frame TEME;

        static {
            Frame teme = FramesFactory.getTEME();
            Frame tod = teme.getParent();
            TEME = steady(teme, steady(tod, tod.getParent()));
        }
    }

    private EarthFrames() {}

    /** Returns the terrestrial frame, with the EOP of the tables and without their daily tides. */
    static Frame itrf() {
        return Terrestrial.ITRF;
    }

    /** Returns true equator and equinox of date, IERS 2010. */
    static Frame tod() {
        return OfDate.TOD;
    }

    /** Returns true equator and mean equinox, as SGP4 uses them. */
    static Frame teme() {
        return OfElements.TEME;
    }

    private static Frame like(Frame frame, Frame parent) {
        return new Frame(parent, frame.getTransformProvider(), frame.getName(), frame.isPseudoInertial());
    }

    private static Frame steady(Frame frame, Frame parent) {
        return new Frame(
                parent,
                new Steady((ShiftingTransformProvider) frame.getTransformProvider()),
                frame.getName(),
                frame.isPseudoInertial());
    }

    /** From the nearest of a row of epochs that begins at J2000, where the rates come from an interpolation of its neighbours. */
    private static final class Steady implements TransformProvider {
        /** Epochs that are kept, a hundred bytes each: two years of hours. When they are full they are made again. */
        private static final int MOST_EPOCHS = 20_000;

        private final TransformProvider raw;
        private final int points;
        private final double stepS;
        private final ConcurrentMap<Long, Transform> sampled = new ConcurrentHashMap<>();
        private final ConcurrentMap<Long, Transform> interpolated = new ConcurrentHashMap<>();

        Steady(ShiftingTransformProvider like) {
            this.raw = like.getRawProvider();
            this.points = like.getGridPoints();
            this.stepS = like.getStep();
        }

        @Override
        public Transform getTransform(AbsoluteDate date) {
            Transform nearest = nearest(date);
            return nearest.shiftedBy(date.durationFrom(nearest.getDate()));
        }

        @Override
        public StaticTransform getStaticTransform(AbsoluteDate date) {
            Transform nearest = nearest(date);
            return nearest.staticShiftedBy(date.durationFrom(nearest.getDate()));
        }

        @Override
        public <T extends CalculusFieldElement<T>> FieldTransform<T> getTransform(FieldAbsoluteDate<T> date) {
            Transform nearest = nearest(date.toAbsoluteDate());
            return new FieldTransform<>(date.getField(), nearest).shiftedBy(date.durationFrom(nearest.getDate()));
        }

        private Transform nearest(AbsoluteDate date) {
            return at(Math.round(date.durationFrom(AbsoluteDate.J2000_EPOCH) / stepS), interpolated, this::interpolate);
        }

        private static Transform at(long place, ConcurrentMap<Long, Transform> kept, LongFunction<Transform> make) {
            Transform known = kept.get(place);
            if (known == null) {
                if (kept.size() >= MOST_EPOCHS) {
                    kept.clear();
                }
                known = make.apply(place);
                kept.put(place, known);
            }
            return known;
        }

        private Transform interpolate(long place) {
            List<Transform> sample = new ArrayList<>();
            long first = place - (points - 1) / 2;
            for (int i = 0; i < points; i++) {
                sample.add(at(first + i, sampled, k -> raw.getTransform(date(k))));
            }
            return Transform.interpolate(
                    date(place), CartesianDerivativesFilter.USE_PVA, AngularDerivativesFilter.USE_R, sample);
        }

        private AbsoluteDate date(long place) {
            return AbsoluteDate.J2000_EPOCH.shiftedBy(place * stepS);
        }
    }
}
