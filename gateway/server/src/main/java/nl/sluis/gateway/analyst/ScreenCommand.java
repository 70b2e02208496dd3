package nl.sluis.gateway.analyst;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import nl.sluis.orbit.encounter.Encounter;
import nl.sluis.orbit.encounter.MissThresholds;
import nl.sluis.orbit.encounter.ObjectSizes;
import nl.sluis.orbit.encounter.Proximity;
import nl.sluis.orbit.encounter.ScreenedCatalogue;
import nl.sluis.orbit.encounter.ScreenedObject;
import nl.sluis.orbit.encounter.Screening;
import nl.sluis.orbit.encounter.ScreeningResult;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluis screen}: finds the close approaches in catalogues. */
@Command(
        name = "screen",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        header = "Finds all close approaches of all objects in files of orbits.",
        description = {
            "Reads mean elements as TLE (two or three lines), and as OMM in CSV, JSON, XML or KVN; "
                    + "and ephemerides (OEM, with covariances where they have them). Packed files (gzip) are "
                    + "unpacked; `-` is standard input. Numbers of nine digits and Alpha-5 are read. A record "
                    + "that cannot be read is reported and costs itself only.",
            "",
            "Pairs with a relative speed above 0.1 km/s are approaches; slower ones (docked, in "
                    + "formation, listed twice) are listed apart, with the interval in which they stay below "
                    + "the threshold. Sources of one object are never compared with each other."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:screened", "1:no object could be read", MessageFiles.UNREADABLE},
        footerHeading = "%nExample:%n",
        footer = {
            "  sluis screen --catalogue active.tle.gz --start 2025-08-09T00:00:00Z --hours 24 --threshold-km 5 -o csv"
        })
public final class ScreenCommand implements Callable<Integer> {
    /** Most hours: a month, beyond which no elements are good for anything. */
    private static final double MOST_HOURS = 744;

    /** Most problems that are listed; the number of all is always said. */
    private static final int LISTED_PROBLEMS = 20;

    private static final int PROGRESS_STEPS = 1000;
    private static final double M_PER_KM = 1000;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-c", "--catalogue", "--catalog"},
            required = true,
            arity = "1..*",
            paramLabel = "<file>",
            description = "Files of orbits, one or more.")
    private List<Path> catalogue = List.of();

    @Option(
            names = "--start",
            paramLabel = "<time>",
            description = "Start of the window, UTC, such as 2025-08-09T00:00:00Z; default: the newest epoch of the"
                    + " elements.")
    private String start = "";

    @Option(
            names = "--hours",
            paramLabel = "<hours>",
            defaultValue = "24",
            description = "Length of the window; default: ${DEFAULT-VALUE}.")
    private double hours;

    @Option(
            names = "--threshold-km",
            paramLabel = "<km>",
            defaultValue = "5",
            description = "Report approaches below this distance; default: ${DEFAULT-VALUE}.")
    private double thresholdKm;

    @Option(
            names = "--threshold-km-of",
            paramLabel = "<whose>=<km>",
            split = ",",
            description =
                    "Another distance for a regime (leo, meo, geo, heo) or one object, such as geo=20,25544=50; of a"
                            + " pair the larger counts.")
    private Map<String, Double> thresholdKmOf = Map.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "<form>",
            defaultValue = "table",
            converter = OutputConverter.class,
            description = "table, csv or ccsds-kvn; default: ${DEFAULT-VALUE}. Only the table holds the summary;"
                    + " otherwise it goes to standard error.")
    private Output output = Output.TABLE;

    @Option(
            names = "--object",
            paramLabel = "<id>",
            description = "Only this object against all others: a catalogue number or designator. With an ephemeris of"
                    + " it among the files, this answers what a planned trajectory would meet.")
    private String object = "";

    @Option(
            names = "--sort",
            paramLabel = "<by>",
            defaultValue = "tca",
            description = "tca or miss; default: ${DEFAULT-VALUE}.")
    private Sort sort = Sort.tca;

    @Option(
            names = "--assumed-sigma-m",
            paramLabel = "<r,t,n>",
            split = ",",
            description = {
                "Standard deviations to assume for objects without a covariance, such as 200,1000,200. "
                        + "Elements have none; what is computed with these says so."
            })
    private double[] assumedSigmaM = {};

    @Option(
            names = "--hbr-m",
            paramLabel = "<m>",
            description = "Combined hard-body radius of each pair; with covariances, a probability is computed.")
    private double radiusM;

    @Option(
            names = "--object-sizes",
            paramLabel = "<file>",
            description = "Hard-body radii of single objects with their source, in place of --hbr-m: comma-separated"
                    + " object,hard_body_radius_m,source.")
    private @Nullable Path objectSizes;

    @Option(names = "--threads", paramLabel = "<n>", description = "Threads that work; default: all processors.")
    private int threads = Runtime.getRuntime().availableProcessors();

    /** Forms of the result. */
    enum Output {
        TABLE,
        CSV,
        CCSDS_KVN;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Reads the name of a form. */
    static final class OutputConverter implements CommandLine.ITypeConverter<Output> {
        @Override
        public Output convert(String text) {
            for (Output output : Output.values()) {
                if (output.toString().equalsIgnoreCase(text)) {
                    return output;
                }
            }
            throw new CommandLine.TypeConversionException("`" + text + "` (expected: table, csv or ccsds-kvn)");
        }
    }

    /** Orders of the rows. */
    enum Sort {
        tca,
        miss
    }

    @Override
    public Integer call() {
        check();
        Optional<Instant> given = start.isEmpty() ? Optional.empty() : Optional.of(time(start));
        ScreenedFiles files = new ScreenedFiles(spec.commandLine());
        catalogue.forEach(file -> files.read(file, given));
        report("not read", files.problems());
        List<ScreenedObject> objects = files.objects();
        if (objects.isEmpty()) {
            err().println("no object could be read (expected: TLE, OMM or OEM)");
            return 1;
        }
        Instant from = given.or(files::newest).orElseGet(() -> firstState(objects));
        MissThresholds thresholds = thresholds();
        Duration window = Duration.ofNanos(Math.round(hours * 3.6e12));
        if (!object.isEmpty() && objects.stream().noneMatch(this::isAsked)) {
            throw wrong("--object: `" + object + "` (expected: an object of the files)");
        }
        long cpuBefore = cpuNanos();
        long before = System.nanoTime();
        ScreeningResult result = screen(objects, from, window, thresholds);
        double wallS = (System.nanoTime() - before) * 1e-9;
        double cpuS = (cpuNanos() - cpuBefore) * 1e-9;
        report(
                "not followed over the whole window",
                result.gaps().stream()
                        .map(gap -> gap.object().identity() + " " + gap.object().name() + ": " + gap.reason())
                        .toList());
        List<Encounter> encounters = new ArrayList<>(result.encounters());
        if (sort == Sort.miss) {
            encounters.sort(Comparator.comparingDouble(Encounter::missDistanceM));
        }
        List<Proximity> proximities = result.proximities();
        EncounterRows rows = new EncounterRows(assumedSigmaM, radiusM, sizes(), from, window, thresholds);
        String summary = summary(result, encounters, proximities, files, from, wallS, cpuS);
        switch (output) {
            case TABLE -> {
                rows.table(encounters, proximities, out());
                out().println();
                out().println(summary);
            }
            case CSV -> {
                rows.csv(encounters, proximities, out());
                err().println(summary);
            }
            case CCSDS_KVN -> {
                int incomplete = rows.kvn(encounters, out());
                if (incomplete > 0) {
                    err().println(incomplete + " of " + encounters.size()
                            + " messages are no complete CDM: their objects have no covariance, and none is invented;"
                            + " --assumed-sigma-m states one");
                }
                err().println(summary);
            }
        }
        out().flush();
        return 0;
    }

    private void check() {
        if (!(hours > 0) || hours > MOST_HOURS) {
            throw wrong("--hours: `" + hours + "` (expected: above 0, at most " + MOST_HOURS + ")");
        }
        if (threads < 1) {
            throw wrong("--threads: `" + threads + "` (expected: at least 1)");
        }
        if (assumedSigmaM.length != 0 && assumedSigmaM.length != 3) {
            throw wrong("--assumed-sigma-m: `" + assumedSigmaM.length + " numbers` (expected: 3, along R, T, N)");
        }
        for (double sigma : assumedSigmaM) {
            if (!(sigma > 0) || !Double.isFinite(sigma)) {
                throw wrong("--assumed-sigma-m: `" + sigma + "` (expected: a positive number of m)");
            }
        }
        if (radiusM < 0 || !Double.isFinite(radiusM)) {
            throw wrong("--hbr-m: `" + radiusM + "` (expected: a positive number of m)");
        }
    }

    private ObjectSizes sizes() {
        if (objectSizes == null) {
            return ObjectSizes.NONE;
        }
        try {
            return ObjectSizes.read(InputFile.text(objectSizes, spec.commandLine()));
        } catch (IllegalArgumentException e) {
            throw wrong("--object-sizes: " + objectSizes + ": " + e.getMessage());
        }
    }

    private MissThresholds thresholds() {
        Map<String, Double> own = new TreeMap<>();
        thresholdKmOf.forEach((whose, km) -> own.put(whose, M_PER_KM * km));
        try {
            return new MissThresholds(M_PER_KM * thresholdKm, own);
        } catch (IllegalArgumentException e) {
            throw wrong("--threshold-km: " + e.getMessage());
        }
    }

    private Instant time(String text) {
        try {
            // without a zone UTC is meant, as in every CCSDS message
            return text.endsWith("Z")
                    ? Instant.parse(text)
                    : text.contains("T")
                            ? LocalDateTime.parse(text).toInstant(ZoneOffset.UTC)
                            : Instant.parse(text + "T00:00:00Z");
        } catch (DateTimeException e) {
            throw wrong("--start: `" + text + "` (expected: a time in UTC such as 2025-08-09T00:00:00Z)");
        }
    }

    private static Instant firstState(List<ScreenedObject> objects) {
        return objects.stream()
                .map(o -> ((ScreenedObject.Sampled) o.motion()).ephemeris().start())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    private boolean isAsked(ScreenedObject one) {
        if (object.isEmpty() || one.identity().equalsIgnoreCase(object)) {
            return true;
        }
        return one.motion() instanceof ScreenedObject.Elements elements
                && elements.elements().internationalDesignator().equalsIgnoreCase(object);
    }

    private ScreeningResult screen(
            List<ScreenedObject> objects, Instant from, Duration window, MissThresholds thresholds) {
        if (!object.isEmpty()) {
            return oneOnAll(objects, from, window, thresholds);
        }
        ProgressBar bar = bar();
        try {
            return Screening.screen(objects, from, window, thresholds, threads, share -> {
                if (bar != null) {
                    bar.stepTo((long) (share * PROGRESS_STEPS));
                }
            });
        } finally {
            if (bar != null) {
                bar.close();
            }
        }
    }

    /** All sources of the object asked for, each against all others. */
    private ScreeningResult oneOnAll(
            List<ScreenedObject> objects, Instant from, Duration window, MissThresholds thresholds) {
        ScreenedCatalogue catalogue;
        try {
            catalogue = new ScreenedCatalogue(objects, from, window);
        } catch (IllegalArgumentException e) {
            throw wrong("--object: " + e.getMessage());
        }
        List<ScreeningResult> results = objects.stream()
                .filter(this::isAsked)
                .map(one -> catalogue.screen(one, thresholds))
                .toList();
        ScreeningResult last = results.get(results.size() - 1);
        return new ScreeningResult(
                results.stream()
                        .flatMap(one -> one.encounters().stream())
                        .sorted(Comparator.comparing(Encounter::tca))
                        .toList(),
                results.stream().flatMap(one -> one.proximities().stream()).toList(),
                last.gaps(),
                last.statistics());
    }

    /** A bar redraws its line: only where control codes are welcome. */
    private @Nullable ProgressBar bar() {
        if (!spec.commandLine().getColorScheme().ansi().enabled()) {
            return null;
        }
        return new ProgressBarBuilder()
                .setTaskName("screening")
                .setInitialMax(PROGRESS_STEPS)
                .setStyle(ProgressBarStyle.ASCII)
                .build();
    }

    private String summary(
            ScreeningResult result,
            List<Encounter> encounters,
            List<Proximity> proximities,
            ScreenedFiles files,
            Instant from,
            double wallS,
            double cpuS) {
        ScreeningResult.Statistics s = result.statistics();
        return String.format(
                Locale.ROOT,
                "%,d objects, %,d pairs, %s h from %s, below %s: %,d approaches, %,d stay together%n%,d evaluations"
                        + " of orbits, %,d tests of pairs, %,d pairs followed; %.1f s, %.1f s of processor%n%,d records"
                        + " not read, %,d older sets of an object passed over, %,d objects not followed to the end",
                s.objects(),
                s.pairs(),
                plain(hours),
                from,
                below(),
                encounters.size(),
                proximities.size(),
                s.evaluations(),
                s.pairTests(),
                s.candidates(),
                wallS,
                cpuS,
                files.problems().size(),
                files.passedOver(),
                result.gaps().size());
    }

    private String below() {
        return plain(thresholdKm) + " km"
                + new TreeMap<>(thresholdKmOf)
                        .entrySet().stream()
                                .map(one -> ", " + one.getKey() + " " + plain(one.getValue()) + " km")
                                .collect(Collectors.joining());
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private void report(String what, List<String> lines) {
        lines.stream().limit(LISTED_PROBLEMS).forEach(line -> err().println(what + ": " + line));
        if (lines.size() > LISTED_PROBLEMS) {
            err().println(what + ": " + (lines.size() - LISTED_PROBLEMS) + " more");
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

    /** Processor time of the whole process: the screening is all that it does. */
    private static long cpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }
}
