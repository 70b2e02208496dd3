package nl.sluis.policy.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Explanation;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.ItemObject;
import nl.sluis.policy.decide.Outcome;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.PolicyTest;
import nl.sluis.policy.rule.To;
import nl.sluis.policy.text.Position;

/** Runs the tests that officers wrote beside their rules. */
public final class TestRun {
    private static final Pattern WORD = Pattern.compile("(delay|redact|sigma|keep|by)=(\\S+)");

    private TestRun() {}

    /**
     * What came out of one expectation.
     *
     * @param policy name of the policy
     * @param test the test's sentence
     * @param who tenant or audience
     * @param expected as written
     * @param found what would happen, in the same words
     * @param passed whether they agree
     * @param at where the expectation stands
     */
    public record Result(
            String policy, String test, String who, String expected, String found, boolean passed, Position at) {}

    /**
     * Runs all tests of all policies of a bundle.
     *
     * @param now the time that the tests take for now; items without an age were received then
     */
    public static List<Result> run(PolicyBundle bundle, Instant now) {
        CompiledPolicy compiled = CompiledPolicy.compile(bundle);
        List<Result> results = new ArrayList<>();
        for (Policy policy : bundle.policies()) {
            for (PolicyTest test : policy.tests()) {
                Decision decision = compiled.decide(item(test.item(), now), now);
                test.expect()
                        .forEach((who, expected) -> results.add(result(bundle, decision, policy, test, who, expected)));
            }
        }
        return results;
    }

    /** The item that a test describes. */
    public static Item item(PolicyTest.ItemText text, Instant now) {
        Item.Builder item = Item.of(text.kind(), text.label())
                .probability(text.probability().orElse(Double.NaN))
                .received(now.minusSeconds(text.ageS()));
        for (PolicyTest.ObjectText object : text.objects()) {
            item.object(
                    switch (object.id()) {
                        case "" -> ItemObject.in(object.groups());
                        case "uncorrelated" -> ItemObject.UNCORRELATED;
                        case "ambiguous" -> ItemObject.AMBIGUOUS;
                        case "unknown" -> ItemObject.UNKNOWN;
                        default -> ItemObject.of(object.id());
                    });
        }
        return item.build();
    }

    private static Result result(
            PolicyBundle bundle, Decision decision, Policy policy, PolicyTest test, To.Name who, String expected) {
        Set<String> found = new TreeSet<>();
        boolean passed = true;
        for (Audience audience : audiences(bundle, who.text())) {
            Explanation explanation = decision.explain(audience.index());
            found.add(explanation.summary());
            passed &= agrees(expected, explanation);
        }
        if (found.isEmpty()) {
            found.add("deny not a tenant");
            passed = expected.startsWith("deny");
        }
        return new Result(
                policy.name(), test.name(), who.text(), expected, String.join(" / ", found), passed, who.at());
    }

    /** {@code deny} agrees with any refusal, {@code deny by=x} with one by rule or reason x; a release must agree in full. */
    private static boolean agrees(String expected, Explanation found) {
        boolean released = found.outcome() != Outcome.WITHHELD;
        Matcher by = WORD.matcher(expected);
        if (!released) {
            return expected.equals("deny")
                    || (expected.startsWith("deny by=")
                            && by.find()
                            && found.summary().contains(by.group(2)));
        }
        return expected.startsWith("release") && words(expected).equals(words(found.summary()));
    }

    private static Set<String> words(String outcome) {
        Set<String> words = new TreeSet<>();
        Matcher word = WORD.matcher(outcome);
        while (word.find()) {
            words.add(word.group(1) + "=" + new TreeSet<>(List.of(word.group(2).split(",", -1))));
        }
        return words;
    }

    private static List<Audience> audiences(PolicyBundle bundle, String name) {
        Audience ofTenant = bundle.audienceOf(name);
        return ofTenant != null
                ? List.of(ofTenant)
                : bundle.audiences().stream()
                        .filter(a -> a.names().contains(name))
                        .toList();
    }
}
