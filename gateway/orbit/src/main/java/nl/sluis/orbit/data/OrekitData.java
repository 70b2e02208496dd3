package nl.sluis.orbit.data;

import nl.sluis.orbit.internal.Convert;
import org.hipparchus.util.FastMath;
import org.orekit.bodies.CelestialBodyFactory;
import org.orekit.data.ClasspathCrawler;
import org.orekit.data.DataContext;
import org.orekit.data.DataProvidersManager;
import org.orekit.errors.OrekitException;
import org.orekit.forces.gravity.potential.GravityFieldFactory;
import org.orekit.frames.EOPHistory;
import org.orekit.frames.FramesFactory;
import org.orekit.models.earth.atmosphere.data.CssiSpaceWeatherData;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.TimeScalesFactory;
import org.orekit.time.UTCScale;
import org.orekit.utils.IERSConventions;

/**
 * Loads the tables from the class path, once per process.
 *
 * <p>Everything is read at the first call, so that a missing file fails the start and never a fit hours later. Calls from
 * several threads are safe; later calls return at once.
 */
public final class OrekitData {

    private static final String FOLDER = "orekit-data/";
    private static final String LEAP_SECONDS = FOLDER + "tai-utc.dat";
    private static final String EARTH_ORIENTATION = FOLDER + "Earth-Orientation-Parameters/IAU-2000/finals2000A.all";
    private static final String SPACE_WEATHER = FOLDER + "CSSI-Space-Weather-Data/SpaceWeather-All-v1.2.txt";
    private static final String GRAVITY = FOLDER + "Potential/EGM2008_70.gfc";
    private static final String EPHEMERIDES = FOLDER + "DE-405-ephemerides/unxp2010.405";
    private static final String ITRF_VERSIONS = FOLDER + "itrf-versions.conf";

    /** Highest degree and order of the gravity field that is used anywhere here. */
    private static final int GRAVITY_DEGREE = 70;

    /** Span of the committed ephemeris file: 275 records of 32 days from this Julian date on (see PROVENANCE.md). */
    private static final double EPHEMERIDES_FIRST_JD = 2455184.5;

    private static final double EPHEMERIDES_LAST_JD = 2463984.5;

    private OrekitData() {}

    private static final class Loaded {
        static final Coverage COVERAGE = loadFrom(OrekitData.class.getClassLoader());
    }

    /**
     * Loads everything.
     *
     * @throws DataException if a file is missing or refused; it names the file
     */
    public static void load() {
        try {
            if (Loaded.COVERAGE == null) {
                throw new IllegalStateException("coverage: none (expected: a coverage)");
            }
        } catch (ExceptionInInitializerError e) {
            if (e.getCause() instanceof DataException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /**
     * Returns how far the tables reach; loads them if need be.
     *
     * @throws DataException as {@link #load()}
     */
    public static Coverage coverage() {
        load();
        return Loaded.COVERAGE;
    }

    private static Coverage loadFrom(ClassLoader loader) {
        String[] files = {LEAP_SECONDS, ITRF_VERSIONS, EARTH_ORIENTATION, SPACE_WEATHER, GRAVITY, EPHEMERIDES};
        requirePresent(loader, files);
        DataProvidersManager manager = DataContext.getDefault().getDataProvidersManager();
        manager.clearProviders();
        manager.addProvider(new ClasspathCrawler(loader, files));

        UTCScale utc = reading(LEAP_SECONDS, TimeScalesFactory::getUTC);
        EOPHistory eop = reading(EARTH_ORIENTATION, () -> FramesFactory.getEOPHistory(IERSConventions.IERS_2010, true));
        CssiSpaceWeatherData weather =
                reading(SPACE_WEATHER, () -> new CssiSpaceWeatherData(CssiSpaceWeatherData.DEFAULT_SUPPORTED_NAMES));
        reading(GRAVITY, () -> GravityFieldFactory.getNormalizedProvider(GRAVITY_DEGREE, GRAVITY_DEGREE));
        AbsoluteDate middle = AbsoluteDate.createJDDate(
                (int) FastMath.rint(0.5 * (EPHEMERIDES_FIRST_JD + EPHEMERIDES_LAST_JD)), 0, TimeScalesFactory.getTT());
        reading(EPHEMERIDES, () -> CelestialBodyFactory.getSun().getPosition(middle, FramesFactory.getGCRF()));
        reading(EPHEMERIDES, () -> CelestialBodyFactory.getMoon().getPosition(middle, FramesFactory.getGCRF()));

        return new Coverage(
                Convert.instant(eop.getStartDate()),
                Convert.instant(eop.getEndDate()),
                Convert.instant(weather.getMinDate()),
                Convert.instant(weather.getMaxDate()),
                Convert.instant(julian(EPHEMERIDES_FIRST_JD)),
                Convert.instant(julian(EPHEMERIDES_LAST_JD)),
                Convert.instant(utc.getLastKnownLeapSecond()));
    }

    /** Checks before the library does, because it reports a pattern and not the file that is missing. */
    static void requirePresent(ClassLoader loader, String... files) {
        for (String file : files) {
            if (loader.getResource(file) == null) {
                throw new DataException(
                        DataException.Code.MISSING, file, "data file `" + file + "` is not on the class path", null);
            }
        }
    }

    private interface Reader<T> {
        T read();
    }

    private static <T> T reading(String file, Reader<T> reader) {
        try {
            return reader.read();
        } catch (OrekitException e) {
            throw new DataException(
                    DataException.Code.UNREADABLE, file, "data file `" + file + "`: " + e.getMessage(), e);
        }
    }

    private static AbsoluteDate julian(double jd) {
        return AbsoluteDate.createJDDate((int) jd, (jd - (int) jd) * 86400.0, TimeScalesFactory.getTDB());
    }
}
