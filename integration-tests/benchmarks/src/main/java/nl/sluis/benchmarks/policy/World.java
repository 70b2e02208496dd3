package nl.sluis.benchmarks.policy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Kind;
import nl.sluis.policy.text.PolicyException;

/**
 * A bundle of so many audiences and rules, and items for it, made by seed. A quarter each of the rules releases, denies,
 * redacts and delays; every rule names kinds, a group, a tenant and a community.
 *
 * @param bundle the bundle
 * @param items 256 tracks and conjunctions of one or two objects, under one of two labels
 */
record World(PolicyBundle bundle, List<Item> items) {
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private static final int ITEMS = 256;
    private static final int GROUPS = 8;
    private static final List<String> NATIONS = List.of("NLD", "FRA", "DEU", "USA");

    static World of(int audiences, int rules) {
        return of(audiences, rules, 6);
    }

    /** With another delay in one of the rules. */
    static World of(int audiences, int rules, int delayH) {
        try {
            PolicyBundle bundle = PolicyBundle.load(files(audiences, rules, delayH));
            return new World(bundle, items(bundle));
        } catch (PolicyException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, byte[]> files(int audiences, int rules, int delayH) {
        StringBuilder tenants = new StringBuilder("tenants:\n");
        for (int t = 0; t < audiences; t++) {
            tenants.append("  t").append(t).append(": {nations: [").append(NATIONS.get(t % NATIONS.size()));
            tenants.append("], communities: [C").append(t % 4).append("X], clearances: {NATO: ");
            tenants.append(t % 3 == 0 ? "restricted" : "secret").append(", NLD: restricted}, roles: [contributor]}\n");
        }
        StringBuilder groups = new StringBuilder("groups:\n");
        for (int g = 0; g < GROUPS; g++) {
            groups.append("  g").append(g).append(": {ranges: [");
            groups.append(g * 100).append('-').append(g * 100 + 150).append("]}\n");
        }
        StringBuilder host = new StringBuilder("policy: host\nowner: [host, NLD]\nrules:\n");
        host.append("  - {release: r0, what: anything, to: [c0, c1]}\n");
        SplittableRandom random = new SplittableRandom(20);
        for (int r = 1; r < rules; r++) {
            // a deny is about one tenant: with communities too, 200 rules would leave nothing to anybody
            String to = "t" + random.nextInt(audiences) + (r % 4 == 1 ? "" : ", c" + random.nextInt(4));
            String head = "r" + r + ", what: {kind: [track, conjunction], group: [g" + random.nextInt(GROUPS)
                    + "]}, to: [" + to + "]";
            host.append(
                    switch (r % 4) {
                        case 0 -> "  - {release: " + head + "}\n";
                        case 1 -> "  - {deny: " + head + "}\n";
                        case 2 -> "  - {redact: " + head + ", fields: [comments]}\n";
                        default -> "  - {delay: " + head + ", by: " + (r == 7 ? delayH : 6) + " h}\n";
                    });
        }
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("tenants.yaml", bytes(tenants));
        files.put("groups.yaml", bytes(groups));
        files.put("host.yaml", bytes(host));
        files.put("audiences.yaml", bytes("""
                communities: [C0X, C1X, C2X, C3X]
                audiences: {c0: {community: C0X}, c1: {community: C1X}, c2: {community: C2X}, c3: {community: C3X}}
                """));
        return files;
    }

    private static List<Item> items(PolicyBundle bundle) throws PolicyException {
        SplittableRandom random = new SplittableRandom(92);
        List<SecurityLabel> labels = List.of(
                LabelNotation.parse("{NATO: restricted, rel: [C0X, C1X, C2X, FRA], owner: NLD}", bundle.spifs()),
                LabelNotation.parse(
                        "{NATO: secret, NLD: restricted, rel: [NLD, DEU, C3X], owner: NLD}", bundle.spifs()));
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < ITEMS; i++) {
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
}
