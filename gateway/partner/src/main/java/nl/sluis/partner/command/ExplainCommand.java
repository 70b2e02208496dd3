package nl.sluis.partner.command;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import nl.sluis.proto.v1.CatalogueServiceGrpc;
import nl.sluis.proto.v1.CatalogueServiceGrpc.CatalogueServiceBlockingStub;
import nl.sluis.proto.v1.Disagreement;
import nl.sluis.proto.v1.ExplainObjectRequest;
import nl.sluis.proto.v1.ExplainObjectResponse;
import nl.sluis.proto.v1.ExplainedOrbit;
import nl.sluis.proto.v1.ListDisagreementsRequest;
import nl.sluis.proto.v1.ListDisagreementsResponse;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.OrbitContributor;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Why an orbit is as good as it is, for officers and auditors. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        header = "Says what an orbit rests on, and whose data disagree, for officers and auditors.",
        synopsisSubcommandLabel = "COMMAND")
public final class ExplainCommand {
    private static final int PAGE = 500;
    private static final Pattern DESIGNATOR = Pattern.compile("\\d{4}-\\d{3}[A-Z]{1,3}");

    @Spec
    private @Nullable CommandSpec spec;

    @Command(
            name = "object",
            header = "Shows whose data each audience's orbit of an object rests on, and how good it is.",
            description = {
                "An officer is shown what rests on contributions of its own nation, and all of its own nation's"
                        + " audiences;",
                "the host's officers and auditors are shown any; all only as far as their clearance goes. Orbits are"
                        + " fitted",
                "from what may be shown and nothing else, and told as they are before any coarsening."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                ExitCode.OK_TEXT,
                ExitCode.FAILED_TEXT,
                ExitCode.USAGE_TEXT,
                ExitCode.UNREACHABLE_TEXT,
                ExitCode.NOT_PERMITTED_TEXT
            })
    int object(
            @Mixin ConnectionOptions connection,
            @Parameters(paramLabel = "NUMBER", description = "Catalogue number, or international designator.")
                    String number,
            @Option(names = "--json", description = "One line of JSON.") boolean json) {
        return Asking.gateway(line(), connection, channel -> {
            ExplainObjectResponse answer = timed(CatalogueServiceGrpc.newBlockingStub(channel))
                    .explainObject(ExplainObjectRequest.newBuilder()
                            .setObject(reference(number))
                            .build());
            if (json) {
                line().getOut().println(JsonWriter.json(answer));
            } else {
                answer.getOrbitsList().forEach(this::print);
            }
        });
    }

    @Command(
            name = "disagreements",
            header = "Lists whose observations disagree with those of the others, for officers.",
            description = {
                "An officer is shown its own nation's data as they stand in its own nation's views; the host's"
                        + " officers are",
                "shown anybody's in any view; both only as far as their clearance goes."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                ExitCode.OK_TEXT,
                ExitCode.FAILED_TEXT,
                ExitCode.USAGE_TEXT,
                ExitCode.UNREACHABLE_TEXT,
                ExitCode.NOT_PERMITTED_TEXT
            })
    int disagreements(
            @Mixin ConnectionOptions connection,
            @Option(names = "--json", description = "One line of JSON for each.") boolean json) {
        return Asking.gateway(line(), connection, channel -> {
            String token = "";
            do {
                ListDisagreementsResponse page = timed(CatalogueServiceGrpc.newBlockingStub(channel))
                        .listDisagreements(ListDisagreementsRequest.newBuilder()
                                .setPageSize(PAGE)
                                .setPageToken(token)
                                .build());
                for (Disagreement one : page.getDisagreementsList()) {
                    line().getOut()
                            .println(
                                    json
                                            ? JsonWriter.json(one)
                                            : Words.printable(Words.object(one.getObject()) + ", view of "
                                                    + String.join(" ", one.getTenantsList()) + ": " + text(one)));
                }
                token = page.getNextPageToken();
            } while (!token.isEmpty());
        });
    }

    private ObjectReference reference(String number) {
        ObjectReference.Builder reference = ObjectReference.newBuilder();
        if (DESIGNATOR.matcher(number).matches()) {
            return reference.setInternationalDesignator(number).build();
        }
        try {
            return reference.setCatalogueNumber(Integer.parseInt(number)).build();
        } catch (NumberFormatException e) {
            throw new CommandLine.ParameterException(
                    line(),
                    "object: `" + number + "` (expected: a catalogue number, or a designator such as 2010-056A)",
                    e);
        }
    }

    private void print(ExplainedOrbit orbit) {
        PrintWriter out = line().getOut();
        out.println(Words.printable(String.join(" ", orbit.getTenantsList())));
        out.println("  orbit    "
                + (orbit.hasPositionSigmaM()
                        ? "1-sigma " + Words.distance(orbit.getPositionSigmaM())
                        : "none, " + Words.of(orbit.getVerdict())));
        if (orbit.hasWithoutOwn()) {
            out.println("  without  "
                    + (orbit.getWithoutOwn().hasPositionSigmaM()
                            ? "1-sigma " + Words.distance(orbit.getWithoutOwn().getPositionSigmaM())
                            : "no orbit")
                    + " without your own nation's sensors");
        }
        for (OrbitContributor one : orbit.getContributorsList()) {
            out.printf(
                    Locale.ROOT,
                    "  data     %s: %d contributions, %d observations%n",
                    Words.printable(one.getOriginator()),
                    one.getContributions(),
                    one.getObservations());
        }
        for (Disagreement one : orbit.getDisagreementsList()) {
            out.println("  beware   " + Words.printable(text(one)));
        }
    }

    private static String text(Disagreement one) {
        return String.format(
                Locale.ROOT,
                "%s is off by %.1f of its sigmas; %s",
                one.getOriginator(),
                one.getSigmas(),
                one.getDownWeighted()
                        ? "the others agree, so its data count less"
                        : "nobody can tell who is right, so the covariance is widened");
    }

    private static CatalogueServiceBlockingStub timed(CatalogueServiceBlockingStub service) {
        return service.withDeadlineAfter(Asking.ANSWER_MAX_S, TimeUnit.SECONDS);
    }

    private CommandLine line() {
        return Objects.requireNonNull(spec).commandLine();
    }
}
