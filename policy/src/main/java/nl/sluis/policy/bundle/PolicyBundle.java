package nl.sluis.policy.bundle;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.label.Spifs;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.text.PolicyException;
import nl.sluis.policy.text.Problems;
import nl.sluis.proto.v1.Label;
import org.jspecify.annotations.Nullable;

/**
 * All files that together decide who gets what: the host's policy, originators' policies, SPIFs, audiences, object
 * groups, tenants and consents. Read and resolved: every name that a rule uses is defined.
 */
public final class PolicyBundle {
    /** Checked labels that are kept, some kilobytes each; with more, all are checked anew. */
    private static final int LABELS_KEPT_MAX = 1_024;

    private final NavigableMap<String, byte[]> files;
    private final BundleHeader header;
    private final Spifs spifs;
    private final List<Policy> policies;
    private final NavigableMap<String, AudienceDefinition> definitions;
    private final ObjectGroups groups;
    private final NavigableMap<String, Tenant> tenants;
    private final NavigableMap<String, ConsentRecord> consents;
    private final Map<String, Set<OwnerId>> missingConsents;
    private final List<Audience> audiences;
    private final Map<String, Integer> audienceOfTenant;
    private final Map<Label, SecurityLabel> checkedLabels = new ConcurrentHashMap<>();

    PolicyBundle(
            NavigableMap<String, byte[]> files,
            BundleHeader header,
            Spifs spifs,
            List<Policy> policies,
            NavigableMap<String, AudienceDefinition> definitions,
            ObjectGroups groups,
            NavigableMap<String, Tenant> tenants,
            NavigableMap<String, ConsentRecord> consents,
            Map<String, Set<OwnerId>> missingConsents) {
        this.files = files;
        this.header = header;
        this.spifs = spifs;
        this.policies = List.copyOf(policies);
        this.definitions = definitions;
        this.groups = groups;
        this.tenants = tenants;
        this.consents = consents;
        this.missingConsents = missingConsents;
        this.audiences = Audiences.of(this);
        this.audienceOfTenant = new TreeMap<>();
        audiences.forEach(a -> a.tenants().forEach(t -> audienceOfTenant.put(t, a.index())));
    }

    /**
     * Reads a bundle.
     *
     * @param files contents by path; what a file is follows from its first key ({@code policy}, {@code tenants},
     *     {@code audiences}, {@code groups}, {@code spif}, {@code consents}, {@code bundle}); SPIFs that come with the
     *     module need not be there
     * @throws PolicyException with every problem found, if there is any
     */
    public static PolicyBundle load(Map<String, byte[]> files) throws PolicyException {
        Problems problems = new Problems();
        PolicyBundle bundle = new BundleReader(files, problems).read();
        problems.throwIfAny();
        if (bundle == null) {
            throw new IllegalStateException("bundle was refused without a problem");
        }
        return bundle;
    }

    /**
     * The same bundle with other policies: a question "what if", for proofs and previews. It has no version, and its
     * digest is still that of the files.
     */
    public PolicyBundle withPolicies(List<Policy> others) {
        return new PolicyBundle(
                files, BundleHeader.DRAFT, spifs, others, definitions, groups, tenants, consents, missingConsents);
    }

    /** Checks a label under this bundle's security policies and communities; good ones are kept, for most come again. */
    public SecurityLabel label(Label label) throws LabelException {
        SecurityLabel known = checkedLabels.get(label);
        if (known == null) {
            known = SecurityLabel.of(label, spifs);
            if (checkedLabels.size() >= LABELS_KEPT_MAX) {
                checkedLabels.clear();
            }
            checkedLabels.put(label, known);
        }
        return known;
    }

    /** The files by path, the SPIFs that come with the module included. */
    public NavigableMap<String, byte[]> files() {
        return Collections.unmodifiableNavigableMap(files);
    }

    /** Version and validity. */
    public BundleHeader header() {
        return header;
    }

    /** Security policies and communities. */
    public Spifs spifs() {
        return spifs;
    }

    /** The policies, in the order of their paths. */
    public List<Policy> policies() {
        return policies;
    }

    /** Names that rules use for audiences. */
    public NavigableMap<String, AudienceDefinition> definitions() {
        return Collections.unmodifiableNavigableMap(definitions);
    }

    /** Object groups. */
    public ObjectGroups groups() {
        return groups;
    }

    /** All tenants by id, those that do not take part included. */
    public NavigableMap<String, Tenant> tenants() {
        return Collections.unmodifiableNavigableMap(tenants);
    }

    /** Consents by name. */
    public NavigableMap<String, ConsentRecord> consents() {
        return Collections.unmodifiableNavigableMap(consents);
    }

    /** Originators whose consent a tenant still needs because a charter asks for it; none where it does not wait. */
    public Set<OwnerId> missingConsents(String tenant) {
        return Collections.unmodifiableSet(missingConsents.getOrDefault(tenant, Set.of()));
    }

    /** The policy of an owner: its own, else that of its whole nation; empty where there is none. */
    public Optional<Policy> policyOf(OwnerId owner) {
        return policyWith(owner).or(() -> policyWith(owner.wholeNation()));
    }

    private Optional<Policy> policyWith(OwnerId owner) {
        return policies.stream()
                .filter(policy -> policy.owners().stream().anyMatch(whose -> owner.equals(whose.owner())))
                .findFirst();
    }

    /** Whether the policy of an owner names a tenant as its relay, and lets it use a label. */
    public boolean mayRelay(String tenant, OwnerId owner, SecurityLabel label) {
        return policyOf(owner)
                .map(policy -> policy.relays().stream()
                        .anyMatch(relay -> relay.tenant().equals(tenant) && relay.allows(label)))
                .orElse(false);
    }

    /** Audiences of active tenants; the place of an audience is its index. */
    public List<Audience> audiences() {
        return audiences;
    }

    /** The audience of a tenant, or null where the tenant is unknown or does not take part. */
    public @Nullable Audience audienceOf(String tenant) {
        Integer index = audienceOfTenant.get(tenant);
        return index == null ? null : audiences.get(index);
    }

    /** The manifest: a line for each file, {@code sha256  path}, sorted by path. */
    public String manifest() {
        StringBuilder out = new StringBuilder();
        files.forEach((path, bytes) -> out.append(HexFormat.of().formatHex(sha256(bytes)))
                .append("  ")
                .append(path)
                .append('\n'));
        return out.toString();
    }

    /** SHA-256 of the manifest, 64 hexadecimal digits. */
    public String digestHex() {
        return HexFormat.of().formatHex(sha256(manifest().getBytes(StandardCharsets.UTF_8)));
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
