package nl.sluis.gateway.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import nl.sluis.gateway.identity.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * Subscriptions that wait abreast at the end of a log and ask for the same. What comes is gathered once and entered for all
 * of them; then they are woken, to send it.
 */
final class Abreast {
    private final SharedBatches.Place place;
    private final Gathering gathering;
    // guarded by the log until it takes the group out; unchanged then
    private final List<Member> members = new ArrayList<>();
    private volatile @Nullable Offer offer;

    Abreast(SharedBatches.Place place, Gathering gathering) {
        this.place = place;
        this.gathering = gathering;
    }

    /** Gathers what is due to all of them alike. */
    interface Gathering {
        /**
         * Gathers it; never blocks.
         *
         * @param wakeUp called when a product that is being read or made is there
         */
        Due.Gathered gather(Runnable wakeUp);
    }

    /**
     * A subscription.
     *
     * @param tenant whose it is
     * @param wakeUp makes it look
     */
    record Member(TenantId tenant, Runnable wakeUp) {}

    /**
     * What came.
     *
     * @param gathered what is due
     * @param entered completes when it stands in the audit log
     */
    record Offer(Due.Gathered gathered, CompletableFuture<?> entered) {}

    SharedBatches.Place place() {
        return place;
    }

    void add(Member member) {
        members.add(member);
    }

    /** Removes a member; true where it was the last. */
    boolean remove(Member member) {
        members.remove(member);
        return members.isEmpty();
    }

    List<TenantId> tenants() {
        return members.stream().map(Member::tenant).toList();
    }

    Due.Gathered gather(Runnable wakeUp) {
        return gathering.gather(wakeUp);
    }

    /** Hands out what came. */
    void offer(Due.Gathered gathered, CompletableFuture<?> entered) {
        offer = new Offer(gathered, entered);
    }

    /** Leaves it to each of them to look for itself, and to find what failed. */
    void offerNothing() {
        offer(Due.Gathered.nothing(place.from()), CompletableFuture.completedFuture(null));
    }

    /** What came; null while nothing has. */
    @Nullable
    Offer offer() {
        return offer;
    }

    void wakeAll() {
        members.forEach(member -> member.wakeUp().run());
    }
}
