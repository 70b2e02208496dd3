package nl.sluis.gateway.analyst;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.ccsds.EphemerisMessage;
import nl.sluis.orbit.ccsds.MessageException;
import nl.sluis.orbit.ccsds.OrbitMessage;
import nl.sluis.orbit.ccsds.OrbitWriter;
import nl.sluis.orbit.ccsds.TdmReader;
import nl.sluis.orbit.determination.Ephemeris;
import nl.sluis.orbit.determination.FitRequest;
import nl.sluis.orbit.determination.FitResult;
import nl.sluis.orbit.determination.FitSettings;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.InitialOrbit;
import nl.sluis.orbit.determination.OrbitDetermination;
import nl.sluis.orbit.determination.OrbitSolution;
import nl.sluis.orbit.determination.Propagation;
import nl.sluis.orbit.determination.PropagationException;
import nl.sluis.orbit.determination.Surface;
import nl.sluis.orbit.measurement.Observation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluis fit}: an orbit from files of tracking, by the engine of the gateway. */
@Command(
        name = "fit",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        header = "Determines an orbit from tracking files (CCSDS TDM, ILRS CRD).",
        description = {
            "Fits one object by weighted least squares and prints state, covariance, residuals by sensor and a"
                    + " verdict. The",
            "covariance is the realistic one: besides its own error each number has one in common with its sensor's"
                    + " others",
            "within the hour, as large. Outliers are edited out and shown.",
            "",
            "Stations come from a CSV list, whose first line names its columns, or from a SINEX file. CSV columns:",
            "  name,latitude_deg,longitude_deg,altitude_m  and, as far as known,",
            "  range_sigma_m,range_rate_sigma_m_s,azimuth_sigma_deg,elevation_sigma_deg,angle_sigma_arcsec,",
            "  estimate (biases to estimate: range range_rate azimuth elevation),",
            "  corrected (effects that are out of the values already: troposphere ionosphere",
            "  aberration light_time), frequency_hz (of a radar; then the ionosphere is modelled).",
            "",
            "Without --initial a first orbit is looked for in the observations themselves."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:an orbit was determined", "1:no orbit: the verdict says why", MessageFiles.UNREADABLE},
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluis fit pass1.tdm pass2.tdm --stations stations.csv --initial object.opm",
            "  sluis fit lageos2.npt --stations SLRF2014.snx -o json",
            "  sluis fit pass.tdm --stations stations.csv -o ccsds-kvn --oem orbit.oem --step PT1M"
        })
public final class FitCommand implements Callable<Integer> {
    private static final int NO_ORBIT = 1;

    /** An orbit is not propagated to more points than this for one file. */
    private static final int MOST_POINTS = 100_000;

    private static final double DEFAULT_AREA_M2 = 10;
    private static final double DEFAULT_CR = 1.5;
    private static final double DEFAULT_CD = 2.2;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "1..*", paramLabel = "<file>", description = "Tracking of one object: TDM (KVN or XML) or CRD.")
    private List<Path> files = List.of();

    @Option(names = "--stations", paramLabel = "<file>", description = "Where stations are: CSV or SINEX.")
    private @Nullable Path stationFile;

    @Option(
            names = "--initial",
            paramLabel = "<file>",
            description = "Orbit to start from: OPM, OMM, TLE, OEM or CPF; default: found in the observations.")
    private @Nullable Path initialFile;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "<form>",
            defaultValue = "table",
            description = "table, json or ccsds-kvn (an OPM); default: ${DEFAULT-VALUE}.")
    private String form = "table";

    @Option(names = "--opm", paramLabel = "<file>", description = "Write the orbit as an OPM.")
    private @Nullable Path opmFile;

    @Option(names = "--oem", paramLabel = "<file>", description = "Write an ephemeris over the span as an OEM.")
    private @Nullable Path oemFile;

    @Option(
            names = "--step",
            paramLabel = "<duration>",
            defaultValue = "PT1M",
            description = "Step of the ephemeris, ISO 8601; default: ${DEFAULT-VALUE}.")
    private Duration step = Duration.ofMinutes(1);

    @Option(
            names = "--from",
            paramLabel = "<epoch>",
            description = "Leave out observations before this epoch (UTC, 2018-02-04T00:00:00Z).")
    private @Nullable Instant from;

    @Option(names = "--until", paramLabel = "<epoch>", description = "Leave out observations after this epoch (UTC).")
    private @Nullable Instant until;

    @Option(names = "--round-trip", description = "Two-way ranges of a TDM are the whole round trip, not half of it.")
    private boolean roundTrip;

    @Option(names = "--mass-kg", paramLabel = "<kg>", description = "Mass; default: 1000.")
    private @Nullable Double massKg;

    @Option(names = "--area-m2", paramLabel = "<m2>", description = "Cross-section for light and air; default: 10.")
    private @Nullable Double areaM2;

    @Option(
            names = "--cr",
            paramLabel = "<cr>",
            description = "Known radiation pressure coefficient; default: estimated about 1.5.")
    private @Nullable Double cr;

    @Option(names = "--cd", paramLabel = "<cd>", description = "Known drag coefficient; default: estimated about 2.2.")
    private @Nullable Double cd;

    @Option(names = "--no-drag", description = "Leave drag out.")
    private boolean noDrag;

    @Option(
            names = "--empirical-acceleration",
            paramLabel = "<degree>",
            description = "Estimate an acceleration of this degree in time, for leaks and thrust: 0 to 3.")
    private @Nullable Integer empiricalDegree;

    @Override
    public Integer call() {
        if (!List.of("table", "json", "ccsds-kvn").contains(form)) {
            throw wrong("--output: `" + form + "` (expected: table, json or ccsds-kvn)");
        }
        if (step.isNegative() || step.isZero()) {
            throw wrong("--step: `" + step + "` (expected: a positive duration such as PT1M)");
        }
        TrackingFiles tracking = tracking();
        List<Observation> observations = tracking.observations().stream()
                .filter(o -> from == null || !o.epoch().isBefore(from))
                .filter(o -> until == null || !o.epoch().isAfter(until))
                .sorted(Observation.ORDER)
                .toList();
        if (observations.isEmpty()) {
            err().println("observations: 0 (expected: some between --from and --until)");
            return NO_ORBIT;
        }
        if (tracking.objects().size() > 1) {
            err().println("objects: " + String.join(", ", tracking.objects())
                    + "; all observations are taken as of one object");
        }
        Optional<OrbitState> initial = initial(tracking, observations);
        if (initial.isEmpty()) {
            err().println("initial orbit: none found (expected: --initial, or a track with ranges and directions, or"
                    + " with directions at three epochs)");
            return NO_ORBIT;
        }
        FitResult result = OrbitDetermination.fit(new FitRequest(
                initial.get(),
                tracking.sensors(),
                observations,
                forces(initial.get(), tracking.hasLaser()),
                FitSettings.DEFAULT));
        String object =
                tracking.objects().isEmpty() ? "UNKNOWN" : tracking.objects().get(0);
        print(object, observations, result);
        result.solution().ifPresent(solution -> write(object, observations, solution));
        return result.solution().isPresent() ? 0 : NO_ORBIT;
    }

    private TrackingFiles tracking() {
        Stations stations = stationFile == null ? Stations.none() : reading(stationFile, Stations::read);
        TrackingFiles tracking = new TrackingFiles(
                stations,
                roundTrip ? TdmReader.RangeConvention.ROUND_TRIP : TdmReader.RangeConvention.HALF_ROUND_TRIP,
                err());
        for (Path file : files) {
            reading(file, text -> {
                tracking.add(file, text);
                return true;
            });
        }
        return tracking;
    }

    private Optional<OrbitState> initial(TrackingFiles tracking, List<Observation> observations) {
        if (initialFile == null) {
            err().println("no --initial: looking for an orbit in the observations");
            err().flush();
            return InitialOrbit.find(tracking.sensors(), observations);
        }
        Instant first = observations.get(0).epoch();
        OrbitFile file = reading(initialFile, OrbitFile::read);
        Optional<OrbitState> near = file.near(first);
        if (near.isEmpty()) {
            throw wrong("`" + initialFile + "`: no orbit near " + first + " (expected: an orbit that reaches it)");
        }
        return near;
    }

    private ForceModel forces(OrbitState initial, boolean laser) {
        try {
            ForceModel forces = ForceModel.forOrbit(initial);
            if (laser) {
                forces = forces.precisely();
            }
            if (massKg != null) {
                forces = forces.withMassKg(massKg);
            }
            double area = areaM2 == null ? DEFAULT_AREA_M2 : areaM2;
            forces = forces.withSolarPressure(
                    cr == null ? new Surface(area, DEFAULT_CR, DEFAULT_CR) : Surface.known(area, cr));
            if (noDrag) {
                forces = forces.withoutDrag();
            } else if (forces.drag().isPresent() || cd != null) {
                forces = forces.withDrag(
                        cd == null ? new Surface(area, DEFAULT_CD, DEFAULT_CD) : Surface.known(area, cd));
            }
            return empiricalDegree == null ? forces : forces.withEmpiricalAcceleration(empiricalDegree);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private void print(String object, List<Observation> observations, FitResult result) {
        switch (form) {
            case "json" ->
                out().println(FitReport.json(object, observations, result).encodePrettily());
            case "ccsds-kvn" -> {
                result.solution().ifPresent(solution -> out().print(opm(object, observations, solution)));
                if (result.solution().isEmpty()) {
                    err().println(result.verdict() + ": " + result.reason());
                }
            }
            default -> FitReport.table(object, observations, result, out());
        }
        out().flush();
    }

    private static String opm(String object, List<Observation> observations, OrbitSolution solution) {
        return OrbitWriter.opm(new OrbitMessage(
                "SLUIS",
                last(observations),
                object,
                object,
                solution.state(),
                Optional.of(solution.covariance()),
                java.util.OptionalDouble.empty()));
    }

    /** A message is dated by its data, so that the same input makes the same bytes. */
    private static Instant last(List<Observation> observations) {
        return observations.stream()
                .map(Observation::epoch)
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    private void write(String object, List<Observation> observations, OrbitSolution solution) {
        if (opmFile != null) {
            write(opmFile, opm(object, observations, solution));
        }
        if (oemFile != null) {
            Instant start = observations.get(0).epoch();
            Instant end = last(observations);
            if (Duration.between(start, end).dividedBy(step) > MOST_POINTS) {
                throw wrong("--step: `" + step + "` (expected: one that makes at most " + MOST_POINTS
                        + " points of the span)");
            }
            try {
                Ephemeris ephemeris = Propagation.ephemeris(solution, Ephemeris.epochs(start, end, step));
                write(
                        oemFile,
                        OrbitWriter.oem(new EphemerisMessage(
                                "SLUIS", end, List.of(new EphemerisMessage.Segment(object, object, ephemeris)))));
            } catch (PropagationException e) {
                throw wrong(String.valueOf(e.getMessage()));
            }
        }
    }

    private void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "`" + file + "` cannot be written: " + e.getMessage(), e);
        }
    }

    /** A read of a text that a faulty text may end. */
    private interface Reading<T> {
        T of(String text) throws MessageException;
    }

    private <T> T reading(Path file, Reading<T> reading) {
        String text = InputFile.text(file, spec.commandLine());
        try {
            return reading.of(text);
        } catch (MessageException e) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), file + ": " + e.problem().message(), e);
        }
    }

    private CommandLine.ParameterException wrong(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
