package nl.sluis.gateway.stream;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.release.Frames;
import nl.sluis.gateway.release.Variants;
import nl.sluis.gateway.stream.LiveSubscription.Progress;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.proto.v1.GapReason;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.TextForm;
import org.jspecify.annotations.Nullable;

/**
 * What is due to an audience: its log, as a filter and a form of text leave it. Never changed, so that one thread may gather
 * for the subscriptions of another.
 *
 * @param audience the audience
 * @param log its log
 * @param filter what is asked for
 * @param text which text stands beside a product
 * @param variants decides and makes the bytes
 */
record Due(Audience audience, AudienceLog log, Filter filter, TextForm text, Variants variants) {
    /**
     * What is due from a place on.
     *
     * @param frames deliveries and what stands between them; shared, never to be changed
     * @param products the products among them
     * @param after where a subscription from that place is when they are sent
     * @param own whether it is for that subscription alone
     * @param loading whether it ends before a product that is being read or made
     */
    record Gathered(Buffer frames, List<Variants.Found.Ready> products, Progress after, boolean own, boolean loading) {
        /** Nothing from an index on: each looks for itself. */
        static Gathered nothing(long from) {
            return new Gathered(Buffer.buffer(), List.of(), new Progress(0, 0, from, 0), true, false);
        }

        /** Nothing is sent, and it waits for a product. */
        boolean waits() {
            return loading && frames.length() == 0;
        }
    }

    /** Whether there is more behind a place. */
    boolean isDue(Progress at, long[] snapshot) {
        return at.isIn(snapshot) || at.next() < log.end();
    }

    /** Index of the next entry at a place. */
    static long index(Progress at, long[] snapshot) {
        return at.isIn(snapshot) ? snapshot[at.snapshotNext()] : at.next();
    }

    /** When an entry was released. */
    Instant releasedAt(long index) {
        return Times.ofMicros(log.releasedMicros(index));
    }

    /**
     * Gathers what is due to all who stand at a place: nothing from a message on that is told to each in its own way, and
     * nothing where they ask by an expression, which may take its time, but not that of others.
     *
     * @param wakeUp called when a product that is being read or made is there
     */
    Gathered gatherForAll(SharedBatches.Place place, Runnable wakeUp) {
        return filter.isExpression()
                ? Gathered.nothing(place.from())
                : gather(new Progress(0, 0, place.from(), 0), new long[0], place.maxBytes(), message -> null, wakeUp);
    }

    /**
     * Gathers what is due, decided now; never blocks.
     *
     * @param from the place
     * @param snapshot indexes that come before the place's own
     * @param maxBytes how much, about
     * @param told a message of the log as it is told here; null where it isn't, and nothing is gathered behind it
     * @param wakeUp called when a product that is being read or made is there
     */
    Gathered gather(
            Progress from,
            long[] snapshot,
            int maxBytes,
            Function<SubscribeResponse, @Nullable SubscribeResponse> told,
            Runnable wakeUp) {
        Frames.Row frames = Frames.row();
        List<Variants.Found.Ready> products = new ArrayList<>();
        boolean own = from.isIn(snapshot);
        boolean loading = false;
        Progress at = from;
        while (frames.bytes() < maxBytes && isDue(at, snapshot)) {
            if (!at.isIn(snapshot) && at.next() < log.first()) {
                frames.add(LiveSubscription.gap(GapReason.GAP_REASON_TRIMMED, null, releasedAt(log.first())));
                at = at.at(log.first());
                continue;
            }
            long index = index(at, snapshot);
            boolean isDelivery = false;
            Optional<SubscribeResponse> message = log.told(index);
            if (message.isPresent()) {
                own = true;
                SubscribeResponse here = told.apply(message.get());
                if (here == null) {
                    break;
                }
                frames.add(Frames.frame(here));
            } else {
                Variants.Found found = variants.find(audience, log.position(index), wakeUp);
                if (found instanceof Variants.Found.Loading) {
                    own = true;
                    loading = true;
                    break;
                }
                if (found instanceof Variants.Found.Ready ready) {
                    if (filter.matches(ready.product())) {
                        frames.add(ready.frame(text));
                        products.add(ready);
                        isDelivery = true;
                    }
                } else if (found instanceof Variants.Found.Damaged) {
                    frames.add(
                            LiveSubscription.gap(GapReason.GAP_REASON_DAMAGED, releasedAt(index), releasedAt(index)));
                } else if (found instanceof Variants.Found.Trimmed) {
                    frames.add(
                            LiveSubscription.gap(GapReason.GAP_REASON_TRIMMED, releasedAt(index), releasedAt(index)));
                }
                // withheld by another policy than it was released under: nothing is said; withdrawn: the notice says it
            }
            at = at.isIn(snapshot) ? at.ofSnapshot(isDelivery) : at.live(isDelivery);
        }
        return new Gathered(frames.joined(), products, at, own, loading);
    }
}
