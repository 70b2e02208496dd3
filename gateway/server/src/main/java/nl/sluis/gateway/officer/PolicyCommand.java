package nl.sluis.gateway.officer;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import nl.sluis.gateway.release.RecordedItems;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.StoreException;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.BundleSignatures;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.change.Comparison;
import nl.sluis.policy.change.CounterExample;
import nl.sluis.policy.change.Direction;
import nl.sluis.policy.change.Preview;
import nl.sluis.policy.change.Proof;
import nl.sluis.policy.change.TestRun;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Explanation;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.ItemObject;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.rule.Kind;
import nl.sluis.policy.text.PolicyException;
import nl.sluis.policy.text.Problem;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluis policy}: checks, tests, compares, explains and signs folders of policy files. */
@Command(
        name = "policy",
        scope = CommandLine.ScopeType.INHERIT,
        description = "Checks, tests, compares, explains and signs release policies.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:right, passed, nothing widened, released",
            "1:the answer is no",
            "2:usage, or unreadable files"
        },
        subcommands = {
            PolicyCommand.Check.class,
            PolicyCommand.Test.class,
            PolicyCommand.Diff.class,
            PolicyCommand.Explain.class,
            PolicyCommand.Sign.class
        })
public final class PolicyCommand implements Runnable {
    private static final int NO = 1;
    /** Folders of policy files are no deeper than 4. */
    private static final int DEPTH_MAX = 4;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "missing command: check, test, diff, explain or sign");
    }

    /** How to print. */
    enum Format {
        table,
        json
    }

    /** What all subcommands share. */
    static final class Common {
        @Option(
                names = "--format",
                description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}",
                defaultValue = "table")
        private Format format = Format.table;

        @Option(names = "--at", description = "the time to take for now, such as 2026-03-01T12:00:00Z")
        private String at = "";

        @Spec(Spec.Target.MIXEE)
        private CommandSpec spec = CommandSpec.create();

        Instant now() {
            try {
                return at.isEmpty() ? Instant.now() : Instant.parse(at);
            } catch (DateTimeException e) {
                throw new CommandLine.ParameterException(
                        spec.commandLine(), "--at: `" + at + "` (expected: a time such as 2026-03-01T12:00:00Z)");
            }
        }

        boolean json() {
            return format == Format.json;
        }

        PrintWriter out() {
            return spec.commandLine().getOut();
        }

        /** A bundle, or its problems. */
        Object load(Path folder) {
            try {
                return PolicyBundle.load(files(folder));
            } catch (PolicyException e) {
                return e.problems();
            } catch (IOException e) {
                throw new CommandLine.ParameterException(
                        spec.commandLine(), "`" + folder + "` cannot be read: " + e.getMessage());
            }
        }

        /** A bundle, or the end of the command where it is not right. */
        PolicyBundle need(Path folder) {
            Object loaded = load(folder);
            if (loaded instanceof PolicyBundle bundle) {
                return bundle;
            }
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "`" + folder + "` is not right: run `sluis policy check " + folder + "`");
        }

        int problems(List<Problem> problems, String right) {
            if (json()) {
                JsonArray list = new JsonArray();
                problems.forEach(p -> list.add(new JsonObject()
                        .put("kind", p.kind().name())
                        .put("file", p.at().file())
                        .put("line", p.at().line())
                        .put("column", p.at().column())
                        .put("message", p.message())
                        .put("found", p.found())
                        .put("expected", p.expected())
                        .put("nearest", p.nearest())));
                out().println(new JsonObject().put("problems", list).encodePrettily());
            } else if (problems.isEmpty()) {
                out().println(right);
            } else {
                problems.forEach(out()::println);
            }
            return problems.isEmpty() ? 0 : NO;
        }
    }

    /** {@code sluis policy check}: reads a bundle, and proves its invariants. */
    @Command(
            name = "check",
            description = "Reads a folder of policy files, proves its invariants and names rules that change nothing.",
            mixinStandardHelpOptions = true)
    static final class Check implements Callable<Integer> {
        @Mixin
        private Common common = new Common();

        @Parameters(description = "folder of policy files")
        private Path folder = Path.of("");

        @Override
        @SuppressWarnings("unchecked")
        public Integer call() {
            Object loaded = common.load(folder);
            if (!(loaded instanceof PolicyBundle bundle)) {
                return common.problems((List<Problem>) loaded, "");
            }
            List<Problem> broken = new ArrayList<>();
            Preview.problems(bundle, common.now()).stream()
                    .filter(p -> p.message().startsWith("invariant"))
                    .forEach(broken::add);
            int rules =
                    bundle.policies().stream().mapToInt(p -> p.rules().size()).sum();
            int code = common.problems(
                    broken,
                    "right: " + bundle.policies().size() + " policies, " + rules + " rules, "
                            + bundle.tenants().size() + " tenants, "
                            + bundle.audiences().size() + " audiences, digest " + bundle.digestHex());
            if (!common.json()) {
                Proof.idleRules(bundle)
                        .forEach(r -> common.out()
                                .println(r.head().at() + ": " + r.verb().word() + " `"
                                        + r.head().name() + "` changes nothing, with all other rules as they are"));
            }
            return code;
        }
    }

    /** {@code sluis policy test}: runs the tests in the files. */
    @Command(name = "test", description = "Runs the tests in the files.", mixinStandardHelpOptions = true)
    static final class Test implements Callable<Integer> {
        @Mixin
        private Common common = new Common();

        @Parameters(description = "folder of policy files")
        private Path folder = Path.of("");

        @Override
        public Integer call() {
            PolicyBundle bundle = common.need(folder);
            Instant now = common.now();
            List<TestRun.Result> results = TestRun.run(bundle, now);
            long failed = results.stream().filter(r -> !r.passed()).count();
            if (common.json()) {
                JsonArray list = new JsonArray();
                results.forEach(r -> list.add(new JsonObject()
                        .put("policy", r.policy())
                        .put("test", r.test())
                        .put("who", r.who())
                        .put("expected", r.expected())
                        .put("found", r.found())
                        .put("passed", r.passed())
                        .put("file", r.at().file())
                        .put("line", r.at().line())));
                common.out()
                        .println(new JsonObject()
                                .put("results", list)
                                .put("failed", failed)
                                .encodePrettily());
            } else {
                results.forEach(r -> common.out()
                        .println((r.passed() ? "passed  " : "FAILED  ") + r.at() + "  "
                                + r.test() + ": " + r.who()
                                + (r.passed() ? "" : " gets `" + r.found() + "` (expected: " + r.expected() + ")")));
                common.out().println(results.size() + " expectations, " + failed + " failed");
            }
            return failed == 0 ? 0 : NO;
        }
    }

    /** {@code sluis policy diff}: proves what a change does, and decides the recorded past under both policies. */
    @Command(
            name = "diff",
            description = {
                "Proves what a change lets out or keeps back, and who must sign; runs the new policy's tests and proves its"
                        + " invariants; with --replay also decides what a gateway recorded under both policies.",
                "Exit code 1: it widens, or an invariant does not hold."
            },
            mixinStandardHelpOptions = true)
    static final class Diff implements Callable<Integer> {
        @Mixin
        private Common common = new Common();

        @Parameters(index = "0", description = "folder of the policy in force")
        private Path before = Path.of("");

        @Parameters(index = "1", description = "folder of the new policy")
        private Path after = Path.of("");

        @Option(names = "--replay", description = "data folder of a gateway that is stopped, or a copy of one")
        private @Nullable Path data;

        @Override
        public Integer call() {
            PolicyBundle old = common.need(before);
            RecordedItems past = past(old);
            Preview preview = Preview.of(old, common.need(after), past.items(), common.now());
            List<TestRun.Result> failed =
                    preview.tests().stream().filter(r -> !r.passed()).toList();
            if (common.json()) {
                common.out().println(json(preview, failed, past).encodePrettily());
            } else {
                print(preview, failed, past);
            }
            return preview.comparison().direction() == Direction.WIDENS
                            || !preview.broken().isEmpty()
                    ? NO
                    : 0;
        }

        private RecordedItems past(PolicyBundle bundle) {
            if (data == null) {
                return new RecordedItems(List.of(), 0);
            }
            Path folder = data.resolve("journal");
            if (!Files.isDirectory(folder)) {
                throw new CommandLine.ParameterException(
                        common.spec.commandLine(),
                        "--replay: `" + data + "` has no folder `journal` (expected: a gateway's data folder)");
            }
            try (Journal journal = EmbeddedJournal.open(folder, InstantSource.system(), StoreLimits.DEFAULT)) {
                return RecordedItems.read(journal, bundle);
            } catch (StoreException e) {
                throw new CommandLine.ParameterException(
                        common.spec.commandLine(),
                        "--replay: " + e.getMessage() + " (expected: the data folder of a gateway that is stopped)");
            }
        }

        private void print(Preview preview, List<TestRun.Result> failed, RecordedItems past) {
            PrintWriter out = common.out();
            Comparison comparison = preview.comparison();
            out.println(comparison.direction().name().toLowerCase(Locale.ROOT));
            comparison.gains().forEach(g -> out.println("+ " + g));
            comparison.losses().forEach(l -> out.println("- " + l));
            comparison.unmodelled().forEach(u -> out.println("? " + u));
            preview.broken().forEach(b -> out.println("! invariant does not hold: " + b));
            failed.forEach(r -> out.println("! test `" + r.test() + "`: `" + r.who() + "` gets `" + r.found()
                    + "` (expected: " + r.expected() + ")"));
            if (data != null) {
                replay(preview, past);
            }
            comparison
                    .officers()
                    .forEach((party, count) ->
                            out.println(party + ": " + count + (count == 1 ? " officer signs" : " officers sign")));
        }

        private void replay(Preview preview, RecordedItems past) {
            PrintWriter out = common.out();
            out.println("replay of " + past.items().size() + " recorded products"
                    + (past.notUnderstood() == 0 ? "" : ", " + past.notUnderstood() + " more not understood"));
            preview.replay().forEach((tenant, change) -> {
                out.println("  " + tenant + ": had " + change.before() + ", gains " + change.gained() + ", loses "
                        + change.lost() + ", freer " + change.freer() + ", stricter " + change.stricter());
                change.examples().forEach(e -> out.println("    " + e));
            });
        }

        private JsonObject json(Preview preview, List<TestRun.Result> failed, RecordedItems past) {
            Comparison comparison = preview.comparison();
            JsonArray tests = new JsonArray();
            failed.forEach(r -> tests.add(new JsonObject()
                    .put("test", r.test())
                    .put("who", r.who())
                    .put("expected", r.expected())
                    .put("found", r.found())));
            JsonObject json = new JsonObject()
                    .put("direction", comparison.direction().name())
                    .put("gains", sentences(comparison.gains()))
                    .put("losses", sentences(comparison.losses()))
                    .put("unmodelled", new JsonArray(new ArrayList<>(comparison.unmodelled())))
                    .put("broken", sentences(preview.broken()))
                    .put("failed", tests)
                    .put("officers", new JsonObject(new TreeMap<>(comparison.officers())));
            if (data != null) {
                JsonObject tenants = new JsonObject();
                preview.replay()
                        .forEach((tenant, change) -> tenants.put(
                                tenant,
                                new JsonObject()
                                        .put("before", change.before())
                                        .put("gained", change.gained())
                                        .put("lost", change.lost())
                                        .put("freer", change.freer())
                                        .put("stricter", change.stricter())
                                        .put("examples", new JsonArray(new ArrayList<>(change.examples())))));
                json.put(
                        "replay",
                        new JsonObject()
                                .put("products", past.items().size())
                                .put("not_understood", past.notUnderstood())
                                .put("tenants", tenants));
            }
            return json;
        }

        private static JsonArray sentences(List<CounterExample> examples) {
            JsonArray list = new JsonArray();
            examples.forEach(e -> list.add(e.sentence()));
            return list;
        }
    }

    /** {@code sluis policy explain}: who gets an item, and why. */
    @Command(
            name = "explain",
            description = "Says who gets an item and why. Exit code 1: nobody asked about gets it.",
            mixinStandardHelpOptions = true)
    static final class Explain implements Callable<Integer> {
        @Mixin
        private Common common = new Common();

        @Parameters(description = "folder of policy files")
        private Path folder = Path.of("");

        @Option(names = "--kind", required = true, description = "kind of item, such as track")
        private String kind = "";

        @Option(
                names = "--label",
                required = true,
                description = "label, such as \"{NLD: unclassified, rel: [NATO], owner: NLD}\"")
        private String label = "";

        @Option(names = "--object", description = "object, or uncorrelated, ambiguous, unknown; may be repeated")
        private List<String> objects = new ArrayList<>();

        @Option(names = "--probability", description = "collision probability")
        private double probability = Double.NaN;

        @Option(names = "--tenant", description = "only this tenant; may be repeated")
        private List<String> tenants = new ArrayList<>();

        @Override
        public Integer call() {
            PolicyBundle bundle = common.need(folder);
            Instant now = common.now();
            Item item = item(bundle, now);
            Decision decision = CompiledPolicy.compile(bundle).decide(item, now);
            List<Explanation> explanations = new ArrayList<>();
            for (Audience audience : bundle.audiences()) {
                if (tenants.isEmpty() || audience.tenants().stream().anyMatch(tenants::contains)) {
                    explanations.add(decision.explain(audience.index()));
                }
            }
            if (common.json()) {
                JsonArray list = new JsonArray();
                explanations.forEach(e -> list.add(json(e)));
                common.out().println(new JsonObject().put("decisions", list).encodePrettily());
            } else {
                explanations.forEach(common.out()::println);
            }
            return decision.releasedEventually().stream()
                            .anyMatch(a -> explanations.stream().anyMatch(e -> e.audience() == a))
                    ? 0
                    : NO;
        }

        private Item item(PolicyBundle bundle, Instant now) {
            try {
                Kind known = Kind.of(kind)
                        .orElseThrow(() -> new CommandLine.ParameterException(
                                common.spec.commandLine(),
                                "--kind: unknown kind `" + kind + "` (expected: one of "
                                        + String.join(", ", Kind.words()) + ")"));
                Item.Builder item = Item.of(known, LabelNotation.parse(label, bundle.spifs()))
                        .probability(probability)
                        .received(now);
                for (String object : objects) {
                    item.object(
                            switch (object) {
                                case "uncorrelated" -> ItemObject.UNCORRELATED;
                                case "ambiguous" -> ItemObject.AMBIGUOUS;
                                case "unknown" -> ItemObject.UNKNOWN;
                                default -> ItemObject.of(object);
                            });
                }
                return item.build();
            } catch (PolicyException e) {
                throw new CommandLine.ParameterException(common.spec.commandLine(), "--label: " + e.getMessage());
            }
        }

        private static JsonObject json(Explanation explanation) {
            JsonArray rules = new JsonArray();
            explanation
                    .rules()
                    .forEach(r -> rules.add(new JsonObject()
                            .put("policy", r.policy())
                            .put("owner", r.owner())
                            .put("verb", r.verb())
                            .put("name", r.name())
                            .put("file", r.file())
                            .put("line", r.line())
                            .put("why", r.why())));
            return new JsonObject()
                    .put("tenants", new JsonArray(new ArrayList<>(explanation.tenants())))
                    .put("outcome", explanation.outcome().name())
                    .put("summary", explanation.summary())
                    .put(
                            "reasons",
                            new JsonArray(explanation.reasons().stream()
                                    .map(Enum::name)
                                    .toList()))
                    .put("rules", rules);
        }
    }

    /** {@code sluis policy sign}: a detached signature over the manifest. */
    @Command(
            name = "sign",
            description = "Signs a bundle's manifest with an officer's key (CMS, detached).",
            mixinStandardHelpOptions = true)
    static final class Sign implements Callable<Integer> {
        @Mixin
        private Common common = new Common();

        @Parameters(description = "folder of policy files")
        private Path folder = Path.of("");

        @Option(names = "--key", required = true, description = "officer's private key, PEM")
        private Path key = Path.of("");

        @Option(names = "--certificate", required = true, description = "officer's certificate, PEM")
        private Path certificate = Path.of("");

        @Option(
                names = "--out",
                description = "where to write the signature, DER; default: <folder>/signatures/<officer>.cms")
        private @Nullable Path out;

        @Override
        public Integer call() {
            PolicyBundle bundle = common.need(folder);
            Path written;
            try {
                X509Certificate officer = certificate();
                written = out == null
                        ? Files.createDirectories(folder.resolve("signatures")).resolve(name(officer) + ".cms")
                        : out;
                Files.write(written, BundleSignatures.sign(bundle, privateKey(), officer));
            } catch (IOException | GeneralSecurityException e) {
                throw new CommandLine.ParameterException(common.spec.commandLine(), "cannot sign: " + e.getMessage());
            }
            common.out()
                    .println("signed version " + bundle.header().version() + ", digest " + bundle.digestHex() + ", in "
                            + written);
            return 0;
        }

        /** The subject in words, and the serial number, because two officers may have one name. */
        private static String name(X509Certificate officer) {
            String subject = officer.getSubjectX500Principal().getName();
            return subject.replaceAll("[A-Z]+=", "").replaceAll("[^A-Za-z0-9]+", "-") + "-"
                    + officer.getSerialNumber().toString(16);
        }

        private PrivateKey privateKey() throws IOException, GeneralSecurityException {
            Object read = pem(key);
            PrivateKeyInfo info = read instanceof PEMKeyPair pair
                    ? pair.getPrivateKeyInfo()
                    : read instanceof PrivateKeyInfo own ? own : null;
            if (info == null) {
                throw new IOException("`" + key + "` holds no private key (expected: PEM, not encrypted)");
            }
            String oid = info.getPrivateKeyAlgorithm().getAlgorithm().getId();
            String algorithm = oid.equals(X9ObjectIdentifiers.id_ecPublicKey.getId())
                    ? "EC"
                    : oid.equals(PKCSObjectIdentifiers.rsaEncryption.getId()) ? "RSA" : oid;
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
        }

        private X509Certificate certificate() throws IOException, GeneralSecurityException {
            if (pem(certificate) instanceof X509CertificateHolder holder) {
                return new JcaX509CertificateConverter().getCertificate(holder);
            }
            throw new IOException("`" + certificate + "` holds no certificate (expected: PEM)");
        }

        private static Object pem(Path path) throws IOException {
            try (Reader text = new StringReader(Files.readString(path, StandardCharsets.US_ASCII));
                    PEMParser parser = new PEMParser(text)) {
                Object read = parser.readObject();
                if (read == null) {
                    throw new IOException("`" + path + "` is not PEM");
                }
                return read;
            }
        }
    }

    /** The files of a folder by their path in it. */
    static Map<String, byte[]> files(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder, DEPTH_MAX)) {
            for (Path path :
                    paths.filter(p -> p.toString().endsWith(".yaml")).sorted().toList()) {
                files.put(folder.relativize(path).toString().replace('\\', '/'), Files.readAllBytes(path));
            }
        }
        return files;
    }
}
