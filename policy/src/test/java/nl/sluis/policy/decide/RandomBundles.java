package nl.sluis.policy.decide;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Kind;
import nl.sluis.policy.text.PolicyException;

/** Bundles and items drawn by seed: every verb, several owners, unknown objects, joined labels, live and dead consents. */
public final class RandomBundles {
    private static final List<String> NATIONS = List.of("NLD", "FRA", "DEU", "USA", "SWE");
    private static final List<String> COMMUNITIES = List.of("NATO", "EU", "COMMERCIAL");
    private static final List<String> GROUPS = List.of("debris", "hva", "mil", "uncorrelated");
    private static final List<String> LEVELS = List.of("unclassified", "restricted", "confidential", "secret");
    private static final List<String> OWNERS = List.of("NLD", "FRA", "DEU", "NLD/t0", "FRA/t1", "USA/t2");

    private RandomBundles() {}

    /** A bundle of several sections, see {@code TestBundles}. */
    public static String text(SplittableRandom random) {
        int tenants = 8 + random.nextInt(12);
        StringBuilder out = new StringBuilder("--- tenants.yaml\ntenants:\n");
        for (int t = 0; t < tenants; t++) {
            out.append("  t")
                    .append(t)
                    .append(": {nations: [")
                    .append(t < 3 ? NATIONS.get(t == 2 ? 3 : t) : pick(NATIONS, random));
            out.append("], communities: [").append(pick(COMMUNITIES, random)).append("], clearances: {");
            out.append("NATO: {level: ").append(level(random)).append(random.nextBoolean() ? ", with: [atomal]}" : "}");
            out.append(", NLD: ").append(level(random));
            out.append(random.nextInt(3) == 0 ? ", EU: " + level(random) : "");
            out.append("}, data_modes: [real").append(random.nextBoolean() ? ", exercise" : "");
            out.append("], roles: [subscriber")
                    .append(t < 4 ? ", contributor" : "")
                    .append("]}\n");
        }
        out.append("--- audiences.yaml\ncommunities: [COMMERCIAL]\naudiences:\n");
        out.append("  nato: {community: NATO}\n  eu: {community: EU}\n  commercial: {community: COMMERCIAL}\n");
        out.append("  dutch: {nation: NLD}\n  allies: {nation: [FRA, DEU], community: [NATO, EU]}\n");
        out.append(
                "--- groups.yaml\ngroups:\n  debris: {ranges: [1-99]}\n  hva: [\"5\", \"200\"]\n  mil: {objects: [\"201\"], ranges: [90-110]}\n");
        out.append("--- consents.yaml\nconsents:\n");
        out.append(
                "  c-live: {by: NLD, to: [nato, t2], from: \"2026-01-01T00:00:00Z\", until: \"2027-01-01T00:00:00Z\"}\n");
        out.append(
                "  c-dead: {by: FRA, to: [commercial], from: \"2025-01-01T00:00:00Z\", until: \"2026-01-01T00:00:00Z\"}\n");
        policy(out, "host", "host", random);
        policy(out, "nld", "NLD", random);
        policy(out, "fra", "FRA", random);
        if (random.nextBoolean()) {
            policy(out, "t0", "NLD/t0", random);
        }
        policy(out, "usa", "USA/t2", random);
        return out.toString();
    }

    private static void policy(StringBuilder out, String name, String owner, SplittableRandom random) {
        out.append("--- ")
                .append(name)
                .append(".yaml\npolicy: ")
                .append(name)
                .append("\nowner: ")
                .append(owner);
        out.append("\nrules:\n");
        int rules = 2 + random.nextInt(8);
        for (int r = 0; r < rules; r++) {
            String head = name + "-" + r + ", what: " + what(random) + ", to: " + to(random);
            switch (random.nextInt(host(owner) ? 9 : 11)) {
                case 0, 1, 2 -> out.append("  - {release: ").append(head).append("}\n");
                case 3 -> out.append("  - {deny: ").append(head).append("}\n");
                case 4 ->
                    out.append("  - {consent: ")
                            .append(head)
                            .append(", record: ")
                            .append(random.nextBoolean() ? "c-live" : "c-dead")
                            .append(", of: ")
                            .append(random.nextBoolean() ? "NLD" : "FRA")
                            .append("}\n");
                case 5 ->
                    out.append("  - {redact: ")
                            .append(head)
                            .append(pick(
                                    List.of(
                                            ", fields: [comments]",
                                            ", fields: [label.owners]",
                                            ", sensitivity: [sensor]"),
                                    random))
                            .append("}\n");
                case 6 ->
                    out.append("  - {coarsen: ")
                            .append(head)
                            .append(", position_sigma_at_least: ")
                            .append(1 + random.nextInt(5))
                            .append(" km}\n");
                case 7 ->
                    out.append("  - {delay: ")
                            .append(head)
                            .append(", by: ")
                            .append(1 + random.nextInt(5))
                            .append(" h}\n");
                case 8 -> out.append("  - {quota: ").append(head).append(", at_most: 10, per: 1 h}\n");
                default ->
                    out.append("  - {relabel: ")
                            .append(name)
                            .append("-")
                            .append(r)
                            .append(", what: {kind: conjunction")
                            .append(random.nextBoolean() ? ", probability_at_least: 1e-4" : "")
                            .append("}, keep: [tca")
                            .append(random.nextBoolean() ? ", {miss_distance: 100 m}" : ", miss_distance")
                            .append("], as: {NATO: ")
                            .append(level(random))
                            .append(", rel: [")
                            .append(pick(COMMUNITIES, random))
                            .append("]}}\n");
            }
        }
        out.append("  - {release: ").append(name).append("-last, what: {kind: [track, conjunction]}, to: everyone}\n");
    }

    private static boolean host(String owner) {
        return owner.equals("host");
    }

    private static String what(SplittableRandom random) {
        List<String> conditions = new ArrayList<>();
        if (random.nextInt(3) == 0) {
            conditions.add("kind: [" + (random.nextBoolean() ? "track" : "conjunction, track") + "]");
        }
        if (random.nextInt(2) == 0) {
            conditions.add("group: [" + pick(GROUPS, random) + "]");
        }
        if (random.nextInt(4) == 0) {
            conditions.add("owner: [" + pick(OWNERS, random) + "]");
        }
        if (random.nextInt(5) == 0) {
            conditions.add("probability_at_least: 1e-5");
        }
        if (random.nextInt(6) == 0) {
            conditions.add("data_mode: exercise");
        }
        return conditions.isEmpty() ? "anything" : "{" + String.join(", ", conditions) + "}";
    }

    private static String to(SplittableRandom random) {
        List<String> names = List.of("nato", "eu", "commercial", "dutch", "allies", "t2", "t5");
        return switch (random.nextInt(4)) {
            case 0 -> "everyone";
            case 1 -> "{everyone_except: [" + pick(names, random) + "]}";
            default -> "[" + pick(names, random) + "]";
        };
    }

    /** Items for a bundle. */
    public static List<Item> items(PolicyBundle bundle, SplittableRandom random, int count) {
        List<SecurityLabel> labels = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String parts = random.nextInt(3) == 0
                    ? "NATO: {level: " + level(random) + (random.nextInt(4) == 0 ? ", with: [atomal]}" : "}")
                            + ", NLD: " + level(random)
                    : (random.nextBoolean() ? "NATO: " : "NLD: ") + level(random);
            String rel = random.nextInt(4) == 0
                    ? ""
                    : ", rel: [" + pick(COMMUNITIES, random) + ", " + pick(NATIONS, random) + "]";
            String mode = random.nextInt(5) == 0 ? ", mode: EXERCISE" : "";
            try {
                labels.add(LabelNotation.parse(
                        "{" + parts + rel + ", owner: " + pick(OWNERS, random) + mode + "}", bundle.spifs()));
            } catch (PolicyException e) {
                throw new IllegalStateException(e);
            }
        }
        Instant now = Instant.parse("2026-03-01T12:00:00Z");
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SecurityLabel first = labels.get(random.nextInt(labels.size()));
            List<SecurityLabel> used = labels.stream()
                    .filter(l -> l.mode() == first.mode())
                    .filter(l -> l.equals(first) || random.nextInt(30) == 0)
                    .collect(Collectors.toList());
            List<ItemObject> objects = new ArrayList<>();
            for (int o = random.nextInt(3); o >= 0; o--) {
                objects.add(
                        switch (random.nextInt(8)) {
                            case 0 -> ItemObject.UNCORRELATED;
                            case 1 -> random.nextBoolean() ? ItemObject.AMBIGUOUS : ItemObject.UNKNOWN;
                            case 2 -> ItemObject.in(List.of(pick(GROUPS, random), "debris"));
                            default -> ItemObject.of(pick(List.of("5", "7", "95", "105", "200", "201", "999"), random));
                        });
            }
            try {
                items.add(Item.derived(
                                random.nextBoolean() ? Kind.CONJUNCTION : pick(List.of(Kind.values()), random), used)
                        .objects(objects)
                        .probability(random.nextInt(3) == 0 ? Double.NaN : Math.pow(10, -random.nextInt(8)))
                        .received(now.minusSeconds(random.nextInt(6 * 3600) - 60))
                        .build());
            } catch (LabelException e) {
                throw new IllegalStateException(e);
            }
        }
        return items;
    }

    private static String level(SplittableRandom random) {
        return pick(LEVELS, random);
    }

    private static <T> T pick(List<T> from, SplittableRandom random) {
        return from.get(random.nextInt(from.size()));
    }
}
