package nl.sluis.gateway.release;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.identity.Role;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.journal.v1.StoredBundle;
import nl.sluis.policy.bundle.BundleHeader;
import nl.sluis.policy.bundle.BundleSignatures;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.bundle.Tenant;
import nl.sluis.policy.change.Comparison;
import nl.sluis.policy.change.Direction;
import nl.sluis.policy.change.Proof;
import nl.sluis.policy.text.PolicyException;
import nl.sluis.proto.v1.PolicyFile;
import nl.sluis.proto.v1.PolicySignature;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings bundles into force: read, proved against the one in force, verified, kept in the journal, compiled and swapped in.
 * A bundle that fails any of it leaves everything as it was.
 *
 * <p>Which bundle is in force is what the journal says, so that a folder cannot be put back to an older version, and a
 * bundle that was accepted once needs no officers when the gateway starts again.
 */
public final class PolicyChanges {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyChanges.class);
    private static final String IN_FORCE = "in-force";
    private static final int READ_ENTRIES_MAX = 16;

    private final PolicyInForce policy;
    private final Journal journal;
    private final Function<X509Certificate, Optional<CallerIdentity>> signers;
    private final String hostNation;
    private final boolean unsignedAllowed;
    private final InstantSource clock;
    private final Counter accepted;
    private final Counter rejected;
    private volatile Optional<String> problem = Optional.empty();
    private volatile List<byte[]> signatures = List.of();
    private volatile long appliedPosition;

    /**
     * @param policy what is swapped
     * @param journal remembers which bundle is in force
     * @param signers whom a certificate belongs to; empty where it is not trusted
     * @param hostNation the nation that runs the gateway, lower case; its officers sign as {@code host}
     * @param unsignedAllowed for development only: bundles come into force without version and signatures, and are not
     *     kept as the ones in force
     * @param clock the gateway's clock
     * @param meters where to count
     */
    public PolicyChanges(
            PolicyInForce policy,
            Journal journal,
            Function<X509Certificate, Optional<CallerIdentity>> signers,
            String hostNation,
            boolean unsignedAllowed,
            InstantSource clock,
            MeterRegistry meters) {
        this.policy = policy;
        this.journal = journal;
        this.signers = signers;
        this.hostNation = hostNation;
        this.unsignedAllowed = unsignedAllowed;
        this.clock = clock;
        this.accepted = counter(meters, "accepted");
        this.rejected = counter(meters, "rejected");
        Gauge.builder(
                        "sluis.policy.version",
                        policy,
                        now -> now.bundle().header().version())
                .description("version of the bundle in force")
                .register(meters);
        Gauge.builder(
                        "sluis.policy.valid.seconds",
                        this,
                        changes -> changes.left().toSeconds())
                .description("time until the bundle in force ends; below zero nothing is released")
                .register(meters);
    }

    private static Counter counter(MeterRegistry meters, String outcome) {
        return Counter.builder("sluis.policy.changes")
                .description("bundles that were handed in, by outcome")
                .tag("outcome", outcome)
                .register(meters);
    }

    /**
     * Takes up the bundle that the gateway starts with: the one in force, or its successor. A folder with a bundle that was
     * in force once is behind, for its successors may have come otherwise; what the journal says stays.
     *
     * @throws PolicyException where it cannot be read, or may not come into force, with every reason
     */
    public synchronized void open(SignedFiles files) throws PolicyException {
        PolicyBundle bundle = PolicyBundle.load(files.files());
        long recorded = journal.watermark(LogName.POLICIES);
        List<StoredBundle> accepted = unsignedAllowed ? List.of() : accepted();
        if (accepted.isEmpty()) {
            bringIntoForce(bundle, files, null);
            return;
        }
        StoredBundle last = accepted.get(accepted.size() - 1);
        PolicyBundle before = PolicyBundle.load(files(last));
        ByteString digest = ByteString.copyFrom(BundleSignatures.digest(bundle));
        if (accepted.stream().noneMatch(one -> one.getBundle().getDigest().equals(digest))) {
            bringIntoForce(bundle, files, before);
            return;
        }
        if (!last.getBundle().getDigest().equals(digest)) {
            LOG.warn(
                    "policy folder holds version {}, which was in force once; version {} came after it and stays",
                    bundle.header().version(),
                    before.header().version());
        }
        BundleSignatures.checkValidity(before, clock.instant());
        signatures = signatures(last);
        policy.put(before);
        appliedPosition = recorded;
    }

    /**
     * Brings a bundle into force in place of the one that is; nothing happens where it is in force already.
     *
     * @throws PolicyException where it cannot be read, or may not come into force; the old one then stays
     */
    public synchronized void propose(SignedFiles files) throws PolicyException {
        PolicyBundle bundle = PolicyBundle.load(files.files());
        if (!bundle.digestHex().equals(policy.bundle().digestHex())) {
            bringIntoForce(bundle, files, policy.bundle());
        }
        problem = Optional.empty();
    }

    /** The signatures that brought the bundle in force there. */
    public List<byte[]> signatures() {
        return signatures;
    }

    /** Takes over the bundle that another node brought into force; what that node proved is not proved again. */
    public synchronized void follow() throws PolicyException {
        long recorded = journal.watermark(LogName.POLICIES);
        if (unsignedAllowed || recorded <= appliedPosition) {
            return;
        }
        List<StoredBundle> accepted = accepted();
        StoredBundle last = accepted.get(accepted.size() - 1);
        PolicyBundle bundle = PolicyBundle.load(files(last));
        if (!bundle.digestHex().equals(policy.bundle().digestHex())) {
            signatures = signatures(last);
            policy.put(bundle);
            LOG.info(
                    "policy taken over from another node, version={}",
                    bundle.header().version());
        }
        appliedPosition = recorded;
    }

    private static List<byte[]> signatures(StoredBundle stored) {
        return stored.getBundle().getSignaturesList().stream()
                .map(one -> one.getCms().toByteArray())
                .toList();
    }

    /** Position in the policies log up to which what stands there is applied here. */
    public long appliedPosition() {
        return appliedPosition;
    }

    /** Keeps in sight of the operator that what was handed in is not in force. */
    public void reject(Exception reason) {
        rejected.increment();
        problem = Optional.of(String.valueOf(reason.getMessage()));
        LOG.error(
                "policy rejected, version {} stays in force: {}",
                policy.bundle().header().version(),
                reason.getMessage());
    }

    /** Why the bundle that was handed in last did not come into force; empty where it did. */
    public Optional<String> problem() {
        return problem;
    }

    /** How long the bundle in force still holds; not positive where it has ended, and nothing is released. */
    public Duration left() {
        return Duration.between(clock.instant(), policy.bundle().header().validUntil());
    }

    private void bringIntoForce(PolicyBundle bundle, SignedFiles files, @Nullable PolicyBundle before)
            throws PolicyException {
        Instant now = clock.instant();
        if (unsignedAllowed) {
            LOG.warn("policy taken without signatures: for development only");
        } else {
            Comparison change = before == null ? null : Proof.compare(before, bundle);
            boolean widens = change == null || change.direction() == Direction.WIDENS;
            Map<String, Integer> needed = change == null ? Map.of() : change.officers();
            Map<String, Tenant> tenants = (before == null ? bundle : before).tenants();
            Map<String, Set<String>> signed = BundleSignatures.signers(
                    bundle, files.signatures(), (certificate, at) -> partiesOf(certificate, tenants), now);
            BundleSignatures.check(bundle, before, widens, needed, signed, now);
            keep(bundle, files, now);
        }
        signatures = List.copyOf(files.signatures());
        policy.put(bundle);
        accepted.increment();
        BundleHeader header = bundle.header();
        LOG.info(
                "policy in force, name={} version={} digest={} until={}",
                header.name(),
                header.version(),
                bundle.digestHex(),
                header.validUntil());
    }

    /** An officer, by certificate and by the list of tenants, signs for the own tenant and nation, and may be the host's. */
    private Set<String> partiesOf(X509Certificate certificate, Map<String, Tenant> tenants) {
        CallerIdentity officer = signers.apply(certificate).orElse(null);
        if (officer == null || !officer.roles().contains(Role.OFFICER)) {
            return Set.of();
        }
        String nation = officer.tenant().nation();
        Tenant tenant = PolicyInForce.tenant(tenants, officer.tenant())
                .filter(known -> known.roles().contains(nl.sluis.policy.bundle.Role.OFFICER))
                .orElse(null);
        if (tenant == null) {
            return Set.of();
        }
        Set<String> parties = new TreeSet<>();
        parties.add(nation.toUpperCase(Locale.ROOT));
        parties.add(nation.toUpperCase(Locale.ROOT) + "/" + tenant.id());
        if (nation.equals(hostNation)) {
            parties.add("host");
        }
        return parties;
    }

    private void keep(PolicyBundle bundle, SignedFiles files, Instant now) {
        nl.sluis.proto.v1.PolicyBundle.Builder kept = nl.sluis.proto.v1.PolicyBundle.newBuilder()
                .setVersion(bundle.header().version())
                .setDigest(UnsafeByteOperations.unsafeWrap(BundleSignatures.digest(bundle)))
                .setValidFrom(Times.timestamp(bundle.header().validFrom()))
                .setValidUntil(Times.timestamp(bundle.header().validUntil()));
        bundle.files()
                .forEach((path, content) ->
                        kept.addFiles(PolicyFile.newBuilder().setPath(path).setContent(ByteString.copyFrom(content))));
        files.signatures()
                .forEach(cms -> kept.addSignatures(PolicySignature.newBuilder().setCms(ByteString.copyFrom(cms))));
        StoredBundle stored = StoredBundle.newBuilder()
                .setBundle(kept)
                .setAccepted(Times.timestamp(now))
                .build();
        appliedPosition = journal.append(LogName.POLICIES, NewEntry.keyed(IN_FORCE, stored.toByteArray()))
                .join()
                .position();
    }

    /** The bundles that came into force, in their order. */
    private List<StoredBundle> accepted() {
        List<StoredBundle> bundles = new ArrayList<>();
        long next = Math.max(1, journal.oldest(LogName.POLICIES));
        while (next <= journal.watermark(LogName.POLICIES)) {
            for (Entry entry : journal.read(LogName.POLICIES, next, READ_ENTRIES_MAX)) {
                next = entry.position() + 1;
                try {
                    bundles.add(StoredBundle.parseFrom(entry.payload()));
                } catch (InvalidProtocolBufferException e) {
                    throw new IllegalStateException("bundle at " + entry.position() + " can't be read", e);
                }
            }
        }
        return bundles;
    }

    private static Map<String, byte[]> files(StoredBundle stored) {
        Map<String, byte[]> files = new TreeMap<>();
        stored.getBundle()
                .getFilesList()
                .forEach(file -> files.put(file.getPath(), file.getContent().toByteArray()));
        return files;
    }
}
