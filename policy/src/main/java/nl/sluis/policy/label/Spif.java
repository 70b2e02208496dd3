package nl.sluis.policy.label;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import nl.sluis.policy.text.Form;
import nl.sluis.policy.text.Position;
import nl.sluis.policy.text.ProblemKind;
import nl.sluis.policy.text.Problems;
import nl.sluis.policy.text.Yaml;
import org.jspecify.annotations.Nullable;

/**
 * A security policy as data, in the spirit of XML SPIF: its levels with their order, its categories and its markings.
 *
 * @param name the short name used in rules: {@code NATO}
 * @param oid the policy's object identifier
 * @param version the version of this file; labels of another version are refused
 * @param title the name in full
 * @param levels the classifications, lowest first
 * @param tagSets the categories
 * @param communities names that a releasability may use beside nations
 */
public record Spif(
        String name,
        String oid,
        int version,
        String title,
        List<Level> levels,
        List<TagSet> tagSets,
        Set<String> communities) {
    private static final Pattern OID = Pattern.compile("[0-2](\\.(0|[1-9][0-9]{0,38})){1,30}");
    private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9-]{1,31}");
    private static final Set<String> KEYS =
            Set.of("spif", "oid", "version", "title", "origin", "levels", "tag_sets", "communities");

    /**
     * A classification.
     *
     * @param lacv its number in labels
     * @param hierarchy its place in the order: a higher number is more sensitive; no two levels share one
     * @param name the word in rules, lower case: {@code restricted}
     * @param marking the phrase as printed: {@code NATO RESTRICTED}
     * @param portion the short mark before a paragraph: {@code NR}; empty where there is none
     * @param aliases other words for it in rules, lower case
     */
    public record Level(int lacv, int hierarchy, String name, String marking, String portion, Set<String> aliases) {}

    /** How a category works. */
    public enum TagType {
        /** A reader must hold all values. */
        RESTRICTIVE,
        /** Shown, not enforced. */
        INFORMATIVE
    }

    /**
     * A category.
     *
     * @param oid its object identifier
     * @param name its name
     * @param type how it works
     * @param values its values by number
     */
    public record TagSet(String oid, String name, TagType type, List<TagValue> values) {}

    /**
     * A value of a category.
     *
     * @param lacv its number
     * @param name the word in rules, lower case
     * @param marking the phrase as printed
     */
    public record TagValue(int lacv, String name, String marking) {}

    /** The level with this number. */
    public Optional<Level> level(int lacv) {
        return levels.stream().filter(l -> l.lacv() == lacv).findFirst();
    }

    /** The level with this word, marking or alias, in any case. */
    public Optional<Level> level(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        return levels.stream()
                .filter(l -> l.name().equals(lower)
                        || l.aliases().contains(lower)
                        || l.marking().toLowerCase(Locale.ROOT).equals(lower))
                .findFirst();
    }

    /** The category value, if this policy has it. */
    public Optional<TagValue> value(CategoryRef ref) {
        return tagSet(ref.tagSetOid())
                .flatMap(s ->
                        s.values().stream().filter(v -> v.lacv() == ref.lacv()).findFirst());
    }

    /** The category with this identifier. */
    public Optional<TagSet> tagSet(String tagSetOid) {
        return tagSets.stream().filter(s -> s.oid().equals(tagSetOid)).findFirst();
    }

    /** The category value with this word, in any case. */
    public Optional<CategoryRef> value(TagType type, String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        return tagSets.stream()
                .filter(s -> s.type() == type)
                .flatMap(s -> s.values().stream()
                        .filter(v -> v.name().equals(lower)
                                || v.marking().toLowerCase(Locale.ROOT).equals(lower))
                        .map(v -> new CategoryRef(s.oid(), v.lacv())))
                .findFirst();
    }

    /** All words for levels, for messages. */
    public List<String> levelNames() {
        return levels.stream().map(Level::name).toList();
    }

    /**
     * Reads a SPIF file.
     *
     * @param root the tree of the file
     * @param problems where to put what is wrong
     * @return null if anything essential is missing
     */
    public static @Nullable Spif read(Yaml root, Problems problems) {
        Form form = Form.open(root, "SPIF", KEYS, problems);
        if (form == null) {
            return null;
        }
        String name = matching(form.needText("spif"), NAME, "upper-case name such as NATO", problems);
        String oid = matching(form.needText("oid"), OID, "dotted decimal object identifier", problems);
        int version = number(form.needText("version"), problems);
        Yaml.Text title = form.text("title");
        List<Level> levels = levels(form.need("levels"), problems);
        List<TagSet> tagSets = tagSets(form.get("tag_sets"), problems);
        Set<String> communities = new TreeSet<>();
        for (Yaml.Text word : form.words("communities")) {
            communities.add(matching(word, NAME, "upper-case name such as EU-SST", problems));
        }
        if (name.isEmpty() || oid.isEmpty() || levels.isEmpty()) {
            return null;
        }
        return new Spif(name, oid, version, title == null ? name : title.value(), levels, tagSets, communities);
    }

    private static List<Level> levels(@Nullable Yaml value, Problems problems) {
        Map<Integer, Position> lacvs = new HashMap<>();
        Map<Integer, Position> hierarchies = new HashMap<>();
        Map<String, Position> words = new HashMap<>();
        List<Level> levels = new ArrayList<>();
        for (Yaml item : items(value, problems)) {
            Form form = Form.open(
                    item, "level", Set.of("name", "lacv", "hierarchy", "marking", "portion", "aliases"), problems);
            if (form == null) {
                continue;
            }
            Yaml.Text name = form.needText("name");
            Yaml.Text marking = form.needText("marking");
            int lacv = number(form.needText("lacv"), problems);
            int hierarchy = number(form.needText("hierarchy"), problems);
            Yaml.Text portion = form.text("portion");
            if (name == null || marking == null) {
                continue;
            }
            Set<String> aliases = new TreeSet<>();
            form.words("aliases").forEach(w -> aliases.add(w.value().toLowerCase(Locale.ROOT)));
            once(lacvs, lacv, form.at("lacv"), "lacv", problems);
            once(hierarchies, hierarchy, form.at("hierarchy"), "hierarchy", problems);
            once(words, name.value(), name.at(), "level", problems);
            levels.add(new Level(
                    lacv,
                    hierarchy,
                    name.value().toLowerCase(Locale.ROOT),
                    marking.value(),
                    portion == null ? "" : portion.value(),
                    Set.copyOf(aliases)));
        }
        levels.sort((a, b) -> Integer.compare(a.hierarchy(), b.hierarchy()));
        return List.copyOf(levels);
    }

    private static List<TagSet> tagSets(@Nullable Yaml value, Problems problems) {
        List<TagSet> sets = new ArrayList<>();
        Map<String, Position> oids = new HashMap<>();
        for (Yaml item : items(value, problems)) {
            Form form = Form.open(item, "tag set", Set.of("name", "oid", "type", "values"), problems);
            if (form == null) {
                continue;
            }
            Yaml.Text name = form.needText("name");
            String oid = matching(form.needText("oid"), OID, "dotted decimal object identifier", problems);
            Yaml.Text type = form.needText("type");
            List<TagValue> values = new ArrayList<>();
            Map<Integer, Position> lacvs = new HashMap<>();
            for (Yaml entry : items(form.need("values"), problems)) {
                Form one = Form.open(entry, "value", Set.of("name", "lacv", "marking"), problems);
                if (one == null) {
                    continue;
                }
                Yaml.Text word = one.needText("name");
                int lacv = number(one.needText("lacv"), problems);
                Yaml.Text marking = one.text("marking");
                once(lacvs, lacv, one.at("lacv"), "lacv", problems);
                if (word != null) {
                    values.add(new TagValue(
                            lacv,
                            word.value().toLowerCase(Locale.ROOT),
                            marking == null ? word.value().toUpperCase(Locale.ROOT) : marking.value()));
                }
            }
            if (name == null || type == null || oid.isEmpty()) {
                continue;
            }
            once(oids, oid, form.at("oid"), "oid", problems);
            switch (type.value()) {
                case "restrictive" -> sets.add(new TagSet(oid, name.value(), TagType.RESTRICTIVE, List.copyOf(values)));
                case "informative" -> sets.add(new TagSet(oid, name.value(), TagType.INFORMATIVE, List.copyOf(values)));
                default ->
                    problems.unknown(
                            ProblemKind.BAD_VALUE,
                            type.at(),
                            "tag type",
                            type.value(),
                            List.of("restrictive", "informative"));
            }
        }
        return List.copyOf(sets);
    }

    private static List<Yaml> items(@Nullable Yaml value, Problems problems) {
        if (value == null) {
            return List.of();
        }
        if (value instanceof Yaml.Items list) {
            return list.values();
        }
        problems.add(ProblemKind.WRONG_SHAPE, value.at(), "found " + value.shape(), value.shape(), "a list");
        return List.of();
    }

    private static <K> void once(Map<K, Position> seen, K key, Position at, String what, Problems problems) {
        Position earlier = seen.putIfAbsent(key, at);
        if (earlier != null) {
            problems.add(
                    ProblemKind.DUPLICATE, at, what + " `" + key + "` stands twice, first at line " + earlier.line());
        }
    }

    private static int number(Yaml.@Nullable Text text, Problems problems) {
        if (text == null) {
            return -1;
        }
        if (!text.value().matches("[0-9]{1,9}")) {
            problems.add(
                    ProblemKind.BAD_VALUE,
                    text.at(),
                    "found " + text.shape(),
                    text.value(),
                    "a number from 0 to 999999999");
            return -1;
        }
        return Integer.parseInt(text.value());
    }

    private static String matching(Yaml.@Nullable Text text, Pattern pattern, String expected, Problems problems) {
        if (text == null) {
            return "";
        }
        if (!pattern.matcher(text.value()).matches()) {
            problems.add(ProblemKind.BAD_VALUE, text.at(), "found " + text.shape(), text.value(), expected);
            return "";
        }
        return text.value();
    }
}
