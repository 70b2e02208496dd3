package nl.sluis.gateway.analyst;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.ccsds.CdmReader;
import nl.sluis.orbit.ccsds.ConjunctionMessage;
import nl.sluis.orbit.ccsds.MessageException;
import nl.sluis.orbit.encounter.CollisionProbability;
import nl.sluis.orbit.encounter.CollisionProbability.Method;
import nl.sluis.orbit.encounter.CollisionProbability.Violation;
import nl.sluis.orbit.encounter.CovarianceHealth;
import nl.sluis.orbit.encounter.MonteCarlo;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluis pc}: the probability of collision of conjunction data messages, by all methods, with a verdict. */
@Command(
        name = "pc",
        sortOptions = false,
        header = "Computes the probability of collision of conjunction data messages (CDM, KVN or XML).",
        description = {
            "Prints the probability by every method on the encounter plane, by linearising at the "
                    + "most likely collision (curved), and by trial (Monte Carlo); the radius used and where it "
                    + "comes from; and whether the plane methods may be trusted: length of the encounter, "
                    + "curvature, health of the covariances, dilution.",
            "",
            "The radius is that of --hbr-m, else of the message: HBR of both objects, a comment `HBR "
                    + "= …`, comments `Exclusion Volume Radius = …` of both, circles of AREA_PC of both."
        },
        exitCodeList = {
            "0:computed, whatever the verdict",
            "1:a message could not be read, or lacks what a probability needs",
            MessageFiles.UNREADABLE
        },
        footerHeading = "%nExample:%n",
        footer = {"  sluis pc message.cdm --samples 1000000 --format json"})
public final class PcCommand implements Callable<Integer> {
    /** A million draws take a second or two on two processors. */
    private static final int SAMPLES = 1_000_000;

    /** A draw of a long encounter costs as much as twenty of a short one. */
    private static final int SAMPLES_LONG = 100_000;

    private static final double[] RADIUS_FACTORS = {0.25, 0.5, 1, 2, 4};
    private static final double[] SIGMA_FACTORS = {0.25, 0.5, 1, 2, 4};

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private MessageFiles messages = new MessageFiles();

    @Option(
            names = "--hbr-m",
            paramLabel = "<m>",
            description = "Combined hard-body radius, in place of the message's.")
    private @Nullable Double radiusM;

    @Option(
            names = "--samples",
            paramLabel = "<n>",
            description = "Draws of the Monte Carlo, 0 for none; default: " + SAMPLES + ", " + SAMPLES_LONG
                    + " for long encounters.")
    private @Nullable Integer samples;

    @Option(
            names = "--seed",
            paramLabel = "<n>",
            description = "Begin of the draws; default: made of the message's id, so that a repeat gives the same.")
    private @Nullable Long seed;

    /** All that is said of one message. */
    private record Answer(
            Path file,
            ConjunctionMessage message,
            CollisionProbability.Result result,
            Optional<MonteCarlo.Estimate> trial) {}

    @Override
    public Integer call() {
        if (radiusM != null && (!(radiusM > 0) || !Double.isFinite(radiusM))) {
            throw wrong("--hbr-m: `" + radiusM + "` (expected: a positive number of m)");
        }
        if (samples != null && (samples < 0 || samples > MonteCarlo.MOST_SAMPLES)) {
            throw wrong("--samples: `" + samples + "` (expected: 0 to " + MonteCarlo.MOST_SAMPLES + ")");
        }
        int code = 0;
        JsonArray array = new JsonArray();
        for (Path file : messages.files()) {
            String text = InputFile.text(file, spec.commandLine());
            try {
                Answer answer = answer(file, CdmReader.read(text));
                if (!messages.asText()) {
                    array.add(json(answer));
                } else {
                    text(answer);
                }
            } catch (MessageException e) {
                code = refused(array, file, e.problem().message());
            } catch (Unanswerable e) {
                code = refused(array, file, String.valueOf(e.getMessage()));
            }
        }
        if (!messages.asText()) {
            out().println(array.encodePrettily());
        }
        out().flush();
        return code;
    }

    private int refused(JsonArray array, Path file, String reason) {
        err().println(file + ": " + reason);
        if (!messages.asText()) {
            array.add(new JsonObject().put("file", file.toString()).put("error", reason));
        }
        return 1;
    }

    /** A message that holds too little for a probability. */
    private static final class Unanswerable extends Exception {
        private static final long serialVersionUID = 1L;

        Unanswerable(String message) {
            super(message);
        }
    }

    private Answer answer(Path file, ConjunctionMessage m) throws Unanswerable {
        SymmetricMatrix c1 = covariance("OBJECT1", m.object1());
        SymmetricMatrix c2 = covariance("OBJECT2", m.object2());
        ConjunctionMessage.HardBodyRadius radius = radiusM != null
                ? new ConjunctionMessage.HardBodyRadius(radiusM, "--hbr-m")
                : m.hardBodyRadius()
                        .orElseThrow(() -> new Unanswerable(
                                "HBR: `none` (expected: a radius in the message, or --hbr-m with that of both"
                                        + " objects)"));
        CollisionProbability.Result result = CollisionProbability.compute(
                        m.object1().state(), c1, m.object2().state(), c2, radius.radiusM(), radius.source())
                .orElseThrow(() -> new Unanswerable("relative velocity: `0` (expected: objects that pass each other)"));
        boolean isLong = result.validity().violations().contains(Violation.LONG_ENCOUNTER);
        int draws = samples != null ? samples : isLong ? SAMPLES_LONG : SAMPLES;
        Optional<MonteCarlo.Estimate> trial = draws == 0
                ? Optional.empty()
                : MonteCarlo.estimate(
                        m.object1().state(),
                        c1,
                        m.object2().state(),
                        c2,
                        radius.radiusM(),
                        draws,
                        seed != null ? seed : m.messageId().hashCode());
        return new Answer(file, m, result, trial);
    }

    private static SymmetricMatrix covariance(String which, ConjunctionMessage.ConjunctionObject object)
            throws Unanswerable {
        return object.covarianceRtn()
                .orElseThrow(() -> new Unanswerable(which
                        + " CR_R … CNDOT_NDOT: `not all numbers` (expected: the covariance of position and velocity)"));
    }

    private void text(Answer a) {
        ConjunctionMessage m = a.message;
        CollisionProbability.Result r = a.result;
        PrintWriter out = out();
        out.println(a.file.getFileName() + ": " + name(m.object1()) + " and " + name(m.object2()));
        line("TCA", m.tca().toString());
        line(
                "miss distance",
                metres(r.missDistanceM()) + " on the straight line; message: " + metres(m.missDistanceM()));
        line("relative speed", String.format(Locale.ROOT, "%.4f m/s", speed(m)));
        line(
                "encounter plane",
                "1-sigma " + metres(r.sigmaMajorM()) + " and " + metres(r.sigmaMinorM())
                        + String.format(Locale.ROOT, "; miss %.4g sigma", r.mahalanobisDistance()));
        line("hard-body radius", metres(r.radiusM()) + ", from " + r.radiusSource());
        line(
                "probability",
                number(r.probability()) + ", " + name(r.method())
                        + (r.validity().isValidFor2d() ? "" : ", NOT VALID for this encounter"));
        for (Method method : Method.values()) {
            Double value = r.byMethod().get(method);
            line("  " + name(method), (value == null ? "no result" : number(value)) + note(method));
        }
        line(
                "  curved",
                r.validity().curvedProbability().isPresent()
                        ? number(r.validity().curvedProbability().getAsDouble())
                                + "  linearised at the most likely collision"
                        : "not found");
        line("  Monte Carlo", a.trial.map(PcCommand::trial).orElse("not done"));
        m.collisionProbability()
                .ifPresent(p -> line(
                        "  message",
                        number(p) + "  " + m.collisionProbabilityMethod().orElse("by an unnamed method")
                                + ", as stated"));
        line(
                "maximum",
                number(r.maximumProbability()) + " with the standard deviations times "
                        + String.format(Locale.ROOT, "%.3g", r.scaleOfMaximum()));
        line("validity of 2D", verdict(r));
        line(
                "  length",
                String.format(
                        Locale.ROOT,
                        "%.4g s, %.4f of a revolution",
                        r.validity().encounterS(),
                        r.validity().revolutionShare()));
        r.validity()
                .curvedProbability()
                .ifPresent(p -> line(
                        "  curvature",
                        "curved over straight: " + String.format(Locale.ROOT, "%.4g", p / r.probability())));
        line(
                "  dilution",
                r.scaleOfMaximum() < 1
                        ? "yes: a smaller uncertainty would give more, so this is no upper bound"
                        : "no");
        line("  covariance 1", health(r.validity().object1()));
        line("  covariance 2", health(r.validity().object2()));
        out.println("  sensitivity         " + columns(RADIUS_FACTORS, "x"));
        out.println("    to the radius     " + columns(byRadius(a)));
        out.println("    to the sigmas     " + columns(bySigma(a)));
        out.println();
    }

    private void line(String what, String value) {
        out().printf(Locale.ROOT, "  %-18s  %s%n", what, value);
    }

    private static String verdict(CollisionProbability.Result r) {
        List<String> violations =
                r.validity().violations().stream().map(PcCommand::words).toList();
        return (r.validity().isValidFor2d() ? "valid" : "not valid")
                + (violations.isEmpty() ? "" : ": " + String.join("; ", violations));
    }

    private static String words(Violation violation) {
        return switch (violation) {
            case LONG_ENCOUNTER -> "the encounter is long, the paths bend within it";
            case CURVED_UNCERTAINTY -> "the uncertainty bends along the orbit";
            case UNTESTED -> "the most likely collision was not found";
            case MENDED_COVARIANCE -> "a covariance was not positive definite and was mended";
            case DILUTED -> "diluted";
        };
    }

    private static String health(CovarianceHealth h) {
        return String.format(
                Locale.ROOT,
                "%s; 1-sigma R T N %.4g %.4g %.4g m; least eigenvalue of the correlations %.2g",
                h.isPositive() ? "positive definite" : "NOT positive definite, mended",
                h.sigmaRM(),
                h.sigmaTM(),
                h.sigmaNM(),
                h.leastCorrelationEigenvalue());
    }

    private static String trial(MonteCarlo.Estimate e) {
        return number(e.probability())
                + String.format(
                        Locale.ROOT,
                        "  95 %%: %.3e to %.3e; %,d draws, %,d hits%s%s, seed %d",
                        e.low(),
                        e.high(),
                        e.samples(),
                        e.hits(),
                        e.isWeighted() ? ", weighted" : "",
                        e.isCoarse() ? ", too few for a close interval" : "",
                        e.seed());
    }

    private static String note(Method method) {
        return method.isExact()
                ? ""
                : method == Method.ALFRIEND_1999_MAX ? "  upper bound, approximate" : "  approximate";
    }

    private List<Double> byRadius(Answer a) {
        List<Double> values = new ArrayList<>();
        for (double factor : RADIUS_FACTORS) {
            values.add(probability(a, factor, 1));
        }
        return values;
    }

    private List<Double> bySigma(Answer a) {
        List<Double> values = new ArrayList<>();
        for (double factor : SIGMA_FACTORS) {
            values.add(probability(a, 1, factor));
        }
        return values;
    }

    private static double probability(Answer a, double radiusFactor, double sigmaFactor) {
        ConjunctionMessage m = a.message;
        return CollisionProbability.compute(
                        m.object1().state(),
                        m.object1().covarianceRtn().orElseThrow().times(sigmaFactor * sigmaFactor),
                        m.object2().state(),
                        m.object2().covarianceRtn().orElseThrow().times(sigmaFactor * sigmaFactor),
                        a.result.radiusM() * radiusFactor,
                        "")
                .map(CollisionProbability.Result::probability)
                .orElse(Double.NaN);
    }

    private static String columns(double[] factors, String prefix) {
        StringBuilder out = new StringBuilder();
        for (double factor : factors) {
            out.append(String.format(Locale.ROOT, "%-12s", prefix + factor));
        }
        return out.toString().stripTrailing();
    }

    private static String columns(List<Double> values) {
        StringBuilder out = new StringBuilder();
        values.forEach(
                value -> out.append(String.format(Locale.ROOT, "%-12s", String.format(Locale.ROOT, "%.3e", value))));
        return out.toString().stripTrailing();
    }

    private JsonObject json(Answer a) {
        ConjunctionMessage m = a.message;
        CollisionProbability.Result r = a.result;
        JsonObject methods = new JsonObject();
        for (Method method : Method.values()) {
            methods.put(method.name(), r.byMethod().get(method));
        }
        JsonObject json = new JsonObject()
                .put("file", a.file.toString())
                .put("messageId", m.messageId())
                .put("object1", m.object1().designator())
                .put("object2", m.object2().designator())
                .put("tca", m.tca().toString())
                .put("missDistanceM", r.missDistanceM())
                .put("relativeSpeedMps", speed(m))
                .put("sigmaMajorM", r.sigmaMajorM())
                .put("sigmaMinorM", r.sigmaMinorM())
                .put("mahalanobisDistance", r.mahalanobisDistance())
                .put("hardBodyRadiusM", r.radiusM())
                .put("hardBodyRadiusSource", r.radiusSource())
                .put("probability", r.probability())
                .put("method", r.method().name())
                .put("methods", methods)
                .put("maximumProbability", r.maximumProbability())
                .put("scaleOfMaximum", r.scaleOfMaximum());
        if (r.validity().curvedProbability().isPresent()) {
            json.put("curvedProbability", r.validity().curvedProbability().getAsDouble());
        }
        m.collisionProbability().ifPresent(p -> json.put("statedProbability", p));
        m.collisionProbabilityMethod().ifPresent(method -> json.put("statedMethod", method));
        a.trial.ifPresent(e -> json.put(
                "monteCarlo",
                new JsonObject()
                        .put("probability", e.probability())
                        .put("low95", e.low())
                        .put("high95", e.high())
                        .put("samples", e.samples())
                        .put("hits", e.hits())
                        .put("weighted", e.isWeighted())
                        .put("coarse", e.isCoarse())
                        .put("seed", e.seed())));
        json.put(
                "validity",
                new JsonObject()
                        .put("validFor2d", r.validity().isValidFor2d())
                        .put(
                                "violations",
                                new JsonArray(r.validity().violations().stream()
                                        .map(Enum::name)
                                        .toList()))
                        .put("encounterS", r.validity().encounterS())
                        .put("revolutionShare", finite(r.validity().revolutionShare()))
                        .put("diluted", r.scaleOfMaximum() < 1)
                        .put("covariance1", json(r.validity().object1()))
                        .put("covariance2", json(r.validity().object2())));
        json.put(
                "sensitivity",
                new JsonObject()
                        .put("radiusFactors", list(RADIUS_FACTORS))
                        .put("byRadius", new JsonArray(byRadius(a)))
                        .put("sigmaFactors", list(SIGMA_FACTORS))
                        .put("bySigma", new JsonArray(bySigma(a))));
        return json;
    }

    private static JsonObject json(CovarianceHealth h) {
        return new JsonObject()
                .put("positiveDefinite", h.isPositive())
                .put("leastCorrelationEigenvalue", h.leastCorrelationEigenvalue())
                .put("sigmaRtnM", new JsonArray(List.of(h.sigmaRM(), h.sigmaTM(), h.sigmaNM())));
    }

    /** JSON has no word for what is no number. */
    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static JsonArray list(double[] values) {
        JsonArray array = new JsonArray();
        for (double value : values) {
            array.add(value);
        }
        return array;
    }

    private static double speed(ConjunctionMessage m) {
        return m.object2()
                .state()
                .velocityMps()
                .minus(m.object1().state().velocityMps())
                .norm();
    }

    private static String name(ConjunctionMessage.ConjunctionObject object) {
        return object.name().isEmpty() || object.name().equals(object.designator())
                ? object.designator()
                : object.designator() + " " + object.name();
    }

    private static String name(Method method) {
        return switch (method) {
            case PATERA_2005 -> "Patera 2005";
            case LAAS_2015 -> "LAAS 2015";
            case ALFANO_2005 -> "Alfano 2005";
            case CHAN_1997 -> "Chan 1997";
            case ALFRIEND_1999 -> "Alfriend 1999";
            case ALFRIEND_1999_MAX -> "Alfriend 1999 max";
        };
    }

    private static String metres(double value) {
        return String.format(Locale.ROOT, "%.3f m", value);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.9e", value);
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
