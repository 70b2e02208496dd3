package nl.sluis.gateway.analyst;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.ccsds.MessageException;
import nl.sluis.orbit.determination.Ephemeris;
import nl.sluis.orbit.determination.LocalAxes;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluis compare}: how two ephemerides differ along the axes of the first. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        header = "Gives the radial, transverse and normal differences of two ephemerides (OEM, CPF).",
        description = {
            "Differences are second minus first, along the axes of the first, where both have states. An ephemeris is",
            "interpolated between its points and never extended."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:compared", "1:the two have no time in common", MessageFiles.UNREADABLE},
        footerHeading = "%nExample:%n",
        footer = {"  sluis compare orbit.oem prediction.cpf --step PT5M"})
public final class CompareCommand implements Callable<Integer> {
    private static final int NOTHING_IN_COMMON = 1;

    /** Lines of one comparison. */
    private static final int MOST_POINTS = 1_000_000;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "<first>", description = "An ephemeris: OEM or CPF.")
    private Path first = Path.of("");

    @Parameters(index = "1", paramLabel = "<second>", description = "Another.")
    private Path second = Path.of("");

    @Option(
            names = "--step",
            paramLabel = "<duration>",
            description = "Compare at this step; default: at the points of the first.")
    private @Nullable Duration step;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "<form>",
            defaultValue = "table",
            description = "table or json; default: ${DEFAULT-VALUE}.")
    private String form = "table";

    /** The difference at one epoch. */
    private record Difference(Instant epoch, Vector3 positionM, Vector3 velocityMps) {}

    @Override
    public Integer call() {
        if (!form.equals("table") && !form.equals("json")) {
            throw wrong("--output: `" + form + "` (expected: table or json)");
        }
        if (step != null && (step.isNegative() || step.isZero())) {
            throw wrong("--step: `" + step + "` (expected: a positive duration such as PT5M)");
        }
        List<Ephemeris> a = read(first);
        List<Ephemeris> b = read(second);
        List<Difference> differences = new ArrayList<>();
        for (Ephemeris one : a) {
            for (Instant epoch : epochs(one)) {
                Optional<OrbitState> other = b.stream()
                        .flatMap(e -> e.at(epoch).stream())
                        .map(Ephemeris.Point::state)
                        .findFirst();
                if (other.isPresent()) {
                    differences.add(difference(one.at(epoch).orElseThrow().state(), other.get()));
                }
            }
        }
        if (differences.isEmpty()) {
            err().println("common time: none; first " + spans(a) + ", second " + spans(b)
                    + " (expected: spans that meet)");
            return NOTHING_IN_COMMON;
        }
        if (form.equals("json")) {
            out().println(json(differences).encodePrettily());
        } else {
            table(differences);
        }
        out().flush();
        return 0;
    }

    private List<Instant> epochs(Ephemeris ephemeris) {
        if (step == null) {
            return ephemeris.points().stream().map(p -> p.state().epoch()).toList();
        }
        if (Duration.between(ephemeris.start(), ephemeris.end()).dividedBy(step) > MOST_POINTS) {
            throw wrong("--step: `" + step + "` (expected: one that makes at most " + MOST_POINTS + " points)");
        }
        return Ephemeris.epochs(ephemeris.start(), ephemeris.end(), step);
    }

    private static Difference difference(OrbitState first, OrbitState second) {
        LocalAxes.Difference difference = LocalAxes.difference(first, second);
        return new Difference(first.epoch(), difference.positionM(), difference.velocityMps());
    }

    private void table(List<Difference> differences) {
        out().printf(Locale.ROOT, "%-30s %14s %14s %14s %14s%n", "epoch (UTC)", "R m", "T m", "N m", "distance m");
        for (Difference d : differences) {
            out().printf(
                            Locale.ROOT,
                            "%-30s %14.3f %14.3f %14.3f %14.3f%n",
                            d.epoch(),
                            d.positionM().x(),
                            d.positionM().y(),
                            d.positionM().z(),
                            d.positionM().norm());
        }
        Vector3 rms = rms(differences);
        out().printf(
                        Locale.ROOT,
                        "%-30s %14.3f %14.3f %14.3f %14.3f%n",
                        "rms of " + differences.size(),
                        rms.x(),
                        rms.y(),
                        rms.z(),
                        rms.norm());
    }

    private static Vector3 rms(List<Difference> differences) {
        double r = 0;
        double t = 0;
        double n = 0;
        for (Difference d : differences) {
            r += d.positionM().x() * d.positionM().x();
            t += d.positionM().y() * d.positionM().y();
            n += d.positionM().z() * d.positionM().z();
        }
        int count = differences.size();
        return new Vector3(Math.sqrt(r / count), Math.sqrt(t / count), Math.sqrt(n / count));
    }

    private static JsonObject json(List<Difference> differences) {
        JsonArray points = new JsonArray();
        for (Difference d : differences) {
            points.add(new JsonObject()
                    .put("epoch", d.epoch().toString())
                    .put("position_rtn_m", array(d.positionM()))
                    .put("velocity_rtn_m_s", array(d.velocityMps())));
        }
        Vector3 rms = rms(differences);
        return new JsonObject()
                .put("rms_rtn_m", array(rms))
                .put("rms_m", rms.norm())
                .put("differences", points);
    }

    private static JsonArray array(Vector3 v) {
        return new JsonArray().add(v.x()).add(v.y()).add(v.z());
    }

    private List<Ephemeris> read(Path file) {
        String text = InputFile.text(file, spec.commandLine());
        try {
            OrbitFile read = OrbitFile.read(text);
            if (read.ephemerides().isEmpty()) {
                throw wrong(file + ": an " + read.form() + " (expected: an ephemeris, OEM or CPF)");
            }
            return read.ephemerides();
        } catch (MessageException e) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), file + ": " + e.problem().message(), e);
        }
    }

    private static String spans(List<Ephemeris> ephemerides) {
        return String.join(
                " and ",
                ephemerides.stream().map(e -> e.start() + " to " + e.end()).toList());
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
