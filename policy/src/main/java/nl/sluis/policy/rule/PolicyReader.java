package nl.sluis.policy.rule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.Mode;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.label.Spifs;
import nl.sluis.policy.text.Form;
import nl.sluis.policy.text.Names;
import nl.sluis.policy.text.Position;
import nl.sluis.policy.text.ProblemKind;
import nl.sluis.policy.text.Problems;
import nl.sluis.policy.text.Yaml;
import nl.sluis.proto.v1.Sensitivity;
import org.jspecify.annotations.Nullable;

/** Reads one policy file. Names of groups, audiences and fields are left for the bundle to resolve. */
public final class PolicyReader {
    /** Longest delay: 366 days; longer is a deny. */
    private static final double DELAY_S_MAX = 366 * 86400.0;
    /** Coarsest accuracy: 10,000 km; coarser is a deny. */
    private static final double SIGMA_M_MAX = 1e7;

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final Pattern PATH = Pattern.compile("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*");
    private static final Set<String> TOP =
            Set.of("policy", "owner", "imports", "rules", "invariants", "tests", "relays");
    private static final Set<String> WHAT =
            Set.of("kind", "group", "data_mode", "owner", "probability_at_least", "when");

    private final Spifs spifs;
    private final Problems problems;
    private final List<OwnerId> owners = new ArrayList<>();

    private PolicyReader(Spifs spifs, Problems problems) {
        this.spifs = spifs;
        this.problems = problems;
    }

    /**
     * Reads a policy.
     *
     * @param root the tree of the file
     * @param spifs the security policies and communities that labels may use
     * @param problems where to put what is wrong
     * @return null if it is no policy at all
     */
    public static @Nullable Policy read(Yaml root, Spifs spifs, Problems problems) {
        return new PolicyReader(spifs, problems).policy(root);
    }

    private @Nullable Policy policy(Yaml root) {
        Form form = Form.open(root, "policy", TOP, problems);
        if (form == null) {
            return null;
        }
        String name = name(form.needText("policy"));
        List<PolicyOwner> whose = new ArrayList<>();
        if (form.need("owner") != null) {
            for (Yaml.Text word : form.words("owner")) {
                if (word.value().equals("host")) {
                    whose.add(PolicyOwner.HOST);
                } else {
                    for (OwnerId owner : LabelNotation.owners(List.of(word), spifs, problems)) {
                        owners.add(owner);
                        whose.add(new PolicyOwner(owner));
                    }
                }
            }
        }
        List<Policy.Import> imports = form.words("imports").stream()
                .map(w -> new Policy.Import(w.value(), w.at()))
                .toList();
        List<Rule> rules = new ArrayList<>();
        Map<String, Position> names = new HashMap<>();
        for (Yaml item : items(form.get("rules"), "`rules`")) {
            Rule rule = rule(item);
            if (rule == null) {
                continue;
            }
            Position earlier = names.putIfAbsent(rule.head().name(), rule.head().at());
            if (earlier != null) {
                problems.add(
                        ProblemKind.DUPLICATE,
                        rule.head().at(),
                        "rule `" + rule.head().name() + "` stands twice, first at line " + earlier.line());
                continue;
            }
            rules.add(rule);
        }
        List<Invariant> invariants = new ArrayList<>();
        for (Yaml item : items(form.get("invariants"), "`invariants`")) {
            Invariant invariant = invariant(item);
            if (invariant != null) {
                invariants.add(invariant);
            }
        }
        List<PolicyTest> tests = new ArrayList<>();
        for (Yaml item : items(form.get("tests"), "`tests`")) {
            PolicyTest test = test(item);
            if (test != null) {
                tests.add(test);
            }
        }
        List<Relay> relays = new ArrayList<>();
        for (Yaml item : items(form.get("relays"), "`relays`")) {
            Relay relay = relay(item);
            if (relay != null) {
                relays.add(relay);
            }
        }
        return new Policy(
                name,
                List.copyOf(whose),
                imports,
                List.copyOf(rules),
                List.copyOf(invariants),
                List.copyOf(tests),
                List.copyOf(relays),
                form.at());
    }

    private @Nullable Relay relay(Yaml item) {
        Form form = Form.open(item, "relay", Set.of("tenant", "labels"), problems);
        if (form == null) {
            return null;
        }
        if (owners.isEmpty()) {
            problems.add(
                    ProblemKind.CONFLICT,
                    form.at(),
                    "a relay in a policy that owns no data",
                    "",
                    "a relay in its owner's policy");
            return null;
        }
        Yaml.Text tenant = form.needText("tenant");
        List<SecurityLabel> labels = new ArrayList<>();
        for (Yaml label : items(form.need("labels"), "`labels`")) {
            SecurityLabel read = LabelNotation.read(label, List.copyOf(owners), spifs, problems);
            if (label instanceof Yaml.Fields fields && fields.keys().get("owner") != null) {
                problems.add(
                        ProblemKind.CONFLICT,
                        fields.keys().get("owner"),
                        "`owner` of a relayed label is the policy's",
                        "owner",
                        "levels, `rel`, `with` and `mode` alone");
            } else if (read != null) {
                labels.add(read);
            }
        }
        if (labels.isEmpty() && form.has("labels") && problems.isEmpty()) {
            problems.add(ProblemKind.EMPTY, form.at("labels"), "relay may use no label", "", "at least one label");
        }
        return tenant == null ? null : new Relay(tenant.value(), labels, form.at());
    }

    private @Nullable Rule rule(Yaml item) {
        if (!(item instanceof Yaml.Fields fields)) {
            problems.add(
                    ProblemKind.WRONG_SHAPE,
                    item.at(),
                    "rule is " + item.shape(),
                    item.shape(),
                    "`verb: name` and more");
            return null;
        }
        List<Rule.Verb> verbs = new ArrayList<>();
        for (Rule.Verb verb : Rule.Verb.values()) {
            if (fields.values().containsKey(verb.word())) {
                verbs.add(verb);
            }
        }
        if (verbs.size() != 1) {
            if (verbs.isEmpty()) {
                String first = fields.keys().keySet().stream().findFirst().orElse("");
                problems.unknown(
                        ProblemKind.UNKNOWN_KEY,
                        fields.keys().getOrDefault(first, fields.at()),
                        "verb",
                        first,
                        Arrays.stream(Rule.Verb.values()).map(Rule.Verb::word).toList());
            } else {
                problems.add(
                        ProblemKind.CONFLICT,
                        fields.at(),
                        "a rule with two verbs, `" + verbs.get(0).word() + "` and `"
                                + verbs.get(1).word() + "`",
                        "",
                        "one verb a rule");
            }
            return null;
        }
        Rule.Verb verb = verbs.get(0);
        Set<String> keys = new TreeSet<>(Set.of(verb.word(), "what", "to", "why"));
        keys.addAll(
                switch (verb) {
                    case RELEASE, DENY -> Set.of();
                    case CONSENT -> Set.of("record", "of");
                    case REDACT -> Set.of("fields", "sensitivity");
                    case COARSEN -> Set.of("position_sigma_at_least");
                    case DELAY -> Set.of("by");
                    case RELABEL -> Set.of("keep", "as");
                    case QUOTA -> Set.of("at_most", "per", "count");
                });
        int before = problems.list().size();
        Form form = Form.open(fields, "`" + verb.word() + "`", keys, problems);
        if (form == null) {
            return null;
        }
        String name = name(form.needText(verb.word()));
        What what = what(form.need("what"), verb);
        To to = verb == Rule.Verb.RELABEL && !form.has("to") ? To.everyone(form.at()) : to(form.need("to"));
        Yaml.Text why = form.text("why");
        if (what == null || to == null || name.isEmpty()) {
            return null;
        }
        Rule.Head head = new Rule.Head(name, what, to, why == null ? "" : why.value(), form.at());
        Rule rule = switch (verb) {
            case RELEASE -> new Rule.Release(head);
            case DENY -> new Rule.Deny(head);
            case CONSENT -> consent(form, head);
            case REDACT -> redact(form, head);
            case COARSEN -> coarsen(form, head);
            case DELAY -> delay(form, head);
            case RELABEL -> relabel(form, head);
            case QUOTA -> quota(form, head);
        };
        return problems.list().size() == before ? rule : null;
    }

    private @Nullable Rule consent(Form form, Rule.Head head) {
        Yaml.Text record = form.needText("record");
        List<OwnerId> of =
                form.has("of") ? LabelNotation.owners(form.words("of"), spifs, problems) : List.copyOf(owners);
        if (of.size() != 1) {
            problems.add(
                    ProblemKind.MISSING_KEY,
                    form.at("of"),
                    "consent `" + head.name() + "` does not say whose",
                    "",
                    "`of` with one nation or tenant");
            return null;
        }
        return record == null ? null : new Rule.Consent(head, of.get(0), record.value());
    }

    private @Nullable Rule redact(Form form, Rule.Head head) {
        List<FieldPath> fields = new ArrayList<>();
        for (Yaml.Text word : form.words("fields")) {
            FieldPath path = Payload.isGrouped(word.value()) ? grouped(word, head) : path(word);
            if (path != null) {
                fields.add(path);
            }
        }
        Set<Sensitivity> sensitivities = EnumSet.noneOf(Sensitivity.class);
        for (Yaml.Text word : form.words("sensitivity")) {
            Optional<Sensitivity> known = Arrays.stream(Sensitivity.values())
                    .filter(s -> s != Sensitivity.UNRECOGNIZED && s != Sensitivity.SENSITIVITY_UNSPECIFIED)
                    .filter(s -> word(s).equals(word.value()))
                    .findFirst();
            if (known.isEmpty()) {
                problems.unknown(
                        ProblemKind.UNKNOWN_NAME,
                        word.at(),
                        "sensitivity",
                        word.value(),
                        Arrays.stream(Sensitivity.values())
                                .filter(s -> s != Sensitivity.UNRECOGNIZED && s != Sensitivity.SENSITIVITY_UNSPECIFIED)
                                .map(PolicyReader::word)
                                .toList());
            } else if (known.get() == Sensitivity.SENSITIVITY_ROUTING) {
                problems.add(
                        ProblemKind.BAD_VALUE,
                        word.at(),
                        "`routing` cannot be redacted: without it a message says nothing",
                        "routing",
                        "a `deny` instead");
            } else {
                sensitivities.add(known.get());
            }
        }
        if (!form.has("fields") && !form.has("sensitivity")) {
            problems.add(
                    ProblemKind.MISSING_KEY,
                    form.at(),
                    "redact `" + head.name() + "` removes nothing",
                    "",
                    "`fields` or `sensitivity`");
        }
        return new Rule.Redact(head, List.copyOf(fields), Set.copyOf(sensitivities));
    }

    private static String word(Sensitivity sensitivity) {
        return sensitivity.name().substring("SENSITIVITY_".length()).toLowerCase(Locale.ROOT);
    }

    private @Nullable Rule coarsen(Form form, Rule.Head head) {
        Yaml.Text text = form.needText("position_sigma_at_least");
        OptionalDouble sigma = Quantity.length(text, problems);
        if (text == null || sigma.isEmpty()) {
            return null;
        }
        if (sigma.getAsDouble() < 1 || sigma.getAsDouble() > SIGMA_M_MAX) {
            problems.add(
                    ProblemKind.BAD_VALUE,
                    text.at(),
                    "`" + text.value() + "` is out of range",
                    text.value(),
                    "from 1 m to 10000 km");
        }
        return new Rule.Coarsen(head, sigma.getAsDouble());
    }

    private @Nullable Rule delay(Form form, Rule.Head head) {
        Yaml.Text text = form.needText("by");
        OptionalDouble time = Quantity.time(text, problems);
        if (text == null || time.isEmpty()) {
            return null;
        }
        if (time.getAsDouble() < 1 || time.getAsDouble() > DELAY_S_MAX) {
            problems.add(
                    ProblemKind.BAD_VALUE,
                    text.at(),
                    "`" + text.value() + "` is out of range",
                    text.value(),
                    "from 1 s to 366 d");
        }
        return new Rule.Delay(head, (long) Math.ceil(time.getAsDouble()));
    }

    private @Nullable Rule relabel(Form form, Rule.Head head) {
        if (owners.isEmpty()) {
            problems.add(
                    ProblemKind.CONFLICT,
                    head.at(),
                    "relabel `" + head.name() + "` in a policy that owns no data",
                    "",
                    "a relabel in its owner's policy");
            return null;
        }
        Map<FieldPath, OptionalDouble> keep = new LinkedHashMap<>();
        for (Yaml item : items(form.need("keep"), "`keep`")) {
            if (item instanceof Yaml.Text word) {
                FieldPath path = path(word);
                if (path != null) {
                    keep.put(path, OptionalDouble.empty());
                }
            } else if (item instanceof Yaml.Fields fields && fields.values().size() == 1) {
                String key = fields.values().keySet().iterator().next();
                FieldPath path = path(new Yaml.Text(fields.keys().getOrDefault(key, fields.at()), key, true));
                OptionalDouble precision =
                        Quantity.any(Form.asText(fields.values().get(key), "`" + key + "`", problems), problems);
                if (path != null && precision.isPresent()) {
                    if (precision.getAsDouble() <= 0) {
                        problems.add(
                                ProblemKind.BAD_VALUE,
                                path.at(),
                                "precision of `" + key + "` is zero",
                                "0",
                                "a positive precision, or the field alone");
                    }
                    keep.put(path, precision);
                }
            } else {
                problems.add(
                        ProblemKind.WRONG_SHAPE,
                        item.at(),
                        "an item of `keep` is " + item.shape(),
                        item.shape(),
                        "a field, or `field: precision`");
            }
        }
        if (keep.isEmpty() && form.has("keep")) {
            problems.add(ProblemKind.EMPTY, form.at("keep"), "relabel `" + head.name() + "` keeps nothing");
        }
        Yaml label = form.need("as");
        SecurityLabel as = label == null ? null : LabelNotation.read(label, List.copyOf(owners), spifs, problems);
        if (label instanceof Yaml.Fields fields) {
            for (String given : List.of("owner", "mode", "created")) {
                Position at = fields.keys().get(given);
                if (at != null) {
                    problems.add(
                            ProblemKind.CONFLICT,
                            at,
                            "`" + given + "` cannot be relabelled",
                            given,
                            "a level, `rel` and `with` alone");
                }
            }
            if (!fields.values().containsKey("rel")) {
                problems.add(
                        ProblemKind.MISSING_KEY, label.at(), "relabel `" + head.name() + "` names nobody", "", "`rel`");
            }
        }
        return as == null ? null : new Rule.Relabel(head, Collections.unmodifiableMap(keep), as);
    }

    private @Nullable Rule quota(Form form, Rule.Head head) {
        OptionalDouble atMost = Quantity.number(form.needText("at_most"), problems);
        OptionalDouble per = Quantity.time(form.needText("per"), problems);
        Yaml.Text count = form.text("count");
        if (count != null && !count.value().equals("items") && !count.value().equals("objects")) {
            problems.unknown(ProblemKind.UNKNOWN_NAME, count.at(), "count", count.value(), List.of("items", "objects"));
        }
        if (atMost.isEmpty() || per.isEmpty()) {
            return null;
        }
        if (per.getAsDouble() < 1) {
            problems.add(ProblemKind.BAD_VALUE, form.at("per"), "window is shorter than 1 s", "", "at least 1 s");
        }
        return new Rule.Quota(
                head,
                (long) atMost.getAsDouble(),
                (long) per.getAsDouble(),
                count != null && count.value().equals("objects"));
    }

    private @Nullable Invariant invariant(Yaml item) {
        Form form = Form.open(item, "invariant", Set.of("never"), problems);
        Yaml never = form == null ? null : form.need("never");
        if (!(never instanceof Yaml.Fields fields)) {
            return null;
        }
        Set<String> keys = new TreeSet<>(WHAT);
        keys.remove("when");
        keys.add("to");
        Form inner = Form.open(never, "`never`", keys, problems);
        if (inner == null) {
            return null;
        }
        Map<String, Yaml> whatValues = new LinkedHashMap<>(fields.values());
        Map<String, Position> whatKeys = new LinkedHashMap<>(fields.keys());
        whatValues.remove("to");
        whatKeys.remove("to");
        What what = whatValues.isEmpty()
                ? What.anything(never.at())
                : what(new Yaml.Fields(never.at(), whatValues, whatKeys), Rule.Verb.DENY);
        To to = to(inner.need("to"));
        return what == null || to == null ? null : new Invariant(what, to, item.at());
    }

    private @Nullable What what(@Nullable Yaml value, Rule.Verb verb) {
        if (value == null) {
            return null;
        }
        if (value instanceof Yaml.Text text && text.value().equals("anything")) {
            return What.anything(value.at());
        }
        Form form = Form.open(value, "`what`", WHAT, problems);
        if (form == null) {
            return null;
        }
        if (value instanceof Yaml.Fields fields && fields.values().isEmpty()) {
            problems.add(ProblemKind.EMPTY, value.at(), "`what` is empty", "", "conditions, or `what: anything`");
            return null;
        }
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (Yaml.Text word : form.words("kind")) {
            Kind.of(word.value())
                    .ifPresentOrElse(
                            kinds::add,
                            () -> problems.unknown(
                                    ProblemKind.UNKNOWN_NAME, word.at(), "kind", word.value(), Kind.words()));
        }
        List<String> groups =
                form.words("group").stream().map(Yaml.Text::value).sorted().toList();
        Set<Mode> modes = EnumSet.noneOf(Mode.class);
        for (Yaml.Text word : form.words("data_mode")) {
            Arrays.stream(Mode.values())
                    .filter(m -> m.word().equals(word.value()))
                    .findFirst()
                    .ifPresentOrElse(
                            modes::add,
                            () -> problems.unknown(
                                    ProblemKind.UNKNOWN_NAME,
                                    word.at(),
                                    "data mode",
                                    word.value(),
                                    Arrays.stream(Mode.values()).map(Mode::word).toList()));
        }
        List<OwnerId> from = LabelNotation.owners(form.words("owner"), spifs, problems);
        OptionalDouble probability = Quantity.number(form.text("probability_at_least"), problems);
        if (probability.isPresent() && probability.getAsDouble() > 1) {
            problems.add(
                    ProblemKind.BAD_VALUE, form.at("probability_at_least"), "probability above 1", "", "from 0 to 1");
        }
        Yaml.Text when = form.text("when");
        if (when != null && (verb.grants() || verb == Rule.Verb.CONSENT || verb == Rule.Verb.QUOTA)) {
            problems.add(
                    ProblemKind.CONFLICT,
                    when.at(),
                    "`when` in a `" + verb.word() + "`",
                    verb.word(),
                    "an expression only in deny, redact, coarsen or delay");
        }
        return new What(
                Set.copyOf(kinds),
                groups,
                Set.copyOf(modes),
                from,
                probability,
                when == null ? null : new What.Expression(when.value(), when.at()),
                form.at());
    }

    private @Nullable To to(@Nullable Yaml value) {
        if (value == null) {
            return null;
        }
        if (value instanceof Yaml.Text text && text.value().equals("everyone")) {
            return To.everyone(value.at());
        }
        boolean except = value instanceof Yaml.Fields;
        Yaml names = value;
        if (value instanceof Yaml.Fields) {
            Form form = Form.open(value, "`to`", Set.of("everyone_except"), problems);
            names = form == null ? null : form.need("everyone_except");
        }
        List<To.Name> list = Form.words(names, "`to`", problems).stream()
                .map(w -> new To.Name(w.value(), w.at()))
                .toList();
        return list.isEmpty() ? null : new To(except, list, value.at());
    }

    private @Nullable PolicyTest test(Yaml value) {
        Form form = Form.open(value, "test", Set.of("name", "item", "expect"), problems);
        if (form == null) {
            return null;
        }
        Yaml.Text name = form.needText("name");
        PolicyTest.ItemText item = item(form.need("item"));
        Map<To.Name, String> expect = new LinkedHashMap<>();
        if (form.need("expect") instanceof Yaml.Fields fields) {
            fields.values().forEach((who, outcome) -> {
                Yaml.Text text = Form.asText(outcome, "`" + Names.shown(who) + "`", problems);
                if (text != null) {
                    expect.put(new To.Name(who, fields.keys().getOrDefault(who, fields.at())), text.value());
                }
            });
        }
        if (expect.isEmpty()) {
            problems.add(
                    ProblemKind.EMPTY, form.at("expect"), "test expects nothing", "", "`tenant: release` or `deny`");
        }
        return name == null || item == null ? null : new PolicyTest(name.value(), item, expect, form.at());
    }

    private PolicyTest.@Nullable ItemText item(@Nullable Yaml value) {
        Form form =
                Form.open(value, "item", Set.of("kind", "label", "group", "objects", "probability", "age"), problems);
        if (form == null) {
            return null;
        }
        Yaml.Text kindWord = form.needText("kind");
        Kind kind = null;
        if (kindWord != null) {
            kind = Kind.of(kindWord.value()).orElse(null);
            if (kind == null) {
                problems.unknown(ProblemKind.UNKNOWN_NAME, kindWord.at(), "kind", kindWord.value(), Kind.words());
            }
        }
        Yaml labelValue = form.need("label");
        SecurityLabel label =
                labelValue == null ? null : LabelNotation.read(labelValue, List.copyOf(owners), spifs, problems);
        List<PolicyTest.ObjectText> objects = new ArrayList<>();
        if (form.has("group")) {
            objects.add(new PolicyTest.ObjectText(
                    "", form.words("group").stream().map(Yaml.Text::value).toList(), form.at("group")));
        }
        for (Yaml object : items(form.get("objects"), "`objects`")) {
            if (object instanceof Yaml.Text id) {
                objects.add(new PolicyTest.ObjectText(id.value(), List.of(), id.at()));
            } else {
                Form one = Form.open(object, "object", Set.of("group"), problems);
                if (one != null) {
                    objects.add(new PolicyTest.ObjectText(
                            "",
                            one.words("group").stream().map(Yaml.Text::value).toList(),
                            one.at()));
                }
            }
        }
        OptionalDouble probability = Quantity.number(form.text("probability"), problems);
        OptionalDouble age = Quantity.time(form.text("age"), problems);
        return kind == null || label == null
                ? null
                : new PolicyTest.ItemText(
                        kind, label, List.copyOf(objects), probability, (long) age.orElse(0), form.at());
    }

    private List<Yaml> items(@Nullable Yaml value, String what) {
        if (value == null) {
            return List.of();
        }
        if (value instanceof Yaml.Items items) {
            return items.values();
        }
        problems.add(ProblemKind.WRONG_SHAPE, value.at(), what + " is " + value.shape(), value.shape(), "a list");
        return List.of();
    }

    private String name(Yaml.@Nullable Text text) {
        if (text == null) {
            return "";
        }
        if (!NAME.matcher(text.value()).matches()) {
            problems.add(
                    ProblemKind.BAD_VALUE,
                    text.at(),
                    "name `" + Names.shown(text.value()) + "` is malformed",
                    text.value(),
                    "lower-case letters, digits, `-`, at most 63");
            return "";
        }
        return text.value();
    }

    private @Nullable FieldPath grouped(Yaml.Text text, Rule.Head head) {
        if (head.what().groups().isEmpty() || !head.what().kinds().equals(Set.of(Kind.CONJUNCTION))) {
            problems.add(
                    ProblemKind.CONFLICT,
                    text.at(),
                    "`grouped_objects` of no group, or of another kind",
                    text.value(),
                    "a rule with `kind: conjunction` and a `group`");
            return null;
        }
        return new FieldPath(Payload.grouped(head.what().groups()), text.at());
    }

    private @Nullable FieldPath path(Yaml.Text text) {
        if (!PATH.matcher(text.value()).matches()) {
            problems.add(
                    ProblemKind.BAD_VALUE,
                    text.at(),
                    "field `" + Names.shown(text.value()) + "` is malformed",
                    text.value(),
                    "names of fields with dots");
            return null;
        }
        return new FieldPath(text.value(), text.at());
    }
}
