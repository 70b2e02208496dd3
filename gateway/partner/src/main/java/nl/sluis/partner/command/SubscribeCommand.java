package nl.sluis.partner.command;

import com.google.protobuf.Timestamp;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import nl.sluis.partner.Backoff;
import nl.sluis.partner.ContextFileException;
import nl.sluis.partner.CursorFile;
import nl.sluis.partner.PartnerClient;
import nl.sluis.partner.ReceivedProduct;
import nl.sluis.partner.StreamCondition;
import nl.sluis.partner.StreamEnd;
import nl.sluis.partner.Subscription;
import nl.sluis.partner.SubscriptionListener;
import nl.sluis.partner.SubscriptionOptions;
import nl.sluis.partner.SubscriptionStatistics;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.OrbitRegime;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.StartNow;
import nl.sluis.proto.v1.StartSnapshot;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.TextForm;
import nl.sluis.proto.v1.Withdrawn;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows, records or pipes what the gateway releases to this partner. */
@Command(
        name = "subscribe",
        sortOptions = false,
        header = "Streams what is released to this partner; reconnects and resumes by itself.",
        footer = {
            "",
            "Standard output carries the data. Standard error says how the stream is doing:",
            "up to date, behind, withheld, missing or broken, so that an empty stream always",
            "has an explanation.",
            "",
            "Examples:",
            "  sluis subscribe all --from snapshot",
            "  sluis subscribe conjunctions \\",
            "    --filter 'product.conjunction.miss_distance_m < 500.0'",
            "  sluis subscribe tracks --cursor-file tracks.cursor -o jsonl >> tracks.jsonl",
            "  sluis subscribe tracks --from snapshot --once -o ccsds-kvn",
            "",
            "CCSDS texts are made by the gateway: an OPM of a track, an OEM of an ephemeris,",
            "a CDM of a conjunction. One text follows another; a product without one is named",
            "on standard error."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            ExitCode.OK_TEXT,
            ExitCode.FAILED_TEXT,
            ExitCode.USAGE_TEXT,
            ExitCode.UNREACHABLE_TEXT,
            ExitCode.NOT_PERMITTED_TEXT,
            ExitCode.REFUSED_TEXT,
            ExitCode.INTEGRITY_TEXT,
            ExitCode.INTERRUPTED_TEXT
        })
public final class SubscribeCommand implements Callable<Integer> {
    private static final long SELF_DEADLINE_S = 5;
    private static final long END_AFTER_SIGNAL_MAX_S = 5;

    /** What may be asked for, and the kinds it stands for. */
    enum Subject {
        tracks(ProductKind.PRODUCT_KIND_TRACK, ProductKind.PRODUCT_KIND_EPHEMERIS),
        conjunctions(ProductKind.PRODUCT_KIND_CONJUNCTION, ProductKind.PRODUCT_KIND_PROXIMITY),
        events(
                ProductKind.PRODUCT_KIND_REENTRY,
                ProductKind.PRODUCT_KIND_MANOEUVRE,
                ProductKind.PRODUCT_KIND_FRAGMENTATION,
                ProductKind.PRODUCT_KIND_LAUNCH,
                ProductKind.PRODUCT_KIND_INTERFERENCE,
                ProductKind.PRODUCT_KIND_INCIDENT),
        all();

        @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable, its type cannot say so
        private final List<ProductKind> kinds;

        Subject(ProductKind... kinds) {
            this.kinds = List.of(kinds);
        }
    }

    /** Forms of output. */
    enum Output {
        table("table", TextForm.TEXT_FORM_UNSPECIFIED),
        json("json", TextForm.TEXT_FORM_UNSPECIFIED),
        jsonl("jsonl", TextForm.TEXT_FORM_UNSPECIFIED),
        ccsdsKvn("ccsds-kvn", TextForm.TEXT_FORM_CCSDS_KVN),
        ccsdsXml("ccsds-xml", TextForm.TEXT_FORM_CCSDS_XML),
        ccsdsJson("ccsds-json", TextForm.TEXT_FORM_CCSDS_JSON);

        private final String word;
        private final TextForm textForm;

        Output(String word, TextForm textForm) {
            this.word = word;
            this.textForm = textForm;
        }

        /** The word of the command line. */
        @Override
        public String toString() {
            return word;
        }
    }

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "<what>", description = "One of: ${COMPLETION-CANDIDATES}.")
    private Subject subject = Subject.all;

    @Option(
            names = "--from",
            defaultValue = "now",
            paramLabel = "<start>",
            description = {
                "now: what comes after this call (default);",
                "snapshot: the latest version of every product, then live;",
                "time:<UTC>: what was released since, for example time:2026-11-01T00:00:00Z;",
                "cursor:<file>: after the checkpoint in that file."
            })
    private String from = "now";

    @Option(
            names = "--cursor-file",
            paramLabel = "<file>",
            description = "Resume from this file if it exists, else from --from; keep it up to date.")
    private @Nullable Path cursorFile;

    @Option(
            names = "--object",
            paramLabel = "<object>",
            description = "Only this object: catalogue number or international designator; repeat for more.")
    private List<String> objects = List.of();

    @Option(names = "--regime", paramLabel = "<regime>", description = "Only this regime: leo, meo, geo, heo.")
    private List<String> regimes = List.of();

    @Option(
            names = "--mode",
            paramLabel = "<mode>",
            description = "Data mode: real (default), exercise, simulated, test; repeat for more.")
    private List<String> modes = List.of();

    @Option(
            names = "--filter",
            defaultValue = "",
            paramLabel = "<CEL>",
            description = "CEL expression over `product`; the gateway checks it before it streams.")
    private String filter = "";

    @Option(names = "--limit", paramLabel = "<n>", description = "End after so many products.")
    private long limit = Long.MAX_VALUE;

    @Option(names = "--once", description = "End as soon as there is nothing more to send.")
    private boolean once;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            paramLabel = "<form>",
            description = "One of: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Output output = Output.table;

    @Option(
            names = "--acknowledge-withdrawals",
            description = "Tell the gateway that a withdrawn product is removed. Only where that is true.")
    private boolean acknowledge;

    @Option(
            names = "--attempts",
            paramLabel = "<n>",
            description = "Give up after so many failed attempts in a row (default: never).")
    private int attemptsMax = Backoff.UNLIMITED;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    private final CountDownLatch finished = new CountDownLatch(1);
    private final LongSupplier nanoTime;
    private volatile boolean interrupted;

    /** Times its progress by the system's clock. */
    public SubscribeCommand() {
        this(System::nanoTime);
    }

    SubscribeCommand(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public Integer call() throws InterruptedException {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        SubscribeRequest request = request(line);
        SubscriptionOptions options =
                SubscriptionOptions.DEFAULT.withBackoff(Backoff.DEFAULT.withAttemptsMax(attemptsMax));
        Path cursor = cursorFile != null ? cursorFile : cursorOfFrom(line);
        if (cursor != null) {
            options = options.withCursors(new CursorFile(cursor));
        }
        try (PartnerClient client = PartnerClient.open(connection.resolve(line))) {
            StreamWriter writer = writer(line, client);
            Show show = new Show(writer, line.getErr());
            Subscription subscription = client.subscribe(request, show, options);
            show.ends(subscription);
            StreamEnd end = await(subscription, writer);
            return report(line, end, subscription.statistics());
        } catch (ContextFileException | IOException e) {
            line.getErr().println(e.getMessage());
            return ExitCode.USAGE;
        } finally {
            finished.countDown();
        }
    }

    private SubscribeRequest request(CommandLine line) {
        SubscribeRequest.Builder request =
                SubscribeRequest.newBuilder().addAllKinds(subject.kinds).setTextForm(output.textForm);
        objects.forEach(object -> request.addObjects(object(object)));
        regimes.forEach(
                regime -> request.addRegimes(enumValue(line, "--regime", OrbitRegime.class, "ORBIT_REGIME_", regime)));
        modes.forEach(mode -> request.addDataModes(enumValue(line, "--mode", DataMode.class, "DATA_MODE_", mode)));
        request.setFilter(filter);
        if (from.equals("now")) {
            request.setNow(StartNow.getDefaultInstance());
        } else if (from.equals("snapshot")) {
            request.setSnapshot(StartSnapshot.getDefaultInstance());
        } else if (from.startsWith("time:")) {
            request.setTime(time(line, from.substring("time:".length())));
        } else if (!from.startsWith("cursor:")) {
            throw new ParameterException(
                    line, "--from: `" + from + "` (expected: now, snapshot, time:<UTC> or cursor:<file>)");
        }
        if (limit < 1) {
            throw new ParameterException(line, "--limit: `" + limit + "` (expected: at least 1)");
        }
        if (attemptsMax < 1) {
            throw new ParameterException(line, "--attempts: `" + attemptsMax + "` (expected: at least 1)");
        }
        return request.build();
    }

    private @Nullable Path cursorOfFrom(CommandLine line) {
        if (!from.startsWith("cursor:")) {
            return null;
        }
        Path file = Path.of(from.substring("cursor:".length()));
        if (!java.nio.file.Files.isReadable(file)) {
            throw new ParameterException(line, "--from: `" + file + "` cannot be read (expected: a cursor file)");
        }
        return file;
    }

    private static ObjectReference object(String text) {
        ObjectReference.Builder reference = ObjectReference.newBuilder();
        return text.matches("[0-9]{1,9}")
                ? reference.setCatalogueNumber(Integer.parseInt(text)).build()
                : reference.setInternationalDesignator(text).build();
    }

    static <E extends Enum<E>> E enumValue(CommandLine line, String option, Class<E> type, String prefix, String word) {
        String name = prefix + word.toUpperCase(Locale.ROOT);
        for (E value : Objects.requireNonNull(type.getEnumConstants())) {
            if (value.name().equals(name) && !name.endsWith("UNSPECIFIED")) {
                return value;
            }
        }
        throw new ParameterException(line, option + ": `" + word + "` is unknown");
    }

    private static Timestamp time(CommandLine line, String text) {
        try {
            Instant instant = Instant.parse(text);
            return Timestamp.newBuilder()
                    .setSeconds(instant.getEpochSecond())
                    .setNanos(instant.getNano())
                    .build();
        } catch (DateTimeParseException e) {
            throw new ParameterException(
                    line, "--from: time `" + text + "` (expected: UTC as in `2026-11-01T00:00:00Z`)", e);
        }
    }

    private StreamWriter writer(CommandLine line, PartnerClient client) {
        return switch (output) {
            case table ->
                new TableWriter(line.getOut(), line.getColorScheme().ansi(), new LabelText(policyNames(client)));
            case json -> new JsonWriter(line.getOut(), true);
            case jsonl -> new JsonWriter(line.getOut(), false);
            case ccsdsKvn, ccsdsXml, ccsdsJson -> new CcsdsWriter(line.getOut(), line.getErr());
        };
    }

    /** Names for display only; the stream itself will say what is wrong if this call fails. */
    private static Map<String, String> policyNames(PartnerClient client) {
        Map<String, String> names = new HashMap<>();
        try {
            client.tenants()
                    .withDeadlineAfter(SELF_DEADLINE_S, TimeUnit.SECONDS)
                    .getSelf(GetSelfRequest.getDefaultInstance())
                    .getTenant()
                    .getClearancesList()
                    .forEach(each -> names.put(each.getPolicyOid(), each.getPolicyName()));
        } catch (StatusRuntimeException unknown) {
            return Map.of();
        }
        return names;
    }

    /** Waits for the end; Ctrl-C ends the subscription, saves its cursor and lets the output be completed. */
    private StreamEnd await(Subscription subscription, StreamWriter writer) throws InterruptedException {
        Thread hook = new Thread(() -> {
            interrupted = true;
            subscription.cancel();
            try {
                if (!finished.await(END_AFTER_SIGNAL_MAX_S, TimeUnit.SECONDS)) {
                    Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            StreamEnd end = subscription.end().toCompletableFuture().join();
            writer.end();
            return end;
        } finally {
            if (!interrupted) {
                removeHook(hook);
            }
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // the signal came first: the hook is running and waits for us
        }
    }

    private int report(CommandLine line, StreamEnd end, SubscriptionStatistics statistics) {
        PrintWriter err = line.getErr();
        if (end.reason() != StreamEnd.Reason.DONE) {
            err.println(Words.printable(end.toString()));
        }
        err.println(statistics.products() + " products, " + statistics.duplicates() + " repeats dropped, "
                + statistics.reconnects() + " reconnects");
        return interrupted ? ExitCode.INTERRUPTED : ExitCode.of(end);
    }

    /** Writes products to the writer and the condition of the stream to standard error. */
    private final class Show implements SubscriptionListener {
        private final StreamWriter writer;
        private final PrintWriter err;
        private final Progress progress;
        private final AtomicBoolean over = new AtomicBoolean();
        private @Nullable Subscription subscription;
        private @Nullable Class<?> lastCondition;
        private long products;
        private boolean replaying = true;

        Show(StreamWriter writer, PrintWriter err) {
            this.writer = writer;
            this.err = err;
            this.progress = new Progress(err, nanoTime);
        }

        synchronized void ends(Subscription started) {
            subscription = started;
            if (over.get()) {
                started.cancel();
            }
        }

        private synchronized void finish() {
            over.set(true);
            if (subscription != null) {
                subscription.cancel();
            }
        }

        @Override
        public void onProduct(ReceivedProduct product) {
            writer.product(product);
            products++;
            if (replaying) {
                progress.step(() -> "replaying: " + products + " products so far, at "
                        + Words.time(product.product().getCreated()));
            }
            if (products >= limit) {
                finish();
            }
        }

        @Override
        public void onMessage(SubscribeResponse message) {
            switch (message.getMessageCase()) {
                case WITHDRAWN, POLICY_CHANGED, GAP, SNAPSHOT_COMPLETE -> writer.event(message);
                case DELIVERY, CHECKPOINT, HEARTBEAT, CLOSING, MESSAGE_NOT_SET -> {
                    // products come checked, the rest is told as a condition
                }
            }
        }

        @Override
        public void onSnapshotComplete(long count) {
            replaying = false;
            err.println("snapshot complete: " + count + " products; what follows is live");
            if (once) {
                finish();
            }
        }

        @Override
        public boolean onWithdrawn(Withdrawn withdrawn) {
            return acknowledge;
        }

        @Override
        public void onCondition(StreamCondition condition) {
            replaying &= !(condition instanceof StreamCondition.UpToDate);
            boolean changed = lastCondition != condition.getClass();
            lastCondition = condition.getClass();
            String text = describe(condition);
            if (changed || !(condition instanceof StreamCondition.UpToDate)) {
                err.println(Words.printable(text));
                err.flush();
            }
            if (once && condition instanceof StreamCondition.UpToDate) {
                finish();
            }
        }
    }

    static String describe(StreamCondition condition) {
        if (condition instanceof StreamCondition.UpToDate now) {
            return "up to date as of " + Words.time(now.watermark()) + "; nothing to send";
        } else if (condition instanceof StreamCondition.Behind behind) {
            return "behind by " + behind.lag().toSeconds() + " s, at " + Words.time(behind.watermark());
        } else if (condition instanceof StreamCondition.Withheld withheld) {
            return Words.of(withheld.gap().getReason()) + ": something is not sent, "
                    + Words.time(withheld.gap().getFrom()) + " to "
                    + Words.time(withheld.gap().getTo());
        } else if (condition instanceof StreamCondition.Missing missing) {
            return "MISSING (" + Words.of(missing.gap().getReason()) + "): "
                    + Words.time(missing.gap().getFrom()) + " to "
                    + Words.time(missing.gap().getTo());
        } else if (condition instanceof StreamCondition.Broken broken) {
            return "broken: " + broken.cause() + "; attempt " + (broken.attempt() + 1) + " in "
                    + String.format(Locale.ROOT, "%.1f s", broken.retryIn().toMillis() / 1000.0);
        }
        throw new IllegalStateException("condition: " + condition);
    }
}
