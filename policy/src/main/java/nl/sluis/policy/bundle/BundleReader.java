package nl.sluis.policy.bundle;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nl.sluis.policy.label.CategoryRef;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.Mode;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.Spif;
import nl.sluis.policy.label.Spifs;
import nl.sluis.policy.rule.CelCondition;
import nl.sluis.policy.rule.FieldPath;
import nl.sluis.policy.rule.Kind;
import nl.sluis.policy.rule.Payload;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.PolicyOwner;
import nl.sluis.policy.rule.PolicyReader;
import nl.sluis.policy.rule.PolicyTest;
import nl.sluis.policy.rule.Quantity;
import nl.sluis.policy.rule.Relay;
import nl.sluis.policy.rule.Rule;
import nl.sluis.policy.rule.To;
import nl.sluis.policy.rule.What;
import nl.sluis.policy.text.Form;
import nl.sluis.policy.text.Names;
import nl.sluis.policy.text.Position;
import nl.sluis.policy.text.Problem;
import nl.sluis.policy.text.ProblemKind;
import nl.sluis.policy.text.Problems;
import nl.sluis.policy.text.Yaml;
import org.jspecify.annotations.Nullable;

/** Reads the files of a bundle, each by what it is, then resolves the names between them. */
final class BundleReader {
    /** Most audience members and rules together; beyond this a bundle is a mistake. */
    private static final int RULES_MAX = 10_000;

    private static final Pattern COMMUNITY = Pattern.compile("[A-Z][A-Z0-9-]{1,31}");
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,12})\\s*-\\s*([0-9]{1,12})");
    private static final List<String> FIRST_KEYS = List.of(
            "policy", "tenants", "audiences", "communities", "groups", "spif", "consents", "charters", "bundle");

    private final NavigableMap<String, byte[]> files = new TreeMap<>();
    private final Problems problems;
    private final NavigableMap<String, Yaml.Fields> trees = new TreeMap<>();

    BundleReader(Map<String, byte[]> given, Problems problems) {
        given.forEach((path, bytes) -> files.put(path, bytes.clone()));
        Spifs.standardFiles().forEach(files::putIfAbsent);
        this.problems = problems;
    }

    @Nullable
    PolicyBundle read() {
        files.forEach((path, bytes) -> {
            if (!path.endsWith(".yaml")) {
                return;
            }
            Yaml root = Yaml.parse(path, bytes, problems);
            if (root instanceof Yaml.Fields fields) {
                trees.put(path, fields);
                if (fields.keys().keySet().stream().noneMatch(FIRST_KEYS::contains)) {
                    String first = fields.keys().keySet().stream().findFirst().orElse("");
                    problems.unknown(
                            ProblemKind.UNKNOWN_KEY,
                            fields.keys().getOrDefault(first, fields.at()),
                            "kind of file",
                            first,
                            FIRST_KEYS);
                }
            } else if (root != null) {
                problems.add(ProblemKind.WRONG_SHAPE, root.at(), "file is " + root.shape(), root.shape(), "a mapping");
            }
        });
        List<Spif> found = new ArrayList<>();
        NavigableMap<String, Position> communities = new TreeMap<>();
        for (Yaml.Fields tree : with("spif")) {
            Spif spif = Spif.read(tree, problems);
            if (spif != null) {
                addSpif(found, spif, tree.at());
            }
        }
        for (Yaml.Fields tree : with("communities")) {
            for (Yaml.Text word : Form.words(tree.values().get("communities"), "`communities`", problems)) {
                community(word, communities);
            }
        }
        Spifs spifs = new Spifs(found, communities.keySet());
        NavigableMap<String, Tenant> tenants = tenants(spifs);
        NavigableMap<String, AudienceDefinition> definitions = definitions(spifs, tenants);
        ObjectGroups groups = groups();
        NavigableMap<String, ConsentRecord> consents = consents(spifs, definitions, tenants);
        List<Policy> policies = policies(spifs);
        resolve(policies, definitions, tenants, groups, consents);
        BundleHeader header = header();
        Map<String, Set<OwnerId>> missing = missingConsents(tenants, charters(spifs), consents, header);
        missing.forEach((id, owners) -> tenants.computeIfPresent(id, (same, tenant) -> tenant.pending()));
        return problems.isEmpty()
                ? new PolicyBundle(files, header, spifs, policies, definitions, groups, tenants, consents, missing)
                : null;
    }

    private List<Yaml.Fields> with(String key) {
        return trees.values().stream().filter(t -> t.values().containsKey(key)).toList();
    }

    private void addSpif(List<Spif> found, Spif spif, Position at) {
        for (Spif other : found) {
            if (other.name().equals(spif.name()) || other.oid().equals(spif.oid())) {
                problems.add(ProblemKind.DUPLICATE, at, "a second SPIF for `" + spif.name() + "`");
                return;
            }
        }
        found.add(spif);
    }

    private void community(Yaml.Text word, Map<String, Position> communities) {
        if (!COMMUNITY.matcher(word.value()).matches() || Spifs.isNation(word.value())) {
            problems.add(
                    ProblemKind.BAD_VALUE,
                    word.at(),
                    "community `" + Names.shown(word.value()) + "` is malformed",
                    word.value(),
                    "an upper-case name that is no nation's trigraph, such as EU-SST");
        } else if (communities.putIfAbsent(word.value(), word.at()) != null) {
            problems.add(ProblemKind.DUPLICATE, word.at(), "community `" + word.value() + "` stands twice");
        }
    }

    private NavigableMap<String, Tenant> tenants(Spifs spifs) {
        NavigableMap<String, Tenant> tenants = new TreeMap<>();
        for (Yaml.Fields tree : with("tenants")) {
            Form.open(tree, "tenants file", Set.of("tenants"), problems);
            forEach(tree.values().get("tenants"), "tenants", (id, at, value) -> {
                Tenant tenant = tenant(id, at, value, spifs);
                if (tenant != null && tenants.putIfAbsent(id, tenant) != null) {
                    problems.add(ProblemKind.DUPLICATE, at, "tenant `" + id + "` stands twice");
                }
            });
        }
        return tenants;
    }

    private @Nullable Tenant tenant(String id, Position at, Yaml value, Spifs spifs) {
        Form form = Form.open(
                value,
                "tenant",
                Set.of("nations", "communities", "clearances", "roles", "data_modes", "quotas", "warnings", "status"),
                problems);
        if (form == null || !isName(id, at)) {
            return null;
        }
        Set<String> nations = new TreeSet<>();
        for (Yaml.Text word : form.words("nations")) {
            if (Spifs.isNation(word.value())) {
                nations.add(word.value());
            } else {
                unknownMember("nation", word, "a trigraph (ISO 3166-1)", spifs);
            }
        }
        Set<String> communities = new TreeSet<>();
        for (Yaml.Text word : form.words("communities")) {
            if (spifs.communities().contains(word.value())) {
                communities.add(word.value());
            } else {
                problems.unknown(ProblemKind.UNKNOWN_NAME, word.at(), "community", word.value(), spifs.communities());
            }
        }
        if (nations.isEmpty() && communities.isEmpty() && !form.has("nations") && !form.has("communities")) {
            problems.add(
                    ProblemKind.MISSING_KEY,
                    at,
                    "tenant `" + id + "` belongs to nothing",
                    "",
                    "`nations` or `communities`");
        }
        Map<String, Clearance> clearances = new TreeMap<>();
        if (form.get("clearances") instanceof Yaml.Fields fields) {
            fields.values().forEach((name, level) -> {
                Clearance clearance = clearance(name, fields.keys().getOrDefault(name, fields.at()), level, spifs);
                if (clearance != null) {
                    clearances.put(name, clearance);
                }
            });
        }
        Yaml.Text status = form.text("status");
        Tenant.Status state = status == null
                ? Tenant.Status.ACTIVE
                : word(status, "status", Tenant.Status.values()).orElse(Tenant.Status.REMOVED);
        Map<String, Long> quotas = new TreeMap<>();
        if (form.get("quotas") instanceof Yaml.Fields fields) {
            fields.values().forEach((name, amount) -> {
                if (!Tenant.QUOTAS.contains(name)) {
                    problems.unknown(
                            ProblemKind.UNKNOWN_NAME,
                            fields.keys().getOrDefault(name, fields.at()),
                            "quota",
                            name,
                            Tenant.QUOTAS);
                    return;
                }
                Yaml.Text text = Form.asText(amount, "`" + name + "`", problems);
                if (text != null && text.value().matches("[1-9][0-9]{0,14}")) {
                    quotas.put(name, Long.parseLong(text.value()));
                } else if (text != null) {
                    problems.add(
                            ProblemKind.BAD_VALUE,
                            text.at(),
                            "quota is " + text.shape(),
                            text.value(),
                            "a whole number above zero");
                }
            });
        }
        Set<Mode> modes = words(form.words("data_modes"), "data mode", Mode.values(), EnumSet.noneOf(Mode.class));
        return new Tenant(
                id,
                Set.copyOf(nations),
                Set.copyOf(communities),
                Map.copyOf(clearances),
                Set.copyOf(words(form.words("roles"), "role", Role.values(), EnumSet.noneOf(Role.class))),
                form.has("data_modes") ? Set.copyOf(modes) : Set.of(Mode.REAL),
                Map.copyOf(quotas),
                warnings(form.get("warnings")),
                state,
                at);
    }

    private Optional<WarningThresholds> warnings(@Nullable Yaml value) {
        Form form = Form.open(value, "warnings", Set.of("observe", "critical"), problems);
        if (form == null) {
            return Optional.empty();
        }
        OptionalDouble observe = threshold(form, "observe");
        Yaml.Text last = form.text("critical");
        OptionalDouble critical = threshold(form, "critical");
        if (last == null || observe.isEmpty() || critical.isEmpty()) {
            return Optional.empty();
        }
        if (observe.getAsDouble() > critical.getAsDouble()) {
            problems.add(
                    ProblemKind.BAD_VALUE,
                    last.at(),
                    "`critical` is " + last.shape(),
                    last.value(),
                    "at least `observe`");
            return Optional.empty();
        }
        return Optional.of(new WarningThresholds(observe.getAsDouble(), critical.getAsDouble()));
    }

    private OptionalDouble threshold(Form form, String key) {
        Yaml.Text text = form.needText(key);
        OptionalDouble value = Quantity.number(text, problems);
        if (text != null && value.isPresent() && !(value.getAsDouble() > 0 && value.getAsDouble() <= 1)) {
            problems.add(
                    ProblemKind.BAD_VALUE,
                    text.at(),
                    "`" + key + "` is " + text.shape(),
                    text.value(),
                    "a probability above 0, at most 1");
            return OptionalDouble.empty();
        }
        return value;
    }

    private @Nullable Clearance clearance(String name, Position at, Yaml value, Spifs spifs) {
        Spif spif = spifs.named(name);
        if (spif == null) {
            problems.unknown(ProblemKind.UNKNOWN_NAME, at, "security policy", name, spifs.names());
            return null;
        }
        Yaml.Text word;
        Set<CategoryRef> held = new TreeSet<>();
        if (value instanceof Yaml.Text text) {
            word = text;
        } else {
            Form form = Form.open(value, "clearance", Set.of("level", "with"), problems);
            if (form == null) {
                return null;
            }
            word = form.needText("level");
            for (Yaml.Text category : form.words("with")) {
                spif.value(Spif.TagType.RESTRICTIVE, category.value())
                        .ifPresentOrElse(
                                held::add,
                                () -> problems.unknown(
                                        ProblemKind.UNKNOWN_NAME,
                                        category.at(),
                                        "category of " + name,
                                        category.value(),
                                        spif.tagSets().stream()
                                                .flatMap(
                                                        s -> s.values().stream().map(Spif.TagValue::name))
                                                .toList()));
            }
        }
        Optional<Spif.Level> level = word == null ? Optional.empty() : spif.level(word.value());
        if (word != null && level.isEmpty()) {
            problems.unknown(ProblemKind.UNKNOWN_NAME, word.at(), "level of " + name, word.value(), spif.levelNames());
        }
        return level.map(l -> Clearance.upTo(spif, l, held)).orElse(null);
    }

    private NavigableMap<String, AudienceDefinition> definitions(Spifs spifs, Map<String, Tenant> tenants) {
        NavigableMap<String, AudienceDefinition> definitions = new TreeMap<>();
        for (Yaml.Fields tree : with("audiences")) {
            Form.open(tree, "audiences file", Set.of("audiences", "communities"), problems);
            forEach(tree.values().get("audiences"), "audiences", (name, at, value) -> {
                Form form = Form.open(value, "audience", Set.of("nation", "community", "tenant", "role"), problems);
                if (form == null || !isName(name, at)) {
                    return;
                }
                Set<String> nations = new TreeSet<>();
                for (Yaml.Text word : form.words("nation")) {
                    if (Spifs.isNation(word.value())) {
                        nations.add(word.value());
                    } else {
                        unknownMember("nation", word, "a trigraph (ISO 3166-1)", spifs);
                    }
                }
                Set<String> of = known(form.words("community"), "community", spifs.communities());
                Set<String> ids = known(form.words("tenant"), "tenant", tenants.keySet());
                Set<Role> roles = words(form.words("role"), "role", Role.values(), EnumSet.noneOf(Role.class));
                if (!form.has("nation") && !form.has("community") && !form.has("tenant") && !form.has("role")) {
                    problems.add(
                            ProblemKind.EMPTY,
                            at,
                            "audience `" + name + "` has no condition",
                            "",
                            "`nation`, `community`, `tenant` or `role`");
                }
                if (tenants.containsKey(name) && !ids.equals(Set.of(name))) {
                    problems.add(ProblemKind.CONFLICT, at, "audience `" + name + "` has the name of a tenant");
                }
                AudienceDefinition definition = new AudienceDefinition(name, nations, of, ids, Set.copyOf(roles), at);
                if (definitions.putIfAbsent(name, definition) != null) {
                    problems.add(ProblemKind.DUPLICATE, at, "audience `" + name + "` stands twice");
                }
            });
        }
        return definitions;
    }

    private ObjectGroups groups() {
        NavigableMap<String, ObjectGroups.Group> groups = new TreeMap<>();
        for (Yaml.Fields tree : with("groups")) {
            Form.open(tree, "groups file", Set.of("groups"), problems);
            forEach(tree.values().get("groups"), "groups", (name, at, value) -> {
                if (!isName(name, at)) {
                    return;
                }
                List<String> ids = new ArrayList<>();
                List<long[]> ranges = new ArrayList<>();
                Yaml listed = value;
                if (value instanceof Yaml.Fields) {
                    Form form = Form.open(value, "group", Set.of("objects", "ranges"), problems);
                    listed = form == null ? null : form.get("objects");
                    if (form != null) {
                        form.words("ranges").forEach(w -> range(w, ranges));
                        if (!form.has("objects") && !form.has("ranges")) {
                            problems.add(
                                    ProblemKind.EMPTY,
                                    at,
                                    "group `" + name + "` is empty",
                                    "",
                                    "`objects` or `ranges`");
                        }
                    }
                }
                Form.words(listed, "group `" + name + "`", problems).forEach(w -> ids.add(w.value()));
                if (name.equals(ObjectGroups.UNCORRELATED)) {
                    problems.add(
                            ProblemKind.CONFLICT, at, "group `uncorrelated` is defined by the gateway, not by a file");
                } else if (groups.putIfAbsent(name, new ObjectGroups.Group(ids, ranges)) != null) {
                    problems.add(ProblemKind.DUPLICATE, at, "group `" + name + "` stands twice");
                }
            });
        }
        if (groups.size() >= ObjectGroups.GROUPS_MAX) {
            problems.add(
                    ProblemKind.TOO_LARGE,
                    Position.of("bundle"),
                    "too many groups",
                    Integer.toString(groups.size()),
                    "fewer than " + ObjectGroups.GROUPS_MAX);
        }
        return new ObjectGroups(groups);
    }

    private void range(Yaml.Text word, List<long[]> ranges) {
        Matcher form = RANGE.matcher(word.value());
        if (form.matches() && Long.parseLong(form.group(1)) <= Long.parseLong(form.group(2))) {
            ranges.add(new long[] {Long.parseLong(form.group(1)), Long.parseLong(form.group(2))});
        } else {
            problems.add(
                    ProblemKind.BAD_VALUE,
                    word.at(),
                    "range `" + Names.shown(word.value()) + "` cannot be read",
                    word.value(),
                    "two catalogue numbers such as 1-69999");
        }
    }

    private NavigableMap<String, ConsentRecord> consents(
            Spifs spifs, Map<String, AudienceDefinition> definitions, Map<String, Tenant> tenants) {
        NavigableMap<String, ConsentRecord> consents = new TreeMap<>();
        for (Yaml.Fields tree : with("consents")) {
            Form.open(tree, "consents file", Set.of("consents"), problems);
            forEach(tree.values().get("consents"), "consents", (name, at, value) -> {
                Form form = Form.open(value, "consent", Set.of("by", "to", "from", "until"), problems);
                if (form == null || !isName(name, at)) {
                    return;
                }
                form.need("by");
                form.need("to");
                List<OwnerId> by = LabelNotation.owners(form.words("by"), spifs, problems);
                List<To.Name> to = form.words("to").stream()
                        .map(w -> new To.Name(w.value(), w.at()))
                        .toList();
                to.forEach(n -> audience(n, definitions, tenants));
                Instant from = instant(form.needText("from"));
                Instant until = instant(form.needText("until"));
                if (from != null && until != null && !from.isBefore(until)) {
                    problems.add(
                            ProblemKind.BAD_VALUE,
                            form.at("until"),
                            "consent `" + name + "` ends before it starts",
                            until.toString(),
                            "after " + from);
                }
                if (by.size() != 1) {
                    if (by.size() > 1) {
                        problems.add(ProblemKind.CONFLICT, form.at("by"), "a consent has one signer");
                    }
                    return;
                }
                if (from != null
                        && until != null
                        && consents.putIfAbsent(name, new ConsentRecord(name, by.get(0), to, from, until, at))
                                != null) {
                    problems.add(ProblemKind.DUPLICATE, at, "consent `" + name + "` stands twice");
                }
            });
        }
        return consents;
    }

    private List<Charter> charters(Spifs spifs) {
        Map<String, Charter> charters = new TreeMap<>();
        for (Yaml.Fields tree : with("charters")) {
            Form.open(tree, "charters file", Set.of("charters"), problems);
            forEach(tree.values().get("charters"), "charters", (community, at, value) -> {
                Form form = Form.open(value, "charter", Set.of("consent_of"), problems);
                if (form == null) {
                    return;
                }
                if (!spifs.communities().contains(community)) {
                    problems.unknown(ProblemKind.UNKNOWN_NAME, at, "community", community, spifs.communities());
                }
                form.need("consent_of");
                List<OwnerId> owners = LabelNotation.owners(form.words("consent_of"), spifs, problems);
                if (charters.putIfAbsent(community, new Charter(community, owners, at)) != null) {
                    problems.add(ProblemKind.DUPLICATE, at, "charter of `" + community + "` stands twice");
                }
            });
        }
        return List.copyOf(charters.values());
    }

    /** Active tenants that wait, with those whose consent is missing. */
    private static Map<String, Set<OwnerId>> missingConsents(
            Map<String, Tenant> tenants,
            List<Charter> charters,
            Map<String, ConsentRecord> consents,
            BundleHeader header) {
        Map<String, Set<OwnerId>> missing = new TreeMap<>();
        for (Tenant tenant : tenants.values()) {
            if (tenant.status() == Tenant.Status.ACTIVE) {
                Set<OwnerId> owners = new TreeSet<>();
                charters.forEach(charter -> owners.addAll(charter.missing(tenant, consents.values(), header)));
                if (!owners.isEmpty()) {
                    missing.put(tenant.id(), owners);
                }
            }
        }
        return missing;
    }

    private List<Policy> policies(Spifs spifs) {
        Map<String, Policy> byPath = new LinkedHashMap<>();
        Map<String, Position> owners = new HashMap<>();
        Map<String, Position> names = new HashMap<>();
        int rules = 0;
        for (Map.Entry<String, Yaml.Fields> tree : trees.entrySet()) {
            if (!tree.getValue().values().containsKey("policy")) {
                continue;
            }
            Policy policy = PolicyReader.read(tree.getValue(), spifs, problems);
            if (policy == null) {
                continue;
            }
            rules += policy.rules().size();
            byPath.put(tree.getKey(), policy);
            Position earlier = names.putIfAbsent(policy.name(), policy.at());
            if (earlier != null) {
                problems.add(
                        ProblemKind.DUPLICATE,
                        policy.at(),
                        "policy `" + policy.name() + "` stands twice, first in " + earlier.file());
            }
            for (PolicyOwner owner : policy.owners()) {
                Position other = owners.putIfAbsent(owner.toString(), policy.at());
                if (other != null) {
                    problems.add(
                            ProblemKind.DUPLICATE,
                            policy.at(),
                            "a second policy of `" + owner + "`, the first is " + other.file());
                }
            }
        }
        if (!owners.containsKey("host")) {
            problems.add(
                    ProblemKind.MISSING_KEY,
                    Position.of("bundle"),
                    "no policy of the host",
                    "",
                    "a policy with `owner: host`");
        }
        if (rules > RULES_MAX) {
            problems.add(
                    ProblemKind.TOO_LARGE,
                    Position.of("bundle"),
                    "too many rules",
                    Integer.toString(rules),
                    "at most " + RULES_MAX);
        }
        imports(byPath);
        return List.copyOf(byPath.values());
    }

    private void imports(Map<String, Policy> byPath) {
        for (Map.Entry<String, Policy> start : byPath.entrySet()) {
            for (Policy.Import wanted : start.getValue().imports()) {
                if (!files.containsKey(wanted.path())) {
                    problems.add(new Problem(
                            ProblemKind.MISSING_FILE,
                            wanted.at(),
                            "import `" + Names.shown(wanted.path()) + "` is not in the bundle",
                            wanted.path(),
                            "a file of the bundle",
                            Names.nearest(wanted.path(), files.keySet())));
                }
            }
            Deque<Policy.Import> open = new ArrayDeque<>(start.getValue().imports());
            Set<String> seen = new TreeSet<>();
            while (!open.isEmpty()) {
                Policy.Import next = open.pop();
                if (next.path().equals(start.getKey())) {
                    problems.add(
                            ProblemKind.CIRCULAR_IMPORT, next.at(), "import of `" + next.path() + "` closes a circle");
                    break;
                }
                Policy further = byPath.get(next.path());
                if (further != null && seen.add(next.path())) {
                    further.imports().forEach(open::push);
                }
            }
        }
    }

    private void resolve(
            List<Policy> policies,
            Map<String, AudienceDefinition> definitions,
            Map<String, Tenant> tenants,
            ObjectGroups groups,
            Map<String, ConsentRecord> consents) {
        for (Policy policy : policies) {
            for (Rule rule : policy.rules()) {
                Rule.Head head = rule.head();
                what(head.what(), groups);
                expression(head.what());
                head.to().names().forEach(n -> audience(n, definitions, tenants));
                if (rule instanceof Rule.Redact redact) {
                    redact.fields().forEach(f -> field(f, head.what().kinds()));
                }
                if (rule instanceof Rule.Relabel relabel) {
                    relabel.keep().keySet().forEach(f -> field(f, head.what().kinds()));
                }
                if (rule instanceof Rule.Consent consent && !consents.containsKey(consent.record())) {
                    problems.unknown(
                            ProblemKind.UNKNOWN_NAME, head.at(), "consent record", consent.record(), consents.keySet());
                }
            }
            for (Relay relay : policy.relays()) {
                if (!tenants.containsKey(relay.tenant())) {
                    problems.unknown(ProblemKind.UNKNOWN_NAME, relay.at(), "tenant", relay.tenant(), tenants.keySet());
                }
            }
            policy.invariants().forEach(i -> {
                what(i.what(), groups);
                i.to().names().forEach(n -> audience(n, definitions, tenants));
            });
            for (PolicyTest test : policy.tests()) {
                test.expect().keySet().forEach(n -> audience(n, definitions, tenants));
                test.item().objects().forEach(o -> o.groups().forEach(g -> group(g, o.at(), groups)));
            }
        }
    }

    private void what(What what, ObjectGroups groups) {
        what.groups().forEach(g -> group(g, what.at(), groups));
    }

    private void expression(What what) {
        What.Expression when = what.when();
        if (when == null) {
            return;
        }
        if (what.kinds().size() != 1
                || Payload.bodies(what.kinds().iterator().next()).size() != 1) {
            problems.add(
                    ProblemKind.CONFLICT,
                    when.at(),
                    "an expression over more than one type of message",
                    "",
                    "`kind` with one kind that has one type of payload");
            return;
        }
        try {
            CelCondition.compile(Payload.bodies(what.kinds().iterator().next()).get(0), when.source());
        } catch (CelCondition.BadExpressionException e) {
            problems.add(
                    ProblemKind.BAD_VALUE,
                    when.at(),
                    "expression `" + Names.shown(when.source()) + "`: " + e.getMessage(),
                    when.source(),
                    "CEL that gives true or false");
        }
    }

    private void group(String name, Position at, ObjectGroups groups) {
        if (!groups.names().contains(name)) {
            problems.unknown(ProblemKind.UNKNOWN_NAME, at, "group", name, groups.names());
        }
    }

    private void audience(To.Name name, Map<String, AudienceDefinition> definitions, Map<String, Tenant> tenants) {
        if (!definitions.containsKey(name.text()) && !tenants.containsKey(name.text())) {
            Set<String> known = new TreeSet<>(definitions.keySet());
            known.addAll(tenants.keySet());
            problems.unknown(ProblemKind.UNKNOWN_NAME, name.at(), "audience or tenant", name.text(), known);
        }
    }

    private void field(FieldPath path, Collection<Kind> kinds) {
        if (!Payload.isKnown(kinds, path.text())) {
            problems.unknown(ProblemKind.UNKNOWN_NAME, path.at(), "field", path.text(), Payload.paths(kinds));
        }
    }

    private BundleHeader header() {
        List<Yaml.Fields> headers = with("bundle");
        if (headers.isEmpty()) {
            return BundleHeader.DRAFT;
        }
        if (headers.size() > 1) {
            problems.add(ProblemKind.DUPLICATE, headers.get(1).at(), "a second bundle header");
        }
        Form form = Form.open(
                headers.get(0),
                "bundle header",
                Set.of("bundle", "version", "predecessor", "valid_from", "valid_until"),
                problems);
        if (form == null) {
            return BundleHeader.DRAFT;
        }
        Yaml.Text name = form.needText("bundle");
        Yaml.Text version = form.needText("version");
        Yaml.Text predecessor = form.text("predecessor");
        Instant from = instant(form.needText("valid_from"));
        Instant until = instant(form.needText("valid_until"));
        if (version != null && !version.value().matches("[1-9][0-9]{0,17}")) {
            problems.add(
                    ProblemKind.BAD_VALUE, version.at(), "version is " + version.shape(), version.value(), "1 or more");
            return BundleHeader.DRAFT;
        }
        if (predecessor != null && !predecessor.value().matches("[0-9a-f]{64}")) {
            problems.add(
                    ProblemKind.BAD_VALUE,
                    predecessor.at(),
                    "predecessor is " + predecessor.shape(),
                    predecessor.value(),
                    "64 hexadecimal digits");
        }
        if (name == null || version == null || from == null || until == null) {
            return BundleHeader.DRAFT;
        }
        if (!from.isBefore(until)) {
            problems.add(
                    ProblemKind.BAD_VALUE,
                    form.at("valid_until"),
                    "bundle ends before it starts",
                    until.toString(),
                    "after " + from);
        }
        return new BundleHeader(
                name.value(),
                Long.parseLong(version.value()),
                Optional.ofNullable(predecessor).map(Yaml.Text::value),
                from,
                until);
    }

    private @Nullable Instant instant(Yaml.@Nullable Text text) {
        if (text == null) {
            return null;
        }
        try {
            return Instant.parse(text.value());
        } catch (DateTimeException e) {
            problems.add(
                    ProblemKind.BAD_VALUE,
                    text.at(),
                    "time `" + Names.shown(text.value()) + "` cannot be read",
                    text.value(),
                    "a time such as 2026-01-01T00:00:00Z");
            return null;
        }
    }

    private void unknownMember(String what, Yaml.Text word, String expected, Spifs spifs) {
        problems.add(new Problem(
                ProblemKind.UNKNOWN_NAME,
                word.at(),
                "unknown " + what + " `" + Names.shown(word.value()) + "`",
                word.value(),
                expected,
                spifs.nearestMember(word.value())));
    }

    private Set<String> known(List<Yaml.Text> words, String what, Collection<String> known) {
        Set<String> found = new TreeSet<>();
        for (Yaml.Text word : words) {
            if (known.contains(word.value())) {
                found.add(word.value());
            } else {
                problems.unknown(ProblemKind.UNKNOWN_NAME, word.at(), what, word.value(), known);
            }
        }
        return found;
    }

    private <E extends Enum<E>> Set<E> words(List<Yaml.Text> words, String what, E[] values, EnumSet<E> into) {
        for (Yaml.Text text : words) {
            word(text, what, values).ifPresent(into::add);
        }
        return into;
    }

    private <E extends Enum<E>> Optional<E> word(Yaml.Text text, String what, E[] values) {
        List<String> known = new ArrayList<>();
        for (E value : values) {
            String word = value.name().toLowerCase(Locale.ROOT);
            if (word.equals(text.value())) {
                return Optional.of(value);
            }
            known.add(word);
        }
        problems.unknown(ProblemKind.UNKNOWN_NAME, text.at(), what, text.value(), known);
        return Optional.empty();
    }

    private boolean isName(String text, Position at) {
        if (NAME.matcher(text).matches()) {
            return true;
        }
        problems.add(
                ProblemKind.BAD_VALUE,
                at,
                "name `" + Names.shown(text) + "` is malformed",
                text,
                "lower-case letters, digits, `-`, at most 63");
        return false;
    }

    private interface Entry {
        void read(String name, Position at, Yaml value);
    }

    private void forEach(@Nullable Yaml value, String what, Entry entry) {
        if (value instanceof Yaml.Fields fields) {
            fields.values()
                    .forEach((name, one) -> entry.read(name, fields.keys().getOrDefault(name, fields.at()), one));
        } else if (value != null) {
            problems.add(
                    ProblemKind.WRONG_SHAPE,
                    value.at(),
                    "`" + what + "` is " + value.shape(),
                    value.shape(),
                    "a mapping from name to definition");
        }
    }
}
