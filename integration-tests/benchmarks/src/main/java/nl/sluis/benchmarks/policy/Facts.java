package nl.sluis.benchmarks.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.ObjectGroups;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.ItemObject;
import nl.sluis.policy.rule.Rule;

/** What a general engine is told of items, audiences and rules, in words; worked out beforehand, in its favour. */
final class Facts {
    /** The member of the groups of an item's objects that stands for one in no group: restrictions hold for it. */
    static final String ANY_GROUP = "*";

    private Facts() {}

    /**
     * An item.
     *
     * @param kind its kind
     * @param inAll groups that all its objects are in
     * @param inAny groups that one of its objects is in, or {@link #ANY_GROUP}
     * @param needs levels that a reader must be admitted to, {@code NATO 2}
     * @param members the members of its only clause
     */
    record ItemFacts(String kind, List<String> inAll, List<String> inAny, List<String> needs, List<String> members) {}

    /**
     * An audience.
     *
     * @param names what rules call it
     * @param tokens what clauses call it
     * @param levels levels that it is admitted to
     */
    record AudienceFacts(List<String> names, List<String> tokens, List<String> levels) {}

    /**
     * A rule that releases or denies.
     *
     * @param denies whether it denies
     * @param kinds kinds, empty for any
     * @param groups groups, empty for any
     * @param to names of audiences
     */
    record RuleFacts(boolean denies, List<String> kinds, List<String> groups, List<String> to) {}

    static ItemFacts of(Item item, ObjectGroups groups) {
        List<String> all = new ArrayList<>(groups.names());
        TreeSet<String> any = new TreeSet<>();
        for (ItemObject object : item.objects()) {
            List<String> in = groups.groupsOf(object.id());
            all.retainAll(in);
            any.addAll(in.isEmpty() ? List.of(ANY_GROUP) : in);
        }
        return new ItemFacts(
                item.kind().word(),
                all,
                List.copyOf(any),
                item.label().parts().stream()
                        .map(p -> p.spif().name() + " " + p.level().lacv())
                        .toList(),
                item.label().parts().get(0).release().get(0).members());
    }

    static AudienceFacts of(Audience audience) {
        return new AudienceFacts(
                List.copyOf(audience.names()),
                List.copyOf(audience.releaseTokens()),
                audience.clearances().values().stream()
                        .flatMap(c -> c.lacvs().stream().map(l -> c.spif().name() + " " + l))
                        .toList());
    }

    /** The rules that decide; what modifiers order is left out, in the other engines' favour. */
    static Stream<RuleFacts> deciding(World world) {
        return world.bundle().policies().stream()
                .flatMap(p -> p.rules().stream())
                .filter(r -> r instanceof Rule.Release || r instanceof Rule.Deny)
                .map(r -> new RuleFacts(
                        r instanceof Rule.Deny,
                        r.head().what().kinds().stream()
                                .map(k -> k.word())
                                .sorted()
                                .toList(),
                        r.head().what().groups(),
                        r.head().to().names().stream().map(n -> n.text()).toList()));
    }
}
