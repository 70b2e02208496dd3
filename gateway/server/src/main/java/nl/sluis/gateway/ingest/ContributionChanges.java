package nl.sluis.gateway.ingest;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.identity.Role;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.item.WithdrawalKeys;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.journal.v1.StoredContribution;
import nl.sluis.journal.v1.Withdrawal;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.bundle.Tenant;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.RelabelRequest;
import nl.sluis.proto.v1.WithdrawRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an originator may do to a contribution afterwards: take it back, or give it another label, which is to take it
 * back and to put it in its place again under the new one. Answered when durable; from then on nothing leaves that was
 * made from what was taken back.
 */
public final class ContributionChanges {
    private static final int READ_ENTRIES_MAX = 256;
    private static final int REASON_LENGTH_MAX = 1_000; // characters; recipients read it
    private static final Logger LOG = LoggerFactory.getLogger(ContributionChanges.class);

    private final Journal journal;
    private final Supplier<PolicyBundle> bundle;
    private final Executor searcher;
    private final InstantSource clock;

    /**
     * @param journal where contributions are kept
     * @param bundle the policy in force: labels and tenants
     * @param searcher runs one change at a time: finding a contribution may mean to read the whole log, so it must not
     *     take the threads that contributions need; where it takes no more, the caller is told to come back
     * @param clock the gateway's clock
     */
    public ContributionChanges(Journal journal, Supplier<PolicyBundle> bundle, Executor searcher, InstantSource clock) {
        this.journal = journal;
        this.bundle = bundle;
        this.searcher = searcher;
        this.clock = clock;
    }

    /** The identifier that contributor and gateway use; inside, each new label gets a number behind it. */
    static String publicId(String contributionId) {
        int slash = contributionId.indexOf('/');
        return slash < 0 ? contributionId : contributionId.substring(0, slash);
    }

    private static String nextId(String contributionId) {
        int slash = contributionId.indexOf('/');
        int revision = slash < 0 ? 1 : Integer.parseInt(contributionId.substring(slash + 1)) + 1;
        return publicId(contributionId) + "/" + revision;
    }

    /** Takes a contribution back; the stage completes when that is durable. Taken back already: says since when. */
    public CompletionStage<Instant> withdraw(CallerIdentity caller, WithdrawRequest request) {
        return inTurn(() -> {
            checkReason(request.getReason());
            Entry entry = find(caller, request.getContributionId());
            StoredContribution found = parse(entry);
            if (found.getRecordsCount() == 0) {
                mark(found.getWithdrawal());
                return Times.instant(found.getWithdrawal().getWithdrawn());
            }
            Instant now = clock.instant();
            StoredContribution withdrawn = StoredContribution.newBuilder()
                    .setContributionId(found.getContributionId())
                    .setSource(found.getSource())
                    .setReceived(Times.timestamp(now))
                    .setLabel(found.getLabel())
                    .setWithdrawal(withdrawal(found, now, request.getReason()))
                    .build();
            return append(withdrawn, caller, "withdrawn");
        });
    }

    /** Gives a contribution another label; the stage completes when that is durable. */
    public CompletionStage<Instant> relabel(CallerIdentity caller, RelabelRequest request) {
        return inTurn(() -> {
            checkReason(request.getReason());
            Entry entry = find(caller, request.getContributionId());
            StoredContribution found = parse(entry);
            if (found.getRecordsCount() == 0) {
                throw new RefusedException(new Refusal(
                        Code.FAILED_PRECONDITION,
                        List.of(new Refusal.Fault(
                                "contribution_id", "withdrawn (expected: a contribution that still stands)"))));
            }
            Instant now = clock.instant();
            Label label = checked(request.getLabel(), bundle.get().label(found.getLabel()), now);
            if (label.equals(found.getLabel())) {
                if (found.hasWithdrawal()) {
                    mark(found.getWithdrawal());
                }
                return Times.instant(found.getReceived());
            }
            StoredContribution relabelled = found.toBuilder()
                    .setContributionId(nextId(found.getContributionId()))
                    .setReceived(Times.timestamp(now))
                    .setLabel(label)
                    .setWithdrawal(withdrawal(found, now, request.getReason()))
                    .build();
            return append(relabelled, caller, "relabelled");
        });
    }

    /** One change. */
    @FunctionalInterface
    private interface Change {
        Instant make() throws RefusedException, LabelException;
    }

    private CompletionStage<Instant> inTurn(Change change) {
        try {
            return CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return change.make();
                        } catch (RefusedException e) {
                            throw new IngestException(e.refusal().status(), e);
                        } catch (LabelException e) {
                            throw new IllegalStateException("label of a stored contribution: " + e.getMessage(), e);
                        }
                    },
                    searcher);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedStage(new IngestException(
                    new Refusal(
                                    Code.RESOURCE_EXHAUSTED,
                                    List.of(new Refusal.Fault(
                                            "contribution_id",
                                            "too many changes wait for their turn (expected: one after another)")))
                            .status(),
                    e));
        }
    }

    private static void checkReason(String reason) throws RefusedException {
        if (reason.isBlank() || reason.length() > REASON_LENGTH_MAX) {
            throw new RefusedException(Refusal.invalid(
                    "reason", reason.length() + " characters (expected: 1 to " + REASON_LENGTH_MAX + ")"));
        }
    }

    private Label checked(Label asked, SecurityLabel before, Instant now) throws RefusedException {
        SecurityLabel label;
        try {
            label = bundle.get().label(asked);
        } catch (LabelException e) {
            throw new RefusedException(
                    Refusal.invalid("label." + e.field(), "`" + e.found() + "` (expected: " + e.expected() + ")"));
        }
        if (label.created().isAfter(now)) {
            throw new RefusedException(
                    Refusal.invalid("label.created", "`" + label.created() + "` (expected: not after " + now + ")"));
        }
        if (!label.owners().equals(before.owners())) {
            throw new RefusedException(Refusal.forbidden(
                    "label.owners", "`" + label.owners() + "` (expected: `" + before.owners() + "`, as before)"));
        }
        if (label.mode() != before.mode()) {
            throw new RefusedException(Refusal.invalid(
                    "label.data_mode",
                    "`" + label.mode() + "` (expected: `" + before.mode()
                            + "`, as before; to change it withdraw and contribute anew)"));
        }
        return label.toProto();
    }

    private static Withdrawal withdrawal(StoredContribution contribution, Instant now, String reason) {
        return Withdrawal.newBuilder()
                .setContributionId(contribution.getContributionId())
                .setWithdrawn(Times.timestamp(now))
                .setReason(reason)
                .setLabel(contribution.getLabel())
                .setReceived(contribution.getReceived())
                .build();
    }

    private Instant append(StoredContribution changed, CallerIdentity caller, String what) {
        Withdrawal withdrawal = changed.getWithdrawal();
        journal.append(
                        LogName.CONTRIBUTIONS,
                        NewEntry.of(changed.toByteArray()).withClientId("change/" + withdrawal.getContributionId()))
                .join();
        mark(withdrawal);
        LOG.info(
                "contribution {}, by={} holder={} id={}",
                what,
                caller.tenant(),
                caller.holder(),
                changed.getContributionId());
        return Times.instant(withdrawal.getWithdrawn());
    }

    /** From here on the release stage holds back what was made from it, before fusion has come to the change. */
    private void mark(Withdrawal withdrawal) {
        String id = WithdrawalKeys.contribution(withdrawal.getContributionId());
        journal.append(
                        LogName.WITHDRAWALS,
                        NewEntry.keyed(id, withdrawal.toByteArray()).withClientId(id))
                .join();
    }

    /**
     * The newest entry of a contribution that the caller may change. Searched from the end, for what is taken back is
     * mostly new. Whether it does not exist or is another's is one answer.
     */
    private Entry find(CallerIdentity caller, String contributionId) throws RefusedException {
        long oldest = Math.max(1, journal.oldest(LogName.CONTRIBUTIONS));
        long end = journal.watermark(LogName.CONTRIBUTIONS);
        while (end >= oldest && !contributionId.isEmpty()) {
            long start = Math.max(oldest, end - READ_ENTRIES_MAX + 1);
            Optional<Entry> found = lastIn(start, end, contributionId);
            if (found.isPresent() && mayChange(caller, parse(found.get()))) {
                return found.get();
            }
            end = found.isPresent() ? 0 : start - 1;
        }
        throw new RefusedException(new Refusal(
                Code.NOT_FOUND,
                List.of(new Refusal.Fault("contribution_id", "no such contribution of this originator"))));
    }

    private Optional<Entry> lastIn(long start, long end, String contributionId) {
        Optional<Entry> last = Optional.empty();
        long next = start;
        while (next <= end) {
            // a page may end early where it is full of bytes
            for (Entry entry : journal.read(LogName.CONTRIBUTIONS, next, (int) (end - next + 1))) {
                next = entry.position() + 1;
                if (!SensorRegistry.isKey(entry.key())
                        && publicId(parse(entry).getContributionId()).equals(contributionId)) {
                    last = Optional.of(entry);
                }
            }
        }
        return last;
    }

    private static StoredContribution parse(Entry entry) {
        try {
            return StoredContribution.parseFrom(entry.payload());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("contribution at " + entry.position() + " can't be read", e);
        }
    }

    /** The originator itself, or an officer of its nation. */
    private boolean mayChange(CallerIdentity caller, StoredContribution contribution) {
        String nation = caller.tenant().nation().toUpperCase(Locale.ROOT);
        Tenant tenant = bundle.get().tenants().get(caller.tenant().name());
        boolean officer = caller.roles().contains(Role.OFFICER)
                && tenant != null
                && tenant.roles().contains(nl.sluis.policy.bundle.Role.OFFICER);
        try {
            List<OwnerId> owners =
                    List.copyOf(bundle.get().label(contribution.getLabel()).owners());
            return !owners.isEmpty()
                    && owners.stream()
                            .allMatch(owner -> owner.nation().equals(nation)
                                    && (officer
                                            || owner.tenant().isEmpty()
                                            || owner.tenant()
                                                    .equals(caller.tenant().name())));
        } catch (LabelException e) {
            LOG.warn("label of a stored contribution is no longer understood, reason={}", e.getMessage());
            return false;
        }
    }
}
