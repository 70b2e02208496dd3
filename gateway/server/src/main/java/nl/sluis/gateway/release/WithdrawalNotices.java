package nl.sluis.gateway.release;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.journal.v1.StoredRelease;
import nl.sluis.journal.v1.Withdrawal;
import nl.sluis.proto.v1.Withdrawn;

/**
 * What is told to whom when a contribution is taken back: one notice for each product that was made from it and each
 * audience that the product had been released to. Withdrawals are rare, so the logs are searched for them, from the
 * receipt of the contribution on, and nothing is kept for the case.
 */
final class WithdrawalNotices {
    private static final int READ_ENTRIES_MAX = 256;

    /** A log's times never go back, the clock may: how far an entry's time may lie before that of its cause. */
    private static final Duration CLOCK_STEP_MAX = Duration.ofHours(1);

    private final Journal journal;

    WithdrawalNotices(Journal journal) {
        this.journal = journal;
    }

    /**
     * One version of a product that was made from the contribution.
     *
     * @param productId the product
     * @param version the version
     */
    private record Made(String productId, int version) {}

    /**
     * Whom a notice is for.
     *
     * @param audience the audience
     * @param productId the product
     */
    private record Addressee(String audience, String productId) implements Comparable<Addressee> {
        @Override
        public int compareTo(Addressee other) {
            int byAudience = audience.compareTo(other.audience);
            return byAudience != 0 ? byAudience : productId.compareTo(other.productId);
        }
    }

    /** The versions that an audience had been released. */
    private static final class Released {
        int sinceVersion = Integer.MAX_VALUE;
        int version;
        long sincePosition = Long.MAX_VALUE;
        long position;
    }

    /** Finds the audience to which the originator's reason may be told. */
    interface Telling {
        boolean mayTellReason(String audience);
    }

    /**
     * The notices, by audience and product.
     *
     * @param withdrawal what was taken back
     * @param end place of the withdrawal in the products log
     * @param telling who may read the reason
     */
    List<NewEntry> of(Withdrawal withdrawal, long end, Telling telling) throws InvalidProtocolBufferException {
        Instant since = Times.instant(withdrawal.getReceived()).minus(CLOCK_STEP_MAX);
        Map<Long, Made> made = madeFrom(withdrawal.getContributionId(), since, end);
        Map<Addressee, Released> released = releasedOf(made, since);
        List<NewEntry> notices = new ArrayList<>();
        released.forEach((addressee, what) -> {
            Withdrawn.Builder withdrawn = Withdrawn.newBuilder()
                    .setProductId(addressee.productId())
                    .setSinceVersion(what.sinceVersion)
                    .setVersion(what.version)
                    .setWithdrawn(withdrawal.getWithdrawn())
                    .setAcknowledge(true);
            if (telling.mayTellReason(addressee.audience())) {
                withdrawn.setReason(withdrawal.getReason());
            }
            StoredRelease notice = StoredRelease.newBuilder()
                    .setProductPosition(what.position)
                    .setSinceProductPosition(what.sincePosition)
                    .setProductId(addressee.productId())
                    .addAudiences(addressee.audience())
                    .setWithdrawn(withdrawn)
                    .setLabel(withdrawal.getLabel())
                    .build();
            notices.add(NewEntry.of(notice.toByteArray())
                    .withClientId("withdrawn/" + withdrawal.getContributionId() + "/" + addressee.audience() + "/"
                            + addressee.productId()));
        });
        return notices;
    }

    private Map<Long, Made> madeFrom(String contributionId, Instant since, long end)
            throws InvalidProtocolBufferException {
        Map<Long, Made> made = new HashMap<>();
        long next = journal.firstRecordedSince(LogName.PRODUCTS, since);
        while (next < end) {
            for (Entry entry : journal.read(LogName.PRODUCTS, next, READ_ENTRIES_MAX)) {
                next = entry.position() + 1;
                StoredProduct stored = StoredProduct.parseFrom(entry.payload());
                if (entry.position() < end
                        && stored.getBasis().getContributionIdsList().contains(contributionId)) {
                    made.put(
                            entry.position(),
                            new Made(
                                    stored.getProduct().getProductId(),
                                    stored.getProduct().getVersion()));
                }
            }
        }
        return made;
    }

    private Map<Addressee, Released> releasedOf(Map<Long, Made> made, Instant since)
            throws InvalidProtocolBufferException {
        Map<Addressee, Released> released = new TreeMap<>();
        long next = made.isEmpty() ? Long.MAX_VALUE : journal.firstRecordedSince(LogName.RELEASED, since);
        long end = journal.watermark(LogName.RELEASED);
        while (next <= end) {
            for (Entry entry : journal.read(LogName.RELEASED, next, READ_ENTRIES_MAX)) {
                next = entry.position() + 1;
                StoredRelease release = StoredRelease.parseFrom(entry.payload());
                Made version = made.get(release.getProductPosition());
                if (version != null && !release.hasDue() && !release.hasWithdrawn()) {
                    for (String audience : release.getAudiencesList()) {
                        Released what = released.computeIfAbsent(
                                new Addressee(audience, version.productId()), none -> new Released());
                        what.sinceVersion = Math.min(what.sinceVersion, version.version());
                        what.version = Math.max(what.version, version.version());
                        what.sincePosition = Math.min(what.sincePosition, release.getProductPosition());
                        what.position = Math.max(what.position, release.getProductPosition());
                    }
                }
            }
        }
        return released;
    }
}
