package nl.sluis.policy.bundle;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import nl.sluis.policy.rule.Invariant;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.Rule;
import nl.sluis.policy.rule.To;

/** Forms audiences: tenants that nothing can tell apart are one. */
final class Audiences {
    private Audiences() {}

    static List<Audience> of(PolicyBundle bundle) {
        Set<String> named = named(bundle);
        NavigableMap<String, List<Tenant>> byKey = new TreeMap<>();
        for (Tenant tenant : bundle.tenants().values()) {
            if (tenant.status() == Tenant.Status.ACTIVE) {
                byKey.computeIfAbsent(key(tenant, named.contains(tenant.id())), k -> new ArrayList<>())
                        .add(tenant);
            }
        }
        List<Audience> audiences = new ArrayList<>();
        byKey.forEach((key, tenants) -> {
            Tenant first = tenants.get(0);
            Set<String> names = new TreeSet<>();
            bundle.definitions().values().stream()
                    .filter(d -> d.includes(first))
                    .forEach(d -> names.add(d.name()));
            if (tenants.size() == 1) {
                names.add(first.id());
            }
            audiences.add(new Audience(
                    audiences.size(),
                    key,
                    tenants.size() == 1 ? first.releaseTokens() : common(first),
                    first.clearances(),
                    first.modes(),
                    first.roles(),
                    first.warnings(),
                    Set.copyOf(names),
                    tenants.stream().map(Tenant::id).sorted().toList()));
        });
        return List.copyOf(audiences);
    }

    /** A tenant that shares its audience is no owner: a clause can only name its nations and communities. */
    private static Set<String> common(Tenant tenant) {
        Set<String> tokens = new TreeSet<>(tenant.nations());
        tokens.addAll(tenant.communities());
        return Set.copyOf(tokens);
    }

    /** Tenants that a rule, definition, consent or invariant names, or that can own data. */
    private static Set<String> named(PolicyBundle bundle) {
        Set<String> named = new TreeSet<>();
        bundle.tenants().values().stream()
                .filter(t -> t.roles().contains(Role.CONTRIBUTOR))
                .forEach(t -> named.add(t.id()));
        bundle.definitions().values().forEach(d -> named.addAll(d.tenants()));
        bundle.consents().values().forEach(c -> c.to().forEach(n -> named.add(n.text())));
        for (Policy policy : bundle.policies()) {
            for (Rule rule : policy.rules()) {
                rule.head().to().names().forEach(n -> named.add(n.text()));
                if (rule instanceof Rule.Relabel relabel) {
                    relabel.as()
                            .parts()
                            .forEach(p -> p.release()
                                    .forEach(c ->
                                            c.members().forEach(m -> named.add(m.substring(m.indexOf('/') + 1)))));
                }
            }
            for (Invariant invariant : policy.invariants()) {
                for (To.Name name : invariant.to().names()) {
                    named.add(name.text());
                }
            }
        }
        return named;
    }

    private static String key(Tenant tenant, boolean apart) {
        String clearances = tenant.clearances().values().stream()
                .map(c -> c.spif().name() + ":" + new TreeSet<>(c.lacvs()) + new TreeSet<>(c.held()))
                .sorted()
                .collect(Collectors.joining(" "));
        return "nations=" + new TreeSet<>(tenant.nations())
                + " communities=" + new TreeSet<>(tenant.communities())
                + " clearances=[" + clearances + "]"
                + " modes=" + new TreeSet<>(tenant.modes())
                + " roles=" + new TreeSet<>(tenant.roles())
                + tenant.warnings()
                        .map(own -> " observe=" + own.observe() + " critical=" + own.critical())
                        .orElse("")
                + (apart ? " tenant=" + tenant.id() : "");
    }
}
