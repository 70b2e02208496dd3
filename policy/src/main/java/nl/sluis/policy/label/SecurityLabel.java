package nl.sluis.policy.label;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Timestamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import nl.sluis.policy.label.LabelException.Reason;
import nl.sluis.policy.text.Names;
import nl.sluis.proto.v1.AnyOf;
import nl.sluis.proto.v1.Category;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.Lineage;
import nl.sluis.proto.v1.Owner;
import nl.sluis.proto.v1.PolicyPart;
import org.jspecify.annotations.Nullable;

/**
 * A confidentiality label that has been checked: every policy, level and category is known, at least one part and one
 * owner are there, and each part names whom it is for. A part that arrives without "Releasable To" is for its owners
 * only, and says so here explicitly, so that a join can never widen it.
 *
 * <p>Labels form a join semilattice: {@link #join} is idempotent, commutative and associative, and what a join admits
 * is admitted by each of its sources.
 *
 * <p>Source: shaped on ADatP-4774 (STANAG 4774), one part per security policy.
 */
public final class SecurityLabel {
    private final List<LabelPart> parts;
    private final List<OwnerId> owners;
    private final Instant created;
    private final @Nullable Instant review;
    private final Mode mode;
    private final List<LineageStep> lineage;
    private final Label proto;
    private final byte[] canonical;
    private final String digest;

    SecurityLabel(
            Collection<LabelPart> parts,
            Collection<OwnerId> owners,
            Instant created,
            @Nullable Instant review,
            Mode mode,
            Collection<LineageStep> lineage) {
        TreeMap<String, LabelPart> byOid = new TreeMap<>();
        parts.forEach(p -> byOid.put(p.spif().oid(), p));
        if (byOid.isEmpty() || owners.isEmpty() || byOid.size() != parts.size()) {
            throw new IllegalArgumentException("label with " + parts.size() + " parts of " + byOid.size()
                    + " policies and " + owners.size() + " owners (expected: one part a policy, one owner)");
        }
        this.parts = List.copyOf(byOid.values());
        this.owners = List.copyOf(new TreeSet<>(owners));
        this.created = created;
        this.review = review;
        this.mode = mode;
        this.lineage = List.copyOf(new TreeSet<>(lineage));
        this.proto = write();
        this.canonical = serialise(proto);
        this.digest = HexFormat.of().formatHex(sha256(canonical));
    }

    /**
     * Checks a label from the wire.
     *
     * @param label the label as received
     * @param spifs the policies that give it meaning
     * @throws LabelException for anything missing, unknown or malformed; unknown protobuf fields included
     */
    public static SecurityLabel of(Label label, Spifs spifs) throws LabelException {
        refuseUnknownFields(label);
        SortedSet<OwnerId> owners = owners(label, spifs);
        if (label.getPartsCount() == 0) {
            throw new LabelException(Reason.MISSING, "parts", "no part", "", "at least one");
        }
        TreeMap<String, LabelPart> parts = new TreeMap<>();
        for (int i = 0; i < label.getPartsCount(); i++) {
            String field = "parts[" + i + "]";
            LabelPart part = part(label.getParts(i), field, owners, spifs);
            if (parts.put(part.spif().oid(), part) != null) {
                throw new LabelException(
                        Reason.DUPLICATE,
                        field + ".policy_oid",
                        "policy `" + part.spif().name() + "` stands twice",
                        part.spif().oid(),
                        "one part a policy");
            }
        }
        if (!label.hasCreated()) {
            throw new LabelException(Reason.MISSING, "created", "no creation time", "", "a time");
        }
        return new SecurityLabel(
                parts.values(),
                owners,
                instant(label.getCreated(), "created"),
                label.hasReview() ? instant(label.getReview(), "review") : null,
                mode(label.getDataMode()),
                lineage(label, spifs));
    }

    /**
     * The least upper bound: what a product made from all of them must carry.
     *
     * @param labels at least one
     * @throws LabelException if data modes or SPIF versions differ: such data is never mixed
     */
    public static SecurityLabel join(Collection<SecurityLabel> labels) throws LabelException {
        Iterator<SecurityLabel> each = labels.iterator();
        if (!each.hasNext()) {
            throw new IllegalArgumentException("join of no labels (expected: at least one)");
        }
        SecurityLabel first = each.next();
        if (labels.size() == 1) {
            return first;
        }
        TreeMap<String, LabelPart> parts = new TreeMap<>();
        SortedSet<OwnerId> owners = new TreeSet<>();
        SortedSet<LineageStep> lineage = new TreeSet<>();
        Instant created = first.created;
        Instant review = null;
        for (SecurityLabel label : labels) {
            if (label.mode != first.mode) {
                throw new LabelException(
                        Reason.INCOMPATIBLE,
                        "data_mode",
                        "`" + label.mode + "` does not mix with `" + first.mode + "`",
                        label.mode.name(),
                        first.mode.name());
            }
            for (LabelPart part : label.parts) {
                LabelPart other = parts.get(part.spif().oid());
                if (other != null && !other.spif().equals(part.spif())) {
                    throw new LabelException(
                            Reason.INCOMPATIBLE,
                            "parts.spif_version",
                            "version " + part.spif().version() + " of `"
                                    + part.spif().name() + "` does not mix with another",
                            Integer.toString(part.spif().version()),
                            Integer.toString(other.spif().version()));
                }
                parts.put(part.spif().oid(), other == null ? part : other.join(part));
            }
            owners.addAll(label.owners);
            lineage.addAll(label.lineage);
            created = created.isAfter(label.created) ? created : label.created;
            review = earliest(review, label.review);
        }
        return new SecurityLabel(parts.values(), owners, created, review, first.mode, lineage);
    }

    /** Whether this label is at least as strict as the other: joining the other into it changes no part nor owner. */
    public boolean dominates(SecurityLabel other) {
        try {
            SecurityLabel joined = join(List.of(this, other));
            return joined.parts.equals(parts) && joined.owners.equals(owners);
        } catch (LabelException e) {
            return false;
        }
    }

    /** One part per security policy, ordered by policy identifier, at least one. */
    public List<LabelPart> parts() {
        return parts;
    }

    /** The originators, sorted, at least one. */
    public List<OwnerId> owners() {
        return owners;
    }

    /** When the label was made, UTC. */
    public Instant created() {
        return created;
    }

    /** When it is to be reviewed, UTC; null where no review is planned. */
    public @Nullable Instant review() {
        return review;
    }

    /** The data mode. */
    public Mode mode() {
        return mode;
    }

    /** How the label came about; for the audit log only. */
    public List<LineageStep> lineage() {
        return lineage;
    }

    /** This label with one more step of history. */
    public SecurityLabel withLineage(Collection<LineageStep> more) {
        SortedSet<LineageStep> all = new TreeSet<>(lineage);
        all.addAll(more);
        return new SecurityLabel(parts, owners, created, review, mode, all);
    }

    /** This label without its history: the form that may leave. */
    public SecurityLabel released() {
        return lineage.isEmpty() ? this : new SecurityLabel(parts, owners, created, review, mode, List.of());
    }

    /** This label with another creation time. */
    public SecurityLabel createdAt(Instant instant) {
        return new SecurityLabel(parts, owners, instant, review, mode, lineage);
    }

    /** This label's parts in place of those of another, whose owners, times, mode and history stay: a relabel. */
    public SecurityLabel inPlaceOf(SecurityLabel other) {
        return new SecurityLabel(parts, other.owners, other.created, other.review, other.mode, other.lineage);
    }

    /** The label as printed on a document: {@code NATO RESTRICTED REL TO NATO // Dep. VERTROUWELIJK REL TO DEU, NLD}. */
    public String marking() {
        String text = parts.stream().map(LabelPart::marking).collect(Collectors.joining(" // "));
        return mode == Mode.REAL ? text : text + " // " + mode;
    }

    /** Deterministic bytes of the canonical form. */
    public byte[] canonicalBytes() {
        return canonical.clone();
    }

    /** SHA-256 of the canonical bytes. */
    public byte[] digest() {
        return HexFormat.of().parseHex(digest);
    }

    /** SHA-256 of the canonical bytes, 64 hexadecimal digits in lower case: the label's identifier. */
    public String digestHex() {
        return digest;
    }

    /** The canonical form on the wire, with history; see {@link #released()}. */
    public Label toProto() {
        return proto;
    }

    private Label write() {
        Label.Builder out = Label.newBuilder().setCreated(timestamp(created)).setDataMode(mode.toProto());
        if (review != null) {
            out.setReview(timestamp(review));
        }
        for (LabelPart part : parts) {
            PolicyPart.Builder p = out.addPartsBuilder()
                    .setPolicyOid(part.spif().oid())
                    .setSpifVersion(part.spif().version())
                    .setClassificationLacv(part.level().lacv());
            part.restrictive().forEach(c -> p.addRestrictive(c.toProto()));
            part.release().forEach(c -> p.addRelease(AnyOf.newBuilder().addAllMembers(c.members())));
            part.informative().forEach(c -> p.addInformative(c.toProto()));
        }
        owners.forEach(o -> out.addOwners(o.toProto()));
        lineage.forEach(l -> out.addLineage(l.toProto()));
        return out.build();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SecurityLabel label && digest.equals(label.digest);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    /** The marking, its owners and data mode. */
    @Override
    public String toString() {
        return marking() + " // OWNER " + owners.stream().map(OwnerId::toString).collect(Collectors.joining(", "));
    }

    private static LabelPart part(PolicyPart part, String field, Collection<OwnerId> owners, Spifs spifs)
            throws LabelException {
        Spif spif = spifs.withOid(part.getPolicyOid());
        if (spif == null) {
            throw new LabelException(
                    Reason.UNKNOWN,
                    field + ".policy_oid",
                    "unknown security policy `" + part.getPolicyOid() + "`",
                    part.getPolicyOid(),
                    "one of "
                            + spifs.all().stream()
                                    .map(s -> s.oid() + " (" + s.name() + ")")
                                    .collect(Collectors.joining(", ")));
        }
        if (spif.version() != part.getSpifVersion()) {
            throw new LabelException(
                    Reason.INCOMPATIBLE,
                    field + ".spif_version",
                    "version " + Integer.toUnsignedString(part.getSpifVersion()) + " of `" + spif.name()
                            + "` is not known",
                    Integer.toUnsignedString(part.getSpifVersion()),
                    Integer.toString(spif.version()));
        }
        Spif.Level level = spif.level(part.getClassificationLacv())
                .orElseThrow(() -> new LabelException(
                        Reason.UNKNOWN,
                        field + ".classification_lacv",
                        "unknown classification `" + Integer.toUnsignedString(part.getClassificationLacv()) + "` of `"
                                + spif.name() + "`",
                        Integer.toUnsignedString(part.getClassificationLacv()),
                        spif.levels().stream()
                                .map(l -> l.lacv() + " (" + l.name() + ")")
                                .collect(Collectors.joining(", "))));
        List<Clause> release = new ArrayList<>();
        for (int i = 0; i < part.getReleaseCount(); i++) {
            release.add(clause(part.getRelease(i).getMembersList(), field + ".release[" + i + "]", spifs));
        }
        return new LabelPart(
                spif,
                level,
                categories(part.getRestrictiveList(), Spif.TagType.RESTRICTIVE, field + ".restrictive", spif),
                release.isEmpty() ? List.of(ownersOnly(owners)) : release,
                categories(part.getInformativeList(), Spif.TagType.INFORMATIVE, field + ".informative", spif));
    }

    static Clause clause(Collection<String> members, String field, Spifs spifs) throws LabelException {
        if (members.isEmpty()) {
            throw new LabelException(
                    Reason.MISSING, field, "clause without members admits nobody", "", "a nation or community");
        }
        List<String> canonical = new ArrayList<>();
        for (String member : members) {
            canonical.add(spifs.member(member).orElseThrow(() -> unknownMember(member, field, spifs)));
        }
        return new Clause(canonical);
    }

    private static LabelException unknownMember(String member, String field, Spifs spifs) {
        String near = spifs.nearestMember(member);
        return new LabelException(
                Reason.UNKNOWN,
                field,
                "unknown nation or community `" + Names.shown(member) + "`",
                member,
                near.isEmpty() ? "a trigraph (ISO 3166-1) or a known community" : "perhaps " + near);
    }

    /** "Releasable To" is absent: for its owners only, never for everyone. */
    static Clause ownersOnly(Collection<OwnerId> owners) {
        return new Clause(owners.stream().map(OwnerId::toString).toList());
    }

    private static List<CategoryRef> categories(List<Category> categories, Spif.TagType type, String field, Spif spif)
            throws LabelException {
        List<CategoryRef> refs = new ArrayList<>();
        for (int i = 0; i < categories.size(); i++) {
            CategoryRef ref = new CategoryRef(
                    categories.get(i).getTagSetOid(), categories.get(i).getLacv());
            boolean known = spif.value(ref).isPresent()
                    && spif.tagSet(ref.tagSetOid()).orElseThrow().type() == type;
            if (!known) {
                throw new LabelException(
                        Reason.UNKNOWN,
                        field + "[" + i + "]",
                        "unknown category `" + Names.shown(ref.tagSetOid()) + "` value `"
                                + Integer.toUnsignedString(ref.lacv()) + "` of `" + spif.name() + "`",
                        ref.tagSetOid() + " " + Integer.toUnsignedString(ref.lacv()),
                        type.name().toLowerCase(Locale.ROOT) + " category of `" + spif.name() + "`");
            }
            refs.add(ref);
        }
        return refs;
    }

    private static SortedSet<OwnerId> owners(Label label, Spifs spifs) throws LabelException {
        if (label.getOwnersCount() == 0) {
            throw new LabelException(Reason.MISSING, "owners", "no owner", "", "at least one");
        }
        SortedSet<OwnerId> owners = new TreeSet<>();
        for (int i = 0; i < label.getOwnersCount(); i++) {
            owners.add(owner(label.getOwners(i), "owners[" + i + "]", spifs));
        }
        return owners;
    }

    private static OwnerId owner(Owner owner, String field, Spifs spifs) throws LabelException {
        String nation = spifs.member(owner.getNation())
                .filter(n -> n.indexOf('/') < 0)
                .orElseThrow(() -> unknownMember(owner.getNation(), field + ".nation", spifs));
        if (!owner.getTenant().isEmpty() && !OwnerId.isTenantName(owner.getTenant())) {
            throw new LabelException(
                    Reason.MALFORMED,
                    field + ".tenant",
                    "tenant `" + Names.shown(owner.getTenant()) + "` is malformed",
                    owner.getTenant(),
                    "lower-case letters, digits, `-`");
        }
        return new OwnerId(nation, owner.getTenant());
    }

    private static List<LineageStep> lineage(Label label, Spifs spifs) throws LabelException {
        List<LineageStep> steps = new ArrayList<>();
        for (int i = 0; i < label.getLineageCount(); i++) {
            Lineage step = label.getLineage(i);
            String field = "lineage[" + i + "]";
            if (step.getSourceLabelSha256().size() != 32) {
                throw new LabelException(
                        Reason.MALFORMED,
                        field + ".source_label_sha256",
                        "digest of " + step.getSourceLabelSha256().size() + " bytes",
                        Integer.toString(step.getSourceLabelSha256().size()),
                        "32 bytes");
            }
            LineageStep.Operation operation = switch (step.getOperation()) {
                case OPERATION_FUSE -> LineageStep.Operation.FUSE;
                case OPERATION_SANITISE -> LineageStep.Operation.SANITISE;
                case OPERATION_RELABEL -> LineageStep.Operation.RELABEL;
                case OPERATION_TRANSLATE -> LineageStep.Operation.TRANSLATE;
                case OPERATION_UNSPECIFIED, UNRECOGNIZED ->
                    throw new LabelException(
                            Reason.UNKNOWN,
                            field + ".operation",
                            "unknown operation `" + step.getOperationValue() + "`",
                            Integer.toString(step.getOperationValue()),
                            "FUSE, SANITISE, RELABEL or TRANSLATE");
            };
            steps.add(new LineageStep(
                    HexFormat.of().formatHex(step.getSourceLabelSha256().toByteArray()),
                    operation,
                    owner(step.getBy(), field + ".by", spifs)));
        }
        return steps;
    }

    private static Mode mode(DataMode mode) throws LabelException {
        return switch (mode) {
            case DATA_MODE_REAL -> Mode.REAL;
            case DATA_MODE_EXERCISE -> Mode.EXERCISE;
            case DATA_MODE_SIMULATED -> Mode.SIMULATED;
            case DATA_MODE_TEST -> Mode.TEST;
            case DATA_MODE_UNSPECIFIED, UNRECOGNIZED ->
                throw new LabelException(
                        Reason.MISSING, "data_mode", "no data mode", "", "REAL, EXERCISE, SIMULATED or TEST");
        };
    }

    private static void refuseUnknownFields(Label label) throws LabelException {
        boolean unknown = !label.getUnknownFields().asMap().isEmpty()
                || label.getPartsList().stream()
                        .anyMatch(p -> !p.getUnknownFields().asMap().isEmpty()
                                || p.getReleaseList().stream()
                                        .anyMatch(c ->
                                                !c.getUnknownFields().asMap().isEmpty())
                                || p.getRestrictiveList().stream()
                                        .anyMatch(c ->
                                                !c.getUnknownFields().asMap().isEmpty())
                                || p.getInformativeList().stream()
                                        .anyMatch(c ->
                                                !c.getUnknownFields().asMap().isEmpty()))
                || label.getOwnersList().stream()
                        .anyMatch(o -> !o.getUnknownFields().asMap().isEmpty());
        if (unknown) {
            throw new LabelException(
                    Reason.UNKNOWN, "label", "a field that this version does not know", "", "known fields only");
        }
    }

    private static Instant instant(Timestamp time, String field) throws LabelException {
        try {
            Instant instant = Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
            if (time.getNanos() >= 0 && time.getNanos() < 1_000_000_000 && instant.equals(bounded(instant))) {
                return instant;
            }
        } catch (DateTimeException e) {
            // falls through to the one message below
        }
        throw new LabelException(
                Reason.MALFORMED,
                field,
                "time of " + time.getSeconds() + " s is out of range",
                Long.toString(time.getSeconds()),
                "years 1 to 9999");
    }

    private static Instant bounded(Instant instant) {
        Instant low = Instant.parse("0001-01-01T00:00:00Z");
        Instant high = Instant.parse("9999-12-31T23:59:59.999999999Z");
        return instant.isBefore(low) ? low : instant.isAfter(high) ? high : instant;
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    private static @Nullable Instant earliest(@Nullable Instant a, @Nullable Instant b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return a.isBefore(b) ? a : b;
    }

    private static byte[] serialise(Label label) {
        byte[] bytes = new byte[label.getSerializedSize()];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            label.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes;
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For {@link LabelNotation}: a builder is not needed elsewhere. */
    static SecurityLabel checked(
            Map<Spif, LabelPart> parts,
            Collection<OwnerId> owners,
            Instant created,
            @Nullable Instant review,
            Mode mode) {
        return new SecurityLabel(parts.values(), owners, created, review, mode, List.of());
    }
}
