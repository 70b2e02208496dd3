package nl.sluis.benchmarks.policy;

import dev.cel.common.CelValidationException;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.change.Comparison;
import nl.sluis.policy.change.Preview;
import nl.sluis.policy.change.Proof;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Kind;
import nl.sluis.policy.text.PolicyException;

/** CPU time of decisions for 64 audiences and 20 rules, 256 and 200, of compiling, replay and proof; and of CEL beside. */
public final class PolicyBenchmark {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private PolicyBenchmark() {}

    /** Measures and prints. */
    public static void main(String[] arguments) throws Exception {
        row("what", "value");
        double small = decisions(64, 20);
        decisions(256, 200);
        double cel = cel(20);
        row("CEL, 20 rules, one audience, ns", format(cel));
        row("CEL to compiled, a decision each", format(cel / (small / 64)));
        PolicyBundle bundle = PolicyBundle.load(world(64, 200, 6));
        row("compile 200 rules for 64 audiences, ms", format(best(20, () -> CompiledPolicy.compile(bundle)) / 1e6));
        PolicyBundle stricter = PolicyBundle.load(world(64, 200, 7));
        List<Preview.Recorded> past = new ArrayList<>();
        List<Item> items = items(bundle);
        for (int i = 0; i < 100_000; i++) {
            past.add(new Preview.Recorded(items.get(i % items.size()), NOW));
        }
        row(
                "replay of 100,000 items through two policies, ms",
                format(best(3, () -> Preview.replay(bundle, stricter, past)) / 1e6));
        long start = cpu();
        Comparison comparison = Proof.compare(bundle, stricter);
        row("proof over 200 rules, cold: " + comparison.direction() + ", ms", format((cpu() - start) / 1e6));
    }

    private static double decisions(int audiences, int rules) throws Exception {
        PolicyBundle bundle = PolicyBundle.load(world(audiences, rules, 6));
        CompiledPolicy policy = CompiledPolicy.compile(bundle);
        List<Item> items = items(bundle);
        Decision decision = policy.newDecision();
        int count = 200_000;
        double ns = best(10, () -> {
                    for (int i = 0; i < count; i++) {
                        policy.decide(items.get(i % items.size()), NOW.toEpochMilli(), decision);
                    }
                })
                / count;
        row("decide for " + policy.audiences().size() + " audiences, " + rules + " rules, ns", format(ns));
        return ns;
    }

    /** The same kind of rules as one CEL expression for one audience. */
    private static double cel(int rules) throws CelValidationException, CelEvaluationException {
        StringBuilder source = new StringBuilder("(");
        for (int r = 0; r < rules; r++) {
            source.append(r == 0 ? "" : r == rules / 2 ? ") && !(" : " || ")
                    .append("(kind == 'track' && groups.exists(g, g == 'g")
                    .append(r % 8)
                    .append("') && 'c")
                    .append(r % 4)
                    .append("' in communities)");
        }
        source.append(")");
        CelCompiler compiler = CelCompilerFactory.standardCelCompilerBuilder()
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addVar("kind", SimpleType.STRING)
                .addVar("groups", ListType.create(SimpleType.STRING))
                .addVar("communities", ListType.create(SimpleType.STRING))
                .setResultType(SimpleType.BOOL)
                .build();
        CelRuntime.Program program = CelRuntimeFactory.legacyCelRuntimeBuilder()
                .build()
                .createProgram(compiler.compile(source.toString()).getAst());
        Map<String, Object> input =
                Map.of("kind", "track", "groups", List.of("g9", "g3"), "communities", List.of("c9", "c2"));
        int count = 2_000;
        return best(10, () -> {
                    for (int i = 0; i < count; i++) {
                        try {
                            program.eval(input);
                        } catch (CelEvaluationException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                })
                / count;
    }

    /** Least CPU time of some rounds, ns: what disturbs a measurement only ever adds. */
    private static double best(int rounds, Runnable work) {
        double least = Double.MAX_VALUE;
        for (int round = 0; round < rounds; round++) {
            long start = cpu();
            work.run();
            least = Math.min(least, (double) (cpu() - start));
        }
        return least;
    }

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static Map<String, byte[]> world(int audiences, int rules, int delayH) {
        StringBuilder tenants = new StringBuilder("tenants:\n");
        for (int t = 0; t < audiences; t++) {
            tenants.append("  t")
                    .append(t)
                    .append(": {nations: [")
                    .append(List.of("NLD", "FRA", "DEU", "USA").get(t % 4))
                    .append("], communities: [C")
                    .append(t % 4)
                    .append("X], clearances: {NATO: secret, NLD: restricted}, roles: [contributor]}\n");
        }
        StringBuilder groups = new StringBuilder("groups:\n");
        for (int g = 0; g < 8; g++) {
            groups.append("  g")
                    .append(g)
                    .append(": {ranges: [")
                    .append(g * 100)
                    .append("-")
                    .append(g * 100 + 150)
                    .append("]}\n");
        }
        StringBuilder host = new StringBuilder(
                "policy: host\nowner: [host, NLD]\nrules:\n  - {release: all, what: anything, to: everyone}\n");
        for (int r = 1; r < rules; r++) {
            String head = "r" + r + ", what: {kind: [track, conjunction], group: [g" + r % 8 + "]}, to: [t"
                    + r % audiences + ", c" + r % 4 + "]";
            host.append(
                    switch (r % 4) {
                        case 0 -> "  - {release: " + head + "}\n";
                        case 1 -> "  - {deny: " + head + "}\n";
                        case 2 -> "  - {redact: " + head + ", fields: [comments]}\n";
                        default -> "  - {delay: " + head + ", by: " + (r == 3 ? delayH : 6) + " h}\n";
                    });
        }
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("tenants.yaml", bytes(tenants));
        files.put("groups.yaml", bytes(groups));
        files.put("host.yaml", bytes(host));
        files.put(
                "audiences.yaml",
                bytes("communities: [C0X, C1X, C2X, C3X]\naudiences: {c0: {community: C0X}, c1: {community: C1X}, c2:"
                        + " {community: C2X}, c3: {community: C3X}}\n"));
        return files;
    }

    private static List<Item> items(PolicyBundle bundle) throws PolicyException {
        SplittableRandom random = new SplittableRandom(92);
        List<Item> items = new ArrayList<>();
        List<SecurityLabel> labels = List.of(
                LabelNotation.parse("{NATO: restricted, rel: [C0X, C1X, FRA], owner: NLD}", bundle.spifs()),
                LabelNotation.parse("{NATO: secret, NLD: restricted, rel: [NLD, C2X], owner: NLD}", bundle.spifs()));
        for (int i = 0; i < 256; i++) {
            Item.Builder item = Item.of(
                            random.nextBoolean() ? Kind.TRACK : Kind.CONJUNCTION, labels.get(random.nextInt(2)))
                    .object(Integer.toString(random.nextInt(900)))
                    .received(NOW.minusSeconds(random.nextInt(36_000)));
            if (random.nextInt(3) == 0) {
                item.object(Integer.toString(random.nextInt(900)));
            }
            items.add(item.build());
        }
        return items;
    }

    private static byte[] bytes(CharSequence text) {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String format(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value);
    }

    @SuppressWarnings("SystemOut")
    private static void row(String what, String value) {
        System.out.println(String.format(Locale.ROOT, "%-60s %12s", what, value));
    }
}
