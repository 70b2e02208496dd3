package nl.sluis.gateway.demo;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import nl.sluis.gateway.ConfigException;
import nl.sluis.gateway.Gateway;
import nl.sluis.gateway.GatewayConfig;
import nl.sluis.gateway.Logging;
import nl.sluis.gateway.PolicyFolder;
import nl.sluis.partner.ContextFileException;
import nl.sluis.partner.ContributionOutcome;
import nl.sluis.partner.Contributor;
import nl.sluis.partner.ContributorOptions;
import nl.sluis.partner.PartnerClient;
import nl.sluis.partner.PartnerContext;
import nl.sluis.partner.Subscription;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.Spifs;
import nl.sluis.policy.text.PolicyException;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Decision;
import nl.sluis.proto.v1.DecisionOutcome;
import nl.sluis.proto.v1.ListDecisionsRequest;
import nl.sluis.proto.v1.ListDecisionsResponse;
import nl.sluis.proto.v1.PolicyServiceGrpc;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.PutSensorRequest;
import nl.sluis.proto.v1.RefusedPart;
import nl.sluis.proto.v1.RuleHit;
import nl.sluis.proto.v1.SensorServiceGrpc;
import nl.sluis.proto.v1.StartSnapshot;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.Track;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluis demo}: five nations contribute, three partners see different skies. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        header = "Shows the main job on real input: five nations contribute, three partners see different skies.",
        description = {
            "Makes a development PKI, starts a gateway on loopback with the embedded store and mutual TLS 1.3, has five",
            "nations contribute real tracking, an agency real conjunctions and the public catalogue, and shows side by",
            "side what three partners with different rights receive. Ends by itself in under two minutes."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every partner received what it may have",
            "1:something failed, the message says what",
            "2:wrong use"
        })
public final class DemoCommand implements Callable<Integer> {
    private static final Duration TIME_MAX = Duration.ofSeconds(110);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--input",
            paramLabel = "<folder>",
            description = "Files of this folder take the place of the built-in ones of the same name.")
    private @Nullable Path input;

    @Option(
            names = "--folder",
            paramLabel = "<folder>",
            description = "An absent or empty folder to work in, kept afterwards (default: a temporary one).")
    private @Nullable Path folder;

    @Option(
            names = "--keep-running",
            description = "Leave the gateway running after the summary, until SIGINT; keeps the folder.")
    private boolean keepRunning;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Path work = null;
        boolean keep = folder != null || keepRunning;
        try {
            work = folder == null
                    ? Files.createTempDirectory("sluis-demo-")
                    : Files.createDirectories(folder.toAbsolutePath());
            return run(new Screen(out), work);
        } catch (IOException
                | ConfigException
                | ContextFileException
                | PolicyException
                | ExecutionException
                | IllegalStateException e) {
            err.println("demo: " + e.getMessage());
            return 1;
        } finally {
            if (work != null && !keep) {
                delete(work, err);
            }
        }
    }

    private int run(Screen screen, Path work)
            throws IOException, ConfigException, ContextFileException, PolicyException, InterruptedException,
                    ExecutionException {
        Logging.toFile(work.resolve("gateway.log"));
        Path config = configuration(work);
        Spifs spifs =
                PolicyBundle.load(PolicyFolder.read(work.resolve("policy"))).spifs();
        Scene scene = new Scene(input, spifs, Instant.now());

        screen.step("a development PKI: one root and one issuing authority for each nation");
        Pki.make(work.resolve("pki"));

        screen.step("the policy: officers of the host and of each originator sign the bundle");
        sign(work);

        screen.step("the gateway: embedded store, mutual TLS 1.3, one policy for the host and one for each originator");
        try (Gateway gateway = Gateway.open(GatewayConfig.load(config), work, Clock.systemUTC())) {
            gateway.start();
            screen.line("partners on 127.0.0.1:" + gateway.partnerPort() + ", health and metrics on http://127.0.0.1:"
                    + gateway.adminPort() + ", log in " + work.resolve("gateway.log"));
            int code = play(screen, scene, spifs, work, gateway);
            nextCommands(screen, work, gateway);
            if (keepRunning) {
                screen.step("the gateway goes on until you stop it (Ctrl-C)");
                Runtime.getRuntime().addShutdownHook(new Thread(gateway::close, "sluis-stop"));
                new CountDownLatch(1).await();
            }
            return code;
        }
    }

    private int play(Screen screen, Scene scene, Spifs spifs, Path work, Gateway gateway)
            throws ContextFileException, IOException, InterruptedException, ExecutionException {
        Instant deadline = Instant.now().plus(TIME_MAX);
        List<Received> received = new ArrayList<>();
        List<AutoCloseable> open = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        try {
            screen.step("three partners subscribe");
            screen.row(
                    "", Scene.SUBSCRIBERS.stream().map(Scene.Subscriber::tenant).toList());
            screen.row(
                    "", Scene.SUBSCRIBERS.stream().map(Scene.Subscriber::rights).toList());
            for (Scene.Subscriber subscriber : Scene.SUBSCRIBERS) {
                PartnerClient client = client(work, gateway, "tenants/" + subscriber.tenant());
                open.add(client);
                Received one = new Received(received.size(), screen, spifs);
                received.add(one);
                Subscription subscription = client.subscribe(
                        SubscribeRequest.newBuilder()
                                .setSnapshot(StartSnapshot.getDefaultInstance())
                                .build(),
                        one);
                open.add(subscription);
            }

            screen.step("2010: five nations contribute their tracking of W3B; each view gets its own orbit");
            try (PartnerClient catalogue = client(work, gateway, "tenants/" + Scene.CATALOGUE)) {
                contribute(screen, catalogue, List.of(scene.referenceOrbit()), refused);
            }
            for (Scene.Station station : Scene.STATIONS) {
                try (PartnerClient client = client(work, gateway, "tenants/" + station.tenant())) {
                    SensorServiceGrpc.newBlockingStub(client.channel())
                            .putSensor(PutSensorRequest.newBuilder()
                                    .setSensor(scene.sensor(station))
                                    .build());
                    screen.line(station.tenant() + " contributes under " + station.label());
                    contribute(screen, client, List.of(scene.tracking(station)), refused);
                }
                awaitQuiet(screen, gateway, received, deadline);
            }

            screen.step("2021-2023: an agency contributes real conjunction messages, NATO RESTRICTED");
            try (PartnerClient client = client(work, gateway, "tenants/" + Scene.CONJUNCTIONS)) {
                contribute(screen, client, scene.conjunctions(), refused);
            }
            awaitQuiet(screen, gateway, received, deadline);

            screen.step("30 May 2026: the public catalogue (CelesTrak), all on all over a day");
            try (PartnerClient client = client(work, gateway, "tenants/" + Scene.CATALOGUE)) {
                contribute(screen, client, List.of(scene.catalogue()), refused);
            }
            awaitQuiet(screen, gateway, received, deadline);

            boolean complete = received.stream().allMatch(one -> one.lastTrack().isPresent());
            summary(
                    screen,
                    received,
                    refused,
                    withheld(client(work, gateway, "officers/" + Scene.HOST_OFFICER + "/first-officer")));
            return complete ? 0 : 1;
        } finally {
            for (AutoCloseable one : open) {
                try {
                    one.close();
                } catch (Exception e) {
                    screen.line("close: " + e.getMessage());
                }
            }
        }
    }

    private static PartnerClient client(Path work, Gateway gateway, String credential) throws ContextFileException {
        Path own = work.resolve("pki").resolve(credential);
        return PartnerClient.open(PartnerContext.of(
                "127.0.0.1:" + gateway.partnerPort(),
                own.resolve("gateway-root.pem"),
                own.resolve("certificate.pem"),
                own.resolve("key.pem"),
                work.resolve("data").resolve("signing.pub.pem")));
    }

    private static void contribute(Screen screen, PartnerClient client, List<Contribution> items, List<String> refused)
            throws InterruptedException, ExecutionException {
        try (Contributor contributor = client.contributor(ContributorOptions.DEFAULT)) {
            Map<String, CompletionStage<ContributionOutcome>> answers = new TreeMap<>();
            for (Contribution item : items) {
                answers.put(item.getClientId(), contributor.submit(item));
            }
            int records = 0;
            int observations = 0;
            for (var answer : answers.entrySet()) {
                ContributionOutcome outcome =
                        answer.getValue().toCompletableFuture().get();
                if (outcome instanceof ContributionOutcome.Accepted accepted) {
                    records += accepted.records();
                    observations += accepted.observations();
                    for (RefusedPart part : accepted.refusedParts()) {
                        refused.add(String.format(
                                Locale.ROOT,
                                "%s line %d, %s: `%s` (expected: %s); the rest of the file was taken",
                                answer.getKey(),
                                part.getLine(),
                                part.getField(),
                                part.getFound(),
                                part.getExpected()));
                    }
                } else if (outcome instanceof ContributionOutcome.Refused no) {
                    refused.add(answer.getKey() + ": " + no.message());
                }
            }
            refused.stream()
                    .filter(text -> answers.keySet().stream().anyMatch(text::startsWith))
                    .forEach(text -> screen.line("refused: " + text));
            screen.line("durable: " + answers.size() + (answers.size() == 1 ? " document, " : " documents, ") + records
                    + " records" + (observations > 0 ? ", " + observations + " observations" : ""));
        }
    }

    /** Waits until the gateway has worked off everything and each subscriber has been told that it is up to date. */
    private static void awaitQuiet(Screen screen, Gateway gateway, List<Received> received, Instant deadline)
            throws InterruptedException {
        Instant lastWord = Instant.now();
        while (!gateway.idle()) {
            if (Instant.now().isAfter(deadline)) {
                throw new IllegalStateException("the gateway was not done after " + TIME_MAX.toSeconds() + " s");
            }
            if (Duration.between(lastWord, Instant.now()).toSeconds() >= 3) {
                screen.line("… working");
                lastWord = Instant.now();
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis());
        }
        Instant done = Instant.now();
        while (!received.stream().allMatch(one -> one.isUpToDateSince(done))) {
            if (Instant.now().isAfter(deadline)) {
                throw new IllegalStateException("a subscriber was not up to date after " + TIME_MAX.toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis());
        }
    }

    /** What was withheld from whom and why, as the host's officer may ask. */
    private static Map<String, Map<String, Integer>> withheld(PartnerClient officer) {
        Map<String, Map<String, Integer>> byTenant = new TreeMap<>();
        try (officer) {
            String token = "";
            do {
                ListDecisionsResponse page = PolicyServiceGrpc.newBlockingStub(officer.channel())
                        .listDecisions(ListDecisionsRequest.newBuilder()
                                .setOutcome(DecisionOutcome.DECISION_OUTCOME_WITHHELD)
                                .setPageSize(1000)
                                .setPageToken(token)
                                .build());
                for (Decision decision : page.getDecisionsList()) {
                    byTenant.computeIfAbsent(decision.getTenant(), none -> new TreeMap<>())
                            .merge(reason(decision), 1, Integer::sum);
                }
                token = page.getNextPageToken();
            } while (!token.isEmpty());
        }
        return byTenant;
    }

    private static String reason(Decision decision) {
        String kind =
                decision.getKind().name().substring("PRODUCT_KIND_".length()).toLowerCase(Locale.ROOT);
        String owner = decision.getOwnersCount() == 0
                ? ""
                : ", data of " + decision.getOwners(0).getNation();
        String why = decision.getRulesList().stream()
                .filter(rule -> rule.getVerb().equals("withhold"))
                .map(RuleHit::getName)
                .findFirst()
                .orElse(decision.getReason().name());
        return kind + owner + ": " + why;
    }

    private static void summary(
            Screen screen, List<Received> received, List<String> refused, Map<String, Map<String, Integer>> withheld) {
        screen.step("what each partner got");
        screen.row("", Scene.SUBSCRIBERS.stream().map(Scene.Subscriber::tenant).toList());
        screen.row(
                "W3B",
                received.stream()
                        .map(one -> one.lastTrack()
                                .map(track -> "1-sigma "
                                        + Received.distance(track.getQuality().getPositionSigmaM()))
                                .orElse("nothing"))
                        .toList());
        screen.row(
                "",
                received.stream()
                        .map(one -> one.lastTrack().map(DemoCommand::made).orElse(""))
                        .toList());
        screen.row("", received.stream().map(Received::lastTrackMarking).toList());
        screen.row(
                "tracks",
                received.stream()
                        .map(one -> one.count(ProductKind.PRODUCT_KIND_TRACK) + " versions")
                        .toList());
        screen.row(
                "agency",
                received.stream()
                        .map(one -> one.conjunctions(true) + " conjunctions"
                                + (one.conjunctions(true) == 0
                                        ? ""
                                        : one.hasWarningWithOrbit() ? " with orbits" : ", warning only"))
                        .toList());
        screen.row(
                "screened",
                received.stream()
                        .map(one -> one.conjunctions(false) + " approaches, "
                                + one.count(ProductKind.PRODUCT_KIND_PROXIMITY) + " stay together")
                        .toList());
        screen.step("what was withheld, and by which rule (an officer of the host may ask; partners never see this)");
        for (Scene.Subscriber subscriber : Scene.SUBSCRIBERS) {
            String name = subscriber.tenant().substring(subscriber.tenant().indexOf('/') + 1);
            screen.line(subscriber.tenant());
            Map<String, Integer> reasons = withheld.getOrDefault(name, Map.of());
            if (reasons.isEmpty()) {
                screen.line("  nothing");
            }
            reasons.forEach((reason, count) -> screen.line(String.format(Locale.ROOT, "  %5d  %s", count, reason)));
        }
        if (!refused.isEmpty()) {
            screen.step("input that was refused");
            refused.forEach(screen::line);
        }
    }

    private static String made(Track track) {
        String by = track.getContributorsCount() == 0
                ? "contributors withheld"
                : String.join(" ", track.getContributorsList());
        return track.getQuality().getObservationsUsed() + " obs, " + by;
    }

    private void nextCommands(Screen screen, Path work, Gateway gateway) throws IOException {
        String sluis = "java -jar "
                + Path.of("").toAbsolutePath().relativize(Pki.home().resolve("sluis.jar")) + " ";
        screen.step("try next");
        if (folder == null) {
            screen.line(sluis + "demo --folder sluis-demo --keep-running");
            screen.line(
                    "    keeps the gateway running and its files; then it prints how to subscribe as one of the partners");
        } else {
            String pki = folder + "/pki/tenants/nor/north-watch/";
            if (keepRunning) {
                screen.line(
                        sluis + "subscribe all --from snapshot --endpoint 127.0.0.1:" + gateway.partnerPort() + " \\");
                screen.line("    --trust " + pki + "gateway-root.pem --cert " + pki + "certificate.pem --key " + pki
                        + "key.pem");
                screen.line("    receives what nor/north-watch may have; in another terminal");
            } else {
                screen.line(sluis + "gateway --config " + folder + "/gateway.yaml");
                screen.line("    runs this gateway again from its files, with all it holds; its log is in "
                        + work.resolve("gateway.log").getFileName());
            }
        }
        screen.line(sluis + "--help");
    }

    private void sign(Path work) throws IOException {
        for (String officer : Scene.OFFICERS) {
            Path credential = work.resolve("pki/officers").resolve(officer.replace(':', '/'));
            // the command beside this one, as an officer would call it
            CommandLine policy =
                    Objects.requireNonNull(spec).root().subcommands().get("policy");
            int code = Objects.requireNonNull(policy)
                    .setOut(new PrintWriter(Writer.nullWriter()))
                    .execute(
                            "sign",
                            work.resolve("policy").toString(),
                            "--key=" + credential.resolve("key.pem"),
                            "--certificate=" + credential.resolve("certificate.pem"));
            if (code != 0) {
                throw new IOException("the bundle was not signed by `" + officer + "`");
            }
        }
    }

    private static Path configuration(Path work) throws IOException {
        Path policy = Files.createDirectories(work.resolve("policy"));
        for (String file : List.of(
                "bundle.yaml",
                "tenants.yaml",
                "audiences.yaml",
                "object-groups.yaml",
                "nld.yaml",
                "usa.yaml",
                "ita.yaml",
                "kor.yaml",
                "zaf.yaml",
                "aus.yaml")) {
            copy("policy/" + file, policy.resolve(file));
        }
        Path config = work.resolve("gateway.yaml");
        copy("gateway.yaml", config);
        return config;
    }

    private static void copy(String resource, Path file) throws IOException {
        try (var in = Objects.requireNonNull(DemoCommand.class.getResourceAsStream("/demo/" + resource), resource)) {
            Files.write(file, in.readAllBytes());
        }
    }

    private static void delete(Path work, PrintWriter err) {
        try (Stream<Path> files = Files.walk(work)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            err.println("demo: folder `" + work + "` was not removed: " + e.getMessage());
        }
    }

    /** The development PKI, made by a program that this one can't load. */
    private static final class Pki {
        static void make(Path folder) throws IOException, InterruptedException {
            Path home = home();
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    home.resolve("demo").resolve("*")
                            + File.pathSeparator
                            + home.resolve("lib").resolve("*"),
                    "nl.sluis.certs.CertsDev",
                    "--out",
                    folder.toString(),
                    "--host",
                    "nld"));
            Scene.OFFICERS.forEach(officer -> command.addAll(List.of("--officer", officer)));
            List<String> tenants = new ArrayList<>(List.of(
                    Scene.HOST_OFFICER + ":officer,operator",
                    Scene.CATALOGUE + ":contributor",
                    Scene.CONJUNCTIONS + ":contributor"));
            Scene.STATIONS.forEach(station -> tenants.add(station.tenant() + ":contributor"));
            Scene.SUBSCRIBERS.forEach(subscriber -> tenants.add(subscriber.tenant() + ":subscriber"));
            tenants.forEach(tenant -> command.addAll(List.of("--tenant", tenant)));
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException("development PKI was not made: " + output.strip());
            }
        }

        /** Folder of {@code sluis.jar}, beside which {@code lib} and {@code demo} lie. */
        private static Path home() throws IOException {
            try {
                Path jar = Path.of(DemoCommand.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI());
                Path home = Objects.requireNonNull(jar.toAbsolutePath().getParent());
                if (!Files.isDirectory(home.resolve("demo"))) {
                    throw new IOException(
                            "folder `" + home.resolve("demo") + "` is missing (expected: beside sluis.jar)");
                }
                return home;
            } catch (URISyntaxException e) {
                throw new IOException("the folder of sluis.jar can't be found", e);
            }
        }
    }
}
