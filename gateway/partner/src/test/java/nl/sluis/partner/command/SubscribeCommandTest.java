package nl.sluis.partner.command;

import static nl.sluis.partner.FakeGateway.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.grpc.Status;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import nl.sluis.partner.FakeGateway;
import nl.sluis.proto.v1.Clearance;
import nl.sluis.proto.v1.Closing;
import nl.sluis.proto.v1.ClosingReason;
import nl.sluis.proto.v1.CollisionProbability;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionUrgency;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Covariance;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.FitQuality;
import nl.sluis.proto.v1.Gap;
import nl.sluis.proto.v1.GapReason;
import nl.sluis.proto.v1.GetSelfResponse;
import nl.sluis.proto.v1.Heartbeat;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.OrbitRegime;
import nl.sluis.proto.v1.ProbabilityMethod;
import nl.sluis.proto.v1.ProbabilityTrend;
import nl.sluis.proto.v1.ProbabilityValidity;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.SnapshotComplete;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.Tenant;
import nl.sluis.proto.v1.TextForm;
import nl.sluis.proto.v1.Track;
import nl.sluis.proto.v1.Withdrawn;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SubscribeCommandTest {
    /** 2026-11-01T10:00:00Z. */
    private static final Timestamp TIME =
            Timestamp.newBuilder().setSeconds(1_793_527_200L).build();

    @TempDir
    static Path folder;

    private static FakeGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway = new FakeGateway(folder.resolve("pki"));
        gateway.self = GetSelfResponse.newBuilder()
                .setTenant(Tenant.newBuilder()
                        .addClearances(Clearance.newBuilder()
                                .setPolicyOid("1.3.26.1.3.1")
                                .setPolicyName("NATO")))
                .build();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void clear() {
        gateway.subscriptions.clear();
        gateway.requests.clear();
    }

    @Test
    void rowsAreReadableAtAGlance() {
        script(
                delivery(track()),
                delivery(conjunction(true)),
                delivery(conjunction(false)),
                withdrawn(),
                checkpoint(1, 3, "x"),
                snapshotComplete(3));
        Ran ran = Ran.run(gateway, new SubscribeCommand(), "all", "--from", "snapshot", "--once");
        assertThat(ran.out()).isEqualToNormalizingNewlines("""
                created (UTC)        kind           object                          label                         details
                2026-11-01 10:00:00  track          37211 W3B                       NATO/1 rel NATO,SWE           1-sigma 132 m, 278 observations, from DEU NLD, version 2
                2026-11-01 10:00:00  conjunction    25544 ISS x 48274 CZ-3B DEB     NATO/1 rel NATO,SWE           observe, TCA 2026-11-01 10:00:00, miss 812 m, Pc 1.2e-05 (patera 2005, doubtful: slow encounter), rising, 1-sigma 120 m and ?
                2026-11-01 10:00:00  conjunction    25544 ISS x withheld            NATO/1 rel NATO,SWE           TCA 2026-11-01 10:00:00, miss 812 m, no Pc
                2026-11-01 10:00:00  WITHDRAWN      track-1                                                       version 2 mislabelled?[31m
                """);
        assertThat(ran.err())
                .contains("snapshot complete: 3 products")
                .contains("3 products, 0 repeats dropped, 0 reconnects");
        assertThat(ran.exitCode()).isZero();
    }

    @Test
    void aLongReplayTellsHowFarItIs() {
        script(delivery(track()), delivery(conjunction(true)), delivery(conjunction(false)), snapshotComplete(3));
        AtomicLong seconds = new AtomicLong();
        Ran ran = Ran.run(
                gateway,
                new SubscribeCommand(() -> TimeUnit.SECONDS.toNanos(seconds.addAndGet(2))),
                "all",
                "--from",
                "snapshot",
                "--once");

        assertThat(ran.err().lines().filter(line -> line.startsWith("replaying: ")))
                .containsExactly("replaying: 3 products so far, at 2026-11-01 10:00:00");
    }

    @Test
    void ccsdsTextsAreAskedForAndFollowOneAnother() {
        SubscribeResponse.Builder withText = delivery(track()).toBuilder();
        withText.getDeliveryBuilder().setText("CCSDS_OPM_VERS = 2.0\nCOMMENT \u001b[31m\n");
        script(withText.build(), delivery(conjunction(true)), snapshotComplete(2));
        Ran ran = Ran.run(gateway, new SubscribeCommand(), "all", "--from", "snapshot", "--once", "-o", "ccsds-kvn");

        assertThat(gateway.requests.remove().getTextForm()).isEqualTo(TextForm.TEXT_FORM_CCSDS_KVN);
        assertThat(ran.out()).isEqualToNormalizingNewlines("CCSDS_OPM_VERS = 2.0\nCOMMENT ?[31m\n");
        assertThat(ran.err()).contains("no CCSDS text: conjunction 25544 ISS x 48274 CZ-3B DEB");
    }

    @Test
    void jsonLinesHoldProductLabelAndHowFarItWasChecked() {
        script(delivery(track()), withdrawn(), snapshotComplete(1));
        Ran ran = Ran.run(gateway, new SubscribeCommand(), "tracks", "--from", "snapshot", "--once", "-o", "jsonl");
        List<String> lines = ran.out().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0))
                .startsWith("{\"product\":{\"productId\":\"track-1\",\"version\":2,")
                .contains("\"positionSigmaM\":132.0")
                .contains("\"label\":{\"parts\":[{\"policyOid\":\"1.3.26.1.3.1\"")
                .endsWith("\"integrity\":\"digest\"}");
        assertThat(lines.get(1)).startsWith("{\"withdrawn\":{\"productId\":\"track-1\"");
        assertThat(lines.get(2)).isEqualTo("{\"snapshotComplete\":{\"count\":\"1\"}}");
    }

    @Test
    void jsonIsOneArrayEvenWhereNothingCame() {
        script(snapshotComplete(0));
        Ran empty = Ran.run(
                gateway,
                new SubscribeCommand(),
                "events",
                "--from",
                "time:2026-11-01T00:00:00Z",
                "--once",
                "-o",
                "json");
        assertThat(empty.out()).startsWith("[\n{\"snapshotComplete\":").endsWith("\n]\n");
        script(heartbeat());
        Ran nothing = Ran.run(gateway, new SubscribeCommand(), "events", "--once", "-o", "json");
        assertThat(nothing.out()).isEqualToNormalizingNewlines("[]\n");
        assertThat(nothing.err()).contains("up to date as of 2026-11-01 10:00:00; nothing to send");
    }

    @Test
    void theLimitEndsTheStream() {
        script(delivery(track()), delivery(conjunction(true)), delivery(conjunction(false)));
        Ran ran = Ran.run(gateway, new SubscribeCommand(), "all", "--limit", "2", "-o", "jsonl");
        assertThat(ran.out().lines()).hasSize(2);
        assertThat(ran.exitCode()).isZero();
    }

    @Test
    void optionsBecomeTheRequest() throws Exception {
        script(heartbeat());
        Ran.run(
                gateway,
                new SubscribeCommand(),
                "conjunctions",
                "--object",
                "25544",
                "--object",
                "2010-056A",
                "--regime",
                "leo",
                "--mode",
                "exercise",
                "--filter",
                "product.conjunction.miss_distance_m < 1000.0",
                "--once");
        SubscribeRequest request = gateway.nextRequest();
        assertThat(request.getKindsList())
                .containsExactly(ProductKind.PRODUCT_KIND_CONJUNCTION, ProductKind.PRODUCT_KIND_PROXIMITY);
        assertThat(request.getObjects(0).getCatalogueNumber()).isEqualTo(25_544);
        assertThat(request.getObjects(1).getInternationalDesignator()).isEqualTo("2010-056A");
        assertThat(request.getRegimesList()).containsExactly(OrbitRegime.ORBIT_REGIME_LEO);
        assertThat(request.getDataModesList()).containsExactly(DataMode.DATA_MODE_EXERCISE);
        assertThat(request.getFilter()).isEqualTo("product.conjunction.miss_distance_m < 1000.0");
        assertThat(request.hasNow()).isTrue();
    }

    @Test
    void aCursorFileCarriesOnWhereItStopped() throws Exception {
        Path file = folder.resolve("tracks.cursor");
        script(delivery(track()), checkpoint(1, 1, "after-track"), heartbeat());
        Ran.run(gateway, new SubscribeCommand(), "tracks", "--cursor-file", file.toString(), "--once");
        gateway.nextRequest();
        script(heartbeat());
        Ran.run(gateway, new SubscribeCommand(), "tracks", "--from", "cursor:" + file, "--once");
        assertThat(gateway.nextRequest().getCursor().toStringUtf8()).isEqualTo("after-track");
    }

    @Test
    void standardErrorExplainsAnEmptyStream() {
        script(
                SubscribeResponse.newBuilder()
                        .setGap(Gap.newBuilder()
                                .setReason(GapReason.GAP_REASON_WITHHELD)
                                .setFrom(TIME)
                                .setTo(TIME))
                        .build(),
                SubscribeResponse.newBuilder()
                        .setGap(Gap.newBuilder()
                                .setReason(GapReason.GAP_REASON_TRIMMED)
                                .setFrom(TIME)
                                .setTo(TIME))
                        .build(),
                Status.UNAVAILABLE.withDescription("on purpose"));
        Ran ran = Ran.run(gateway, new SubscribeCommand(), "all", "--attempts", "1");
        assertThat(ran.err())
                .contains("withheld: something is not sent, 2026-11-01 10:00:00 to 2026-11-01 10:00:00")
                .contains("MISSING (trimmed): 2026-11-01 10:00:00 to 2026-11-01 10:00:00")
                .contains("unreachable: unavailable: on purpose");
        assertThat(ran.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void exitCodesTellWhyItEnded() {
        script(closing(ClosingReason.CLOSING_REASON_REVOKED));
        assertThat(Ran.run(gateway, new SubscribeCommand(), "all").exitCode()).isEqualTo(ExitCode.NOT_PERMITTED);
        script(Status.INVALID_ARGUMENT.withDescription("filter: `x`"));
        assertThat(Ran.run(gateway, new SubscribeCommand(), "all").exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(Ran.run(gateway, new SubscribeCommand(), "everything").exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(Ran.run(gateway, new SubscribeCommand(), "all", "--from", "yesterday")
                        .err())
                .contains("--from: `yesterday` (expected: now, snapshot, time:<UTC> or cursor:<file>)");
        assertThat(Ran.run(new SubscribeCommand(), "all", "--endpoint", "localhost:1")
                        .err())
                .contains("--endpoint, --trust, --cert and --key belong together");
    }

    @Test
    void helpNamesTheExitCodes() {
        assertThat(Ran.run(new SubscribeCommand(), "--help").out())
                .contains("Exit codes:")
                .contains("6     what arrived is not what was labelled, signed or counted")
                .contains("sluis subscribe all --from snapshot");
    }

    @Test
    void noLineOfHelpIsBrokenInTwo() {
        for (Object command :
                List.of(new SubscribeCommand(), new ContributeCommand(), new ContextCommand(), new DoctorCommand())) {
            String footer = String.join(
                    "\n",
                    new CommandLine(command).getCommandSpec().usageMessage().footer());
            assertThat(footer.lines()).allMatch(line -> line.length() <= 80);
        }
    }

    @Test
    void wrongUseIsAnsweredInTwoLines() {
        StringWriter err = new StringWriter();
        int exitCode = new CommandLine(new SubscribeCommand())
                .setParameterExceptionHandler(new ShortErrors())
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setErr(new PrintWriter(err))
                .execute("all", "--from", "yesterday");
        assertThat(exitCode).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).isEqualToNormalizingNewlines("""
                --from: `yesterday` (expected: now, snapshot, time:<UTC> or cursor:<file>)
                try `subscribe --help`
                """);
    }

    @Test
    void aFileThatIsNoCursorIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("no.cursor"), "not a cursor");
        Ran ran = Ran.run(gateway, new SubscribeCommand(), "all", "--cursor-file", file.toString());
        assertThat(ran.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ran.err()).contains("no.cursor");
    }

    private static void script(Object... steps) {
        gateway.subscriptions.add((request, answers) -> {
            for (Object step : steps) {
                if (step instanceof Status status) {
                    answers.onError(status.asRuntimeException());
                    return;
                }
                answers.onNext((SubscribeResponse) step);
            }
        });
    }

    private static SubscribeResponse delivery(Product product) {
        return SubscribeResponse.newBuilder()
                .setDelivery(gateway.delivery(product))
                .build();
    }

    private static Product track() {
        return Product.newBuilder()
                .setProductId("track-1")
                .setVersion(2)
                .setKind(ProductKind.PRODUCT_KIND_TRACK)
                .setCreated(TIME)
                .setTrack(Track.newBuilder()
                        .setObject(object(37_211, "W3B"))
                        .setQuality(
                                FitQuality.newBuilder().setPositionSigmaM(132).setObservationsUsed(278))
                        .addContributors("DEU")
                        .addContributors("NLD"))
                .build();
    }

    private static Product conjunction(boolean all) {
        ConjunctionWarning.Builder conjunction = ConjunctionWarning.newBuilder()
                .setTca(TIME)
                .setMissDistanceM(812)
                .setObject1(ConjunctionObject.newBuilder().setObject(object(25_544, "ISS")));
        if (all) {
            conjunction
                    .setObject2(ConjunctionObject.newBuilder().setObject(object(48_274, "CZ-3B DEB")))
                    .setProbability(CollisionProbability.newBuilder()
                            .setValue(1.2e-5)
                            .setMethod(ProbabilityMethod.PROBABILITY_METHOD_PATERA_2005)
                            .setValidity(ProbabilityValidity.PROBABILITY_VALIDITY_DOUBTFUL)
                            .addReasons("slow encounter"))
                    .setUrgency(ConjunctionUrgency.CONJUNCTION_URGENCY_OBSERVE)
                    .setTrend(ProbabilityTrend.PROBABILITY_TREND_RISING);
            conjunction
                    .getObject1Builder()
                    .setCovariance(Covariance.newBuilder()
                            .addAllLowerTriangle(List.of(6400.0, 0.0, 6400.0, 0.0, 0.0, 1600.0)));
        }
        return Product.newBuilder()
                .setProductId(all ? "conjunction-1" : "conjunction-2")
                .setVersion(1)
                .setKind(ProductKind.PRODUCT_KIND_CONJUNCTION)
                .setCreated(TIME)
                .setConjunction(conjunction)
                .build();
    }

    private static ObjectReference object(int number, String name) {
        return ObjectReference.newBuilder()
                .setCatalogueNumber(number)
                .setName(name)
                .build();
    }

    private static SubscribeResponse withdrawn() {
        return SubscribeResponse.newBuilder()
                .setWithdrawn(Withdrawn.newBuilder()
                        .setProductId("track-1")
                        .setVersion(2)
                        .setWithdrawn(TIME)
                        .setReason("mislabelled\u001b[31m"))
                .build();
    }

    private static SubscribeResponse snapshotComplete(long count) {
        return SubscribeResponse.newBuilder()
                .setSnapshotComplete(SnapshotComplete.newBuilder().setCount(count))
                .build();
    }

    private static SubscribeResponse heartbeat() {
        return SubscribeResponse.newBuilder()
                .setHeartbeat(Heartbeat.newBuilder().setWatermark(TIME))
                .build();
    }

    private static SubscribeResponse closing(ClosingReason reason) {
        return SubscribeResponse.newBuilder()
                .setClosing(Closing.newBuilder().setReason(reason))
                .build();
    }
}
