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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.decide.Item;

/** The rules of a world as one CEL expression, asked for one item and one audience at a time. */
final class CelPeer implements Peer {
    private final CelRuntime.Program program;
    private final List<List<Map<String, Object>>> inputs = new ArrayList<>();

    CelPeer(World world) throws CelValidationException, CelEvaluationException {
        CelCompiler compiler = CelCompilerFactory.standardCelCompilerBuilder()
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addVar("kind", SimpleType.STRING)
                .addVar("in_all", ListType.create(SimpleType.STRING))
                .addVar("in_any", ListType.create(SimpleType.STRING))
                .addVar("needs", ListType.create(SimpleType.STRING))
                .addVar("members", ListType.create(SimpleType.STRING))
                .addVar("names", ListType.create(SimpleType.STRING))
                .addVar("tokens", ListType.create(SimpleType.STRING))
                .addVar("levels", ListType.create(SimpleType.STRING))
                .setResultType(SimpleType.BOOL)
                .build();
        program = CelRuntimeFactory.legacyCelRuntimeBuilder()
                .build()
                .createProgram(compiler.compile(expression(world)).getAst());
        for (Item item : world.items()) {
            Facts.ItemFacts facts = Facts.of(item, world.bundle().groups());
            List<Map<String, Object>> row = new ArrayList<>();
            for (Audience audience : world.bundle().audiences()) {
                Facts.AudienceFacts who = Facts.of(audience);
                Map<String, Object> input = new HashMap<>();
                input.put("kind", facts.kind());
                input.put("in_all", facts.inAll());
                input.put("in_any", facts.inAny());
                input.put("needs", facts.needs());
                input.put("members", facts.members());
                input.put("names", who.names());
                input.put("tokens", who.tokens());
                input.put("levels", who.levels());
                row.add(input);
            }
            inputs.add(row);
        }
    }

    private static String expression(World world) {
        String releases = Facts.deciding(world)
                .filter(r -> !r.denies())
                .map(r -> condition(r, "in_all"))
                .collect(Collectors.joining(" || "));
        String denies = Facts.deciding(world)
                .filter(Facts.RuleFacts::denies)
                .map(r -> condition(r, "in_any"))
                .collect(Collectors.joining(" || "));
        return "needs.all(n, n in levels) && members.exists(m, m in tokens) && (" + releases + ") && !(" + denies + ")";
    }

    private static String condition(Facts.RuleFacts rule, String groups) {
        List<String> terms = new ArrayList<>();
        if (!rule.kinds().isEmpty()) {
            terms.add(any(rule.kinds().stream().map(k -> "kind == '" + k + "'").toList()));
        }
        if (!rule.groups().isEmpty()) {
            List<String> in = new ArrayList<>(rule.groups());
            if (rule.denies()) {
                in.add(Facts.ANY_GROUP);
            }
            terms.add(any(in.stream().map(g -> "'" + g + "' in " + groups).toList()));
        }
        terms.add(any(rule.to().stream().map(n -> "'" + n + "' in names").toList()));
        return "(" + String.join(" && ", terms) + ")";
    }

    private static String any(List<String> terms) {
        return "(" + String.join(" || ", terms) + ")";
    }

    @Override
    public boolean releases(int item, int audience) {
        try {
            return (boolean) program.eval(inputs.get(item).get(audience));
        } catch (CelEvaluationException e) {
            throw new IllegalStateException(e);
        }
    }
}
