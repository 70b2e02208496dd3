package nl.sluis.policy.decide;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import nl.sluis.policy.bundle.ObjectGroups;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.Mode;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.rule.Kind;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.PolicyOwner;
import nl.sluis.policy.rule.Rule;
import nl.sluis.policy.rule.What;
import org.jspecify.annotations.Nullable;

/**
 * Which rules match an item, for all rules at once: for each kind, mode, class of objects and owner the rules that it
 * satisfies, as machine words. What is not stated in a rule is satisfied by everything.
 */
final class RuleTable {
    private final ObjectGroups groups;
    private final int words;
    private final CompiledRule[] rules;
    private final long[] granting;
    private final long[] narrowing;
    private final long[][] to;
    private final long[] withThreshold;
    private final long[] all;
    private final long[][] ofPolicy;
    private final long[][] ofKind;
    private final long[][] ofMode;
    private final long[] ofNoGroup;
    private final long[] ofUncorrelated;
    private final long[][] ofGroup;
    private final long[][] ofClass;
    private final int hostPolicy;
    private final Map<OwnerId, OwnerRow> owners = new HashMap<>();
    private final Map<String, OwnerRow> otherOfNation = new HashMap<>();
    private final OwnerRow stranger;

    /** Rules by verb, and those with an expression. */
    final long[] releasing;

    final long[] denying;
    final long[] asking;
    final long[] delaying;
    final long[] relabelling;
    final long[] withExpression;

    /**
     * What an owner means to rules.
     *
     * @param policy place of its policy, or -1
     * @param covering rules whose owners cover it
     * @param touching rules whose owners cover it or belong to it: an item of a whole nation may be of any of its tenants
     */
    @SuppressWarnings("ArrayRecordComponent")
    record OwnerRow(int policy, long[] covering, long[] touching) {}

    RuleTable(PolicyBundle bundle, List<CompiledRule> compiled) {
        this.groups = bundle.groups();
        this.rules = compiled.toArray(new CompiledRule[0]);
        this.words = Bits.words(rules.length);
        this.releasing = of(Rule.Verb.RELEASE);
        this.denying = of(Rule.Verb.DENY);
        this.asking = of(Rule.Verb.CONSENT);
        this.delaying = of(Rule.Verb.DELAY);
        this.relabelling = of(Rule.Verb.RELABEL);
        this.to = new long[Bits.words(bundle.audiences().size())][rules.length];
        for (CompiledRule rule : rules) {
            for (int w = 0; w < to.length; w++) {
                to[w][rule.index()] = rule.to()[w];
            }
        }
        this.all = where(r -> true);
        this.granting = where(r -> r.rule().verb().grants());
        this.narrowing = where(r -> !r.rule().verb().grants());
        this.withThreshold = where(r -> what(r).probabilityAtLeast().isPresent());
        this.withExpression = where(r -> r.when() != null);
        this.ofPolicy = new long[bundle.policies().size()][];
        Arrays.setAll(ofPolicy, p -> where(r -> r.policyIndex() == p));
        this.ofKind = new long[Kind.values().length][];
        for (Kind kind : Kind.values()) {
            ofKind[kind.bit()] =
                    where(r -> what(r).kinds().isEmpty() || what(r).kinds().contains(kind));
        }
        this.ofMode = new long[Mode.values().length][];
        for (Mode mode : Mode.values()) {
            ofMode[mode.bit()] =
                    where(r -> what(r).modes().isEmpty() || what(r).modes().contains(mode));
        }
        this.ofNoGroup = where(r -> what(r).groups().isEmpty());
        this.ofGroup = new long[groups.names().size()][words];
        for (CompiledRule rule : rules) {
            what(rule).groups().forEach(g -> Bits.set(ofGroup[groups.names().indexOf(g)], rule.index()));
        }
        this.ofUncorrelated = ofNoGroup.clone();
        Bits.or(ofUncorrelated, ofGroup[groups.names().indexOf(ObjectGroups.UNCORRELATED)]);
        this.ofClass = new long[groups.classes()][];
        Arrays.setAll(ofClass, c -> {
            long[] satisfied = ofNoGroup.clone();
            groups.groupsOfClass(c).forEach(g -> Bits.or(satisfied, ofGroup[g]));
            return satisfied;
        });
        this.hostPolicy = owners(bundle);
        this.stranger = new OwnerRow(-1, ofNoOwner(), ofNoOwner());
    }

    private long[] where(Predicate<CompiledRule> holds) {
        long[] bits = new long[words];
        for (CompiledRule rule : rules) {
            if (holds.test(rule)) {
                Bits.set(bits, rule.index());
            }
        }
        return bits;
    }

    private long[] of(Rule.Verb verb) {
        return where(r -> r.rule().verb() == verb);
    }

    private static What what(CompiledRule rule) {
        return rule.rule().head().what();
    }

    private long[] ofNoOwner() {
        return where(r -> what(r).owners().isEmpty());
    }

    /** Rows for every owner that a policy or rule names, and for the rest of their nations; the host's policy. */
    private int owners(PolicyBundle bundle) {
        Map<OwnerId, Integer> policies = new HashMap<>();
        NavigableSet<OwnerId> named = new TreeSet<>();
        int host = -1;
        for (int p = 0; p < bundle.policies().size(); p++) {
            Policy policy = bundle.policies().get(p);
            for (PolicyOwner whose : policy.owners()) {
                OwnerId owner = whose.owner();
                if (owner == null) {
                    host = p;
                } else {
                    policies.put(owner, p);
                    named.add(owner);
                }
            }
            policy.rules().forEach(r -> named.addAll(r.head().what().owners()));
        }
        if (host < 0) {
            throw new IllegalStateException("bundle without a policy of the host");
        }
        for (OwnerId owner : List.copyOf(named)) {
            named.add(owner.wholeNation());
        }
        for (OwnerId owner : named) {
            Integer ofNation = policies.get(owner.wholeNation());
            int policy = policies.getOrDefault(owner, ofNation == null ? -1 : ofNation);
            owners.put(owner, row(policy, r -> what(r).owners().stream().anyMatch(o -> o.covers(owner)), owner));
            if (owner.tenant().isEmpty()) {
                otherOfNation.put(
                        owner.nation(), row(policy, r -> what(r).owners().contains(owner), null));
            }
        }
        return host;
    }

    private OwnerRow row(int policy, Predicate<CompiledRule> covers, @Nullable OwnerId owner) {
        long[] covering = where(r -> what(r).owners().isEmpty() || covers.test(r));
        long[] touching = covering.clone();
        if (owner != null) {
            Bits.or(touching, where(r -> what(r).owners().stream().anyMatch(owner::covers)));
        }
        return new OwnerRow(policy, covering, touching);
    }

    private OwnerRow row(OwnerId owner) {
        OwnerRow own = owners.get(owner);
        if (own == null) {
            own = otherOfNation.get(owner.nation());
        }
        return own == null ? stranger : own;
    }

    /** The owner's own policy, else its nation's, else -1. */
    int policyOf(OwnerId owner) {
        return row(owner).policy();
    }

    CompiledRule rule(int index) {
        return rules[index];
    }

    int size() {
        return rules.length;
    }

    /** The audiences, of one word of them, that matched rules of a set are about. */
    long reached(long[] matched, long[] among, int word) {
        long[] audiences = to[word];
        long reached = 0;
        for (int m = 0; m < words; m++) {
            for (long left = matched[m] & among[m]; left != 0; left &= left - 1) {
                reached |= audiences[(m << 6) + Long.numberOfTrailingZeros(left)];
            }
        }
        return reached;
    }

    /** The audiences, of one word of them, that every policy that applies releases to. */
    long releasedByAll(Decision out, int word) {
        long[] audiences = to[word];
        long all = -1L;
        for (int p = 0; p < ofPolicy.length; p++) {
            if (!out.applies[p]) {
                continue;
            }
            long released = 0;
            for (int m = 0; m < words; m++) {
                for (long left = out.matched[m] & releasing[m] & ofPolicy[p][m]; left != 0; left &= left - 1) {
                    released |= audiences[(m << 6) + Long.numberOfTrailingZeros(left)];
                }
            }
            all &= released;
        }
        return all;
    }

    /** Finds what the item's owners and objects mean to rules; false where an owner has no policy. */
    boolean look(Item item, Decision out) {
        Arrays.fill(out.applies, false);
        out.applies[hostPolicy] = true;
        List<OwnerId> itemOwners = item.label().owners();
        List<ItemObject> objects = item.objects();
        out.roomFor(itemOwners.size(), objects.size());
        boolean complete = true;
        for (int i = 0; i < itemOwners.size(); i++) {
            OwnerRow row = row(itemOwners.get(i));
            out.owners[i] = row;
            if (row.policy() < 0) {
                complete = false;
            } else {
                out.applies[row.policy()] = true;
            }
        }
        for (int o = 0; o < objects.size(); o++) {
            look(objects.get(o), o, out);
        }
        return complete;
    }

    /** The rules that an object satisfies: those that grant, and those that narrow. */
    private void look(ItemObject object, int place, Decision out) {
        long[] known = switch (object.state()) {
            case IDENTIFIED -> ofId(object.id());
            case STATED -> stated(object, out.stated[place]);
            case UNCORRELATED, AMBIGUOUS, UNKNOWN -> null;
        };
        if (known != null) {
            out.objectGrants[place] = known;
            out.objectNarrows[place] = known;
            return;
        }
        // a sensitive satellite that just manoeuvred is in no group: for restrictions it may be in any
        out.objectNarrows[place] = all;
        boolean isUncorrelated =
                object.state() == ItemObject.State.UNCORRELATED || object.state() == ItemObject.State.STATED;
        out.objectGrants[place] = isUncorrelated ? ofUncorrelated : ofNoGroup;
    }

    private long @Nullable [] ofId(String id) {
        int objectClass = groups.classOf(id);
        return objectClass == ObjectGroups.NO_CLASS ? null : ofClass[objectClass];
    }

    /** The rules that the stated groups satisfy; null where one of them is {@code uncorrelated}: then it is not known. */
    private long @Nullable [] stated(ItemObject object, long[] into) {
        Bits.copy(ofNoGroup, into);
        List<String> names = groups.names();
        for (int i = 0; i < object.groups().size(); i++) {
            String name = object.groups().get(i);
            int group = names.indexOf(name);
            if (group < 0) {
                throw new IllegalArgumentException("unknown group `" + name + "`");
            }
            if (name.equals(ObjectGroups.UNCORRELATED)) {
                return null;
            }
            Bits.or(into, ofGroup[group]);
        }
        return into;
    }

    /**
     * Sets which rules of the policies that apply match an item, expressions aside. A grant needs every object and every
     * owner; a restriction is content with one.
     */
    void match(Item item, Decision out) {
        long[] kind = ofKind[item.kind().bit()];
        long[] mode = ofMode[item.label().mode().bit()];
        int owned = item.label().owners().size();
        int objects = item.objects().size();
        for (int w = 0; w < words; w++) {
            long apply = 0;
            for (int p = 0; p < ofPolicy.length; p++) {
                apply |= out.applies[p] ? ofPolicy[p][w] : 0L;
            }
            long objectsGrant = -1L;
            long objectsNarrow = ofNoGroup[w];
            for (int o = 0; o < objects; o++) {
                objectsGrant &= out.objectGrants[o][w];
                objectsNarrow |= out.objectNarrows[o][w];
            }
            long ownersGrant = -1L;
            long ownersNarrow = 0;
            for (int i = 0; i < owned; i++) {
                ownersGrant &= out.owners[i].covering()[w];
                ownersNarrow |= out.owners[i].touching()[w];
            }
            long grant = granting[w] & objectsGrant & ownersGrant;
            long narrow = narrowing[w] & objectsNarrow & ownersNarrow;
            long matched = apply & kind[w] & mode[w] & (grant | narrow);
            for (long left = matched & withThreshold[w]; left != 0; left &= left - 1) {
                int rule = (w << 6) + Long.numberOfTrailingZeros(left);
                if (!rules[rule].admits(item.probability())) {
                    matched &= ~(1L << rule);
                }
            }
            out.matched[w] = matched;
        }
    }
}
