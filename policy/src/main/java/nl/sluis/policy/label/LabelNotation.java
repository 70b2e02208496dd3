package nl.sluis.policy.label;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import nl.sluis.policy.text.Form;
import nl.sluis.policy.text.Names;
import nl.sluis.policy.text.PolicyException;
import nl.sluis.policy.text.Position;
import nl.sluis.policy.text.Problem;
import nl.sluis.policy.text.ProblemKind;
import nl.sluis.policy.text.Problems;
import nl.sluis.policy.text.Yaml;
import org.jspecify.annotations.Nullable;

/**
 * The short notation of labels in officers' files: {@code {NLD: unclassified, rel: [commercial], owner: NLD}}.
 *
 * <p>Keys are the names of security policies with a level, or with {@code {level, rel, with, info}}; beside them
 * {@code rel} (for every part that has none of its own; a list of lists is a list of clauses), {@code with}
 * (restrictive categories), {@code owner}, {@code mode} (REAL if absent), {@code created}, {@code review}.
 */
public final class LabelNotation {
    private static final Set<String> COMMON = Set.of("rel", "with", "owner", "mode", "created", "review");
    private static final Set<String> OF_PART = Set.of("level", "rel", "with", "info");

    private final Spifs spifs;
    private final Problems problems;

    private LabelNotation(Spifs spifs, Problems problems) {
        this.spifs = spifs;
        this.problems = problems;
    }

    /** Reads a label from text, for tests, tools and configuration. */
    public static SecurityLabel parse(String text, Spifs spifs) throws PolicyException {
        Problems problems = new Problems();
        Yaml value = Yaml.parse("label", text.getBytes(StandardCharsets.UTF_8), problems);
        SecurityLabel label = value == null ? null : read(value, List.of(), spifs, problems);
        problems.throwIfAny();
        if (label == null) {
            throw new PolicyException(List.of(
                    new Problem(ProblemKind.WRONG_SHAPE, Position.of("label"), "not a label", text, "a mapping", "")));
        }
        return label;
    }

    /**
     * Reads a label from a file.
     *
     * @param defaultOwners owners where the notation names none; may be empty, then it must
     * @return null with problems noted if it is no label
     */
    public static @Nullable SecurityLabel read(
            Yaml value, List<OwnerId> defaultOwners, Spifs spifs, Problems problems) {
        return new LabelNotation(spifs, problems).label(value, defaultOwners);
    }

    /** Reads owners: {@code NLD}, {@code NLD/ssa-centre}, or a list of them. */
    public static List<OwnerId> owners(List<Yaml.Text> words, Spifs spifs, Problems problems) {
        LabelNotation notation = new LabelNotation(spifs, problems);
        List<OwnerId> owners = new ArrayList<>();
        for (Yaml.Text word : words) {
            String member = notation.member(word);
            if (member != null) {
                owners.add(OwnerId.parse(member));
            }
        }
        return owners;
    }

    /** Writes a label in this notation; history is left out. */
    public static String write(SecurityLabel label) {
        List<String> fields = new ArrayList<>();
        List<Clause> common = label.parts().get(0).release();
        boolean same = label.parts().stream().allMatch(p -> p.release().equals(common));
        for (LabelPart part : label.parts()) {
            List<String> inner = new ArrayList<>();
            inner.add("level: " + part.level().name());
            if (!same) {
                inner.add("rel: " + clauses(part.release()));
            }
            if (!part.restrictive().isEmpty()) {
                inner.add("with: " + values(part, part.restrictive()));
            }
            if (!part.informative().isEmpty()) {
                inner.add("info: " + values(part, part.informative()));
            }
            fields.add(part.spif().name() + ": "
                    + (inner.size() == 1 ? part.level().name() : "{" + String.join(", ", inner) + "}"));
        }
        if (same) {
            fields.add("rel: " + clauses(common));
        }
        fields.add("owner: "
                + (label.owners().size() == 1
                        ? label.owners().get(0)
                        : label.owners().stream().map(OwnerId::toString).collect(Collectors.joining(", ", "[", "]"))));
        if (label.mode() != Mode.REAL) {
            fields.add("mode: " + label.mode());
        }
        if (!label.created().equals(Instant.EPOCH)) {
            fields.add("created: \"" + label.created() + "\"");
        }
        Instant review = label.review();
        if (review != null) {
            fields.add("review: \"" + review + "\"");
        }
        return "{" + String.join(", ", fields) + "}";
    }

    private static String clauses(List<Clause> clauses) {
        if (clauses.size() == 1) {
            return "[" + String.join(", ", clauses.get(0).members()) + "]";
        }
        return clauses.stream()
                .map(c -> "[" + String.join(", ", c.members()) + "]")
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static String values(LabelPart part, List<CategoryRef> refs) {
        return refs.stream()
                .map(r -> part.spif().value(r).orElseThrow().name())
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private @Nullable SecurityLabel label(Yaml value, List<OwnerId> defaultOwners) {
        Set<String> keys = new TreeSet<>(COMMON);
        keys.addAll(spifs.names());
        Form form = Form.open(value, "label", keys, problems);
        if (form == null) {
            return null;
        }
        List<OwnerId> owners =
                form.has("owner") ? owners(form.words("owner"), spifs, problems) : List.copyOf(defaultOwners);
        if (owners.isEmpty()) {
            if (!form.has("owner")) {
                problems.add(ProblemKind.MISSING_KEY, form.at(), "label has no `owner`", "", "`owner: NLD`");
            }
            return null;
        }
        List<Clause> common = form.has("rel") ? clauses(form.get("rel")) : List.of();
        if (form.has("rel") && common.isEmpty()) {
            return null;
        }
        Map<Spif, LabelPart> parts = new LinkedHashMap<>();
        for (Spif spif : spifs.all()) {
            Yaml part = form.get(spif.name());
            if (part != null) {
                LabelPart read = part(spif, part, form, common, owners);
                if (read == null) {
                    return null;
                }
                parts.put(spif, read);
            }
        }
        if (parts.isEmpty()) {
            problems.add(
                    ProblemKind.MISSING_KEY,
                    form.at(),
                    "label has no security policy",
                    "",
                    "one of " + spifs.names().stream().sorted().toList());
            return null;
        }
        Mode mode = mode(form.text("mode"));
        Instant created = instant(form.text("created"));
        return mode == null
                ? null
                : SecurityLabel.checked(
                        parts, owners, created == null ? Instant.EPOCH : created, instant(form.text("review")), mode);
    }

    private @Nullable LabelPart part(Spif spif, Yaml value, Form label, List<Clause> common, List<OwnerId> owners) {
        List<Clause> release = common;
        Yaml.Text level;
        Set<CategoryRef> restrictive = new TreeSet<>(categories(spif, Spif.TagType.RESTRICTIVE, label.words("with")));
        List<CategoryRef> informative = List.of();
        if (value instanceof Yaml.Text text) {
            level = text;
        } else {
            Form form = Form.open(value, "label part", OF_PART, problems);
            if (form == null) {
                return null;
            }
            level = form.needText("level");
            release = form.has("rel") ? clauses(form.get("rel")) : common;
            restrictive.addAll(categories(spif, Spif.TagType.RESTRICTIVE, form.words("with")));
            informative = categories(spif, Spif.TagType.INFORMATIVE, form.words("info"));
            if (form.has("rel") && release.isEmpty()) {
                return null;
            }
        }
        if (level == null) {
            return null;
        }
        var found = spif.level(level.value());
        if (found.isEmpty()) {
            problems.unknown(
                    ProblemKind.UNKNOWN_NAME, level.at(), "level of " + spif.name(), level.value(), spif.levelNames());
            return null;
        }
        return new LabelPart(
                spif,
                found.get(),
                List.copyOf(restrictive),
                release.isEmpty() ? List.of(SecurityLabel.ownersOnly(owners)) : release,
                informative);
    }

    private List<CategoryRef> categories(Spif spif, Spif.TagType type, List<Yaml.Text> words) {
        List<CategoryRef> refs = new ArrayList<>();
        for (Yaml.Text word : words) {
            spif.value(type, word.value())
                    .ifPresentOrElse(
                            refs::add,
                            () -> problems.unknown(
                                    ProblemKind.UNKNOWN_NAME,
                                    word.at(),
                                    "category of " + spif.name(),
                                    word.value(),
                                    spif.tagSets().stream()
                                            .filter(s -> s.type() == type)
                                            .flatMap(s -> s.values().stream().map(Spif.TagValue::name))
                                            .toList()));
        }
        return refs;
    }

    private List<Clause> clauses(@Nullable Yaml value) {
        if (value instanceof Yaml.Items items
                && !items.values().isEmpty()
                && items.values().stream().allMatch(Yaml.Items.class::isInstance)) {
            List<Clause> clauses = new ArrayList<>();
            for (Yaml item : items.values()) {
                List<String> members = members(item);
                if (members.isEmpty()) {
                    return List.of();
                }
                clauses.add(new Clause(members));
            }
            return clauses;
        }
        List<String> members = members(value);
        return members.isEmpty() ? List.of() : List.of(new Clause(members));
    }

    private List<String> members(@Nullable Yaml value) {
        List<String> members = new ArrayList<>();
        for (Yaml.Text word : Form.words(value, "`rel`", problems)) {
            String member = member(word);
            if (member != null) {
                members.add(member);
            }
        }
        return members;
    }

    private @Nullable String member(Yaml.Text word) {
        String member = spifs.member(word.value()).orElse(null);
        if (member == null) {
            problems.add(new Problem(
                    ProblemKind.UNKNOWN_NAME,
                    word.at(),
                    "unknown nation or community `" + Names.shown(word.value()) + "`",
                    word.value(),
                    "a trigraph (ISO 3166-1) or a community",
                    spifs.nearestMember(word.value())));
        }
        return member;
    }

    private @Nullable Mode mode(Yaml.@Nullable Text word) {
        if (word == null) {
            return Mode.REAL;
        }
        for (Mode mode : Mode.values()) {
            if (mode.name().equals(word.value().toUpperCase(Locale.ROOT))) {
                return mode;
            }
        }
        problems.unknown(
                ProblemKind.UNKNOWN_NAME,
                word.at(),
                "data mode",
                word.value(),
                List.of("REAL", "EXERCISE", "SIMULATED", "TEST"));
        return null;
    }

    private @Nullable Instant instant(Yaml.@Nullable Text word) {
        if (word == null) {
            return null;
        }
        try {
            return Instant.parse(word.value());
        } catch (DateTimeException e) {
            problems.add(
                    ProblemKind.BAD_VALUE,
                    word.at(),
                    "time `" + Names.shown(word.value()) + "` cannot be read",
                    word.value(),
                    "a time such as 2026-01-01T00:00:00Z");
            return null;
        }
    }
}
