package nl.sluis.orbit.determination;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.internal.Convert;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.junit.jupiter.api.Test;
import org.orekit.utils.PVCoordinates;

/**
 * What is computed for one must not tell, in its last digits, what was computed before for others. Everything is loaded
 * afresh for each process that is played here, the library's tables and caches included.
 */
class RepeatedFitTest {

    @Test
    void a_fit_has_the_same_bits_in_a_new_process_and_after_work_on_other_dates() throws Exception {
        String first = inNewProcess();
        assertThat(first).contains("CONVERGED");

        assertThat(inNewProcess(Duration.ofDays(-9).plusMillis(1_051_250), Duration.ofDays(200)))
                .isEqualTo(first);
    }

    /** Loads the whole class path again, works at some other times, and returns the digits of {@link Work#digits}. */
    private static String inNewProcess(Duration... before) throws Exception {
        List<URL> path = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            path.add(Path.of(entry).toUri().toURL());
        }
        try (URLClassLoader loader =
                new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Class<?> work = loader.loadClass(Work.class.getName());
            for (Duration other : before) {
                work.getMethod("at", Instant.class).invoke(null, Radars.EPOCH.plus(other));
            }
            return (String) work.getMethod("digits").invoke(null);
        }
    }

    /** What a process does; public because another loader's class calls it. */
    public static final class Work {
        private static final Duration SPAN = Duration.ofMinutes(110);

        private Work() {}

        /** Returns every bit of a fit and of conversions between frames. */
        public static String digits() {
            OrekitData.load();
            List<Observation> seen = new ArrayList<>();
            for (Sensor sensor : Radars.SENSORS) {
                seen.addAll(simulation(Radars.TRUTH)
                        .observe(
                                sensor,
                                Ephemeris.epochs(Radars.EPOCH, Radars.EPOCH.plus(SPAN), Duration.ofSeconds(60))));
            }
            FitResult fit = OrbitDetermination.fit(new FitRequest(
                    Radars.PUBLIC, Radars.SENSORS, seen, Radars.forces(Radars.PUBLIC), FitSettings.DEFAULT));
            StringJoiner digits = new StringJoiner("\n");
            digits.add(fit.verdict().name()).add("iterations " + fit.iterations());
            fit.solution().ifPresent(solution -> {
                add(digits, Convert.pv(solution.state()));
                Arrays.stream(solution.fullCovariance().lowerTriangle())
                        .mapToObj(Double::toHexString)
                        .forEach(digits::add);
            });
            for (Frame frame : List.of(Frame.ITRF, Frame.TEME, Frame.TOD, Frame.MOD, Frame.EME2000)) {
                add(digits, Convert.pv(Radars.TRUTH, Convert.frame(frame)));
            }
            return digits.toString();
        }

        /** Computes something at another time. */
        public static void at(Instant epoch) {
            OrbitState other =
                    new OrbitState(epoch, Radars.TRUTH.frame(), Radars.TRUTH.positionM(), Radars.TRUTH.velocityMps());
            simulation(other)
                    .observe(Radars.SENSORS.get(0), Ephemeris.epochs(epoch, epoch.plus(SPAN), Duration.ofSeconds(60)));
            for (Frame frame : List.of(Frame.ITRF, Frame.TEME, Frame.TOD)) {
                Convert.pv(other, Convert.frame(frame));
            }
        }

        private static Simulation simulation(OrbitState truth) {
            return new Simulation(truth, Radars.forces(truth), CommonError.NONE, new Random(5));
        }

        private static void add(StringJoiner digits, PVCoordinates pv) {
            for (double value : pv.getPosition().toArray()) {
                digits.add(Double.toHexString(value));
            }
            for (double value : pv.getVelocity().toArray()) {
                digits.add(Double.toHexString(value));
            }
        }
    }
}
