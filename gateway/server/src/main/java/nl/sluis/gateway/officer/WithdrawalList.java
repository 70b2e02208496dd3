package nl.sluis.gateway.officer;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.item.WithdrawalKeys;
import nl.sluis.gateway.release.PolicyInForce;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.journal.v1.StoredAcknowledgement;
import nl.sluis.journal.v1.StoredNotice;
import nl.sluis.policy.label.LabelException;
import nl.sluis.proto.v1.ListWithdrawalsRequest;
import nl.sluis.proto.v1.ListWithdrawalsResponse;
import nl.sluis.proto.v1.Withdrawal;
import nl.sluis.proto.v1.WithdrawalRecipient;

/** Lists for an officer what was withdrawn and who has not answered. Reads the journal, so it is not for an event loop. */
public final class WithdrawalList {
    private static final int PAGE_DEFAULT = 100;
    private static final int PAGE_MAX = 1_000;

    private final Journal journal;
    private final PolicyInForce policy;
    private final String hostNation;

    /**
     * @param journal where notices and answers are kept
     * @param policy the policy in force
     * @param hostNation the nation that runs the gateway, lower case
     */
    public WithdrawalList(Journal journal, PolicyInForce policy, String hostNation) {
        this.journal = journal;
        this.policy = policy;
        this.hostNation = hostNation;
    }

    /** A page, in the order of audience and product; the token is the last key of the page before. */
    public ListWithdrawalsResponse page(TenantId officer, ListWithdrawalsRequest request) {
        OfficerReading reading = new OfficerReading(officer, policy, hostNation);
        int size = request.getPageSize() == 0 ? PAGE_DEFAULT : Math.min(request.getPageSize(), PAGE_MAX);
        SortedMap<String, StoredNotice> notices = new TreeMap<>();
        Map<String, StoredAcknowledgement> answers = new HashMap<>();
        journal.scanLatest(LogName.WITHDRAWALS, entry -> {
            if (entry.key().startsWith(WithdrawalKeys.NOTICE)) {
                notices.put(entry.key(), notice(entry));
            } else if (entry.key().startsWith(WithdrawalKeys.ACKNOWLEDGEMENT)) {
                answers.put(entry.key(), answer(entry));
            }
        });
        ListWithdrawalsResponse.Builder page = ListWithdrawalsResponse.newBuilder();
        String last = "";
        for (Map.Entry<String, StoredNotice> one :
                notices.tailMap(request.getPageToken() + '\0').entrySet()) {
            StoredNotice notice = one.getValue();
            if (!reading.maySee(notice.getLabel())) {
                continue;
            }
            Withdrawal withdrawal = withdrawal(notice, answers);
            if (request.getUnanswered()
                    && withdrawal.getRecipientsList().stream().allMatch(WithdrawalRecipient::hasAcknowledged)) {
                continue;
            }
            if (page.getWithdrawalsCount() == size) {
                return page.setNextPageToken(last).build();
            }
            page.addWithdrawals(withdrawal);
            last = one.getKey();
        }
        return page.build();
    }

    private Withdrawal withdrawal(StoredNotice notice, Map<String, StoredAcknowledgement> answers) {
        Withdrawal.Builder withdrawal = Withdrawal.newBuilder()
                .setProductId(notice.getWithdrawn().getProductId())
                .setSinceVersion(notice.getWithdrawn().getSinceVersion())
                .setVersion(notice.getWithdrawn().getVersion())
                .setWithdrawn(notice.getWithdrawn().getWithdrawn())
                .setMarking(marking(notice));
        notice.getTenantsList().forEach(tenant -> {
            WithdrawalRecipient.Builder recipient =
                    WithdrawalRecipient.newBuilder().setTenant(tenant);
            StoredAcknowledgement answer = answers.get(
                    WithdrawalKeys.acknowledgement(tenant, withdrawal.getProductId(), withdrawal.getVersion()));
            if (answer != null) {
                recipient.setAcknowledged(answer.getRecorded());
            }
            withdrawal.addRecipients(recipient);
        });
        return withdrawal.build();
    }

    private String marking(StoredNotice notice) {
        try {
            return policy.bundle().label(notice.getLabel()).marking();
        } catch (LabelException e) {
            throw new IllegalStateException("label of a notice: " + e.getMessage(), e);
        }
    }

    private static StoredNotice notice(Entry entry) {
        try {
            return StoredNotice.parseFrom(entry.payload());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("notice at " + entry.position() + " can't be read", e);
        }
    }

    private static StoredAcknowledgement answer(Entry entry) {
        try {
            return StoredAcknowledgement.parseFrom(entry.payload());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("answer at " + entry.position() + " can't be read", e);
        }
    }
}
