package nl.sluis.gateway.rpc;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import nl.sluis.gateway.identity.TenantId;

/** What one tenant uses of the port, over all its connections, against its quota. Any thread. */
final class TenantUsage {
    /** Answers to a quota that was used up by something of unknown length. */
    static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Supplier<TenantQuota> quota;
    private final Rate messages;
    private final Rate bytes;
    private int connections;
    private long unfinishedBytes;

    TenantUsage(Supplier<TenantQuota> quota, LongSupplier nanoTime) {
        this.quota = quota;
        this.messages = new Rate("messages", nanoTime);
        this.bytes = new Rate("bytes", nanoTime);
    }

    /** The usage of each tenant that ever called, of which there are as many as in the list of tenants. */
    static final class Table {
        private final Map<TenantId, TenantUsage> usages = new ConcurrentHashMap<>();
        private final TenantQuotas quotas;
        private final LongSupplier nanoTime;

        Table(TenantQuotas quotas, LongSupplier nanoTime) {
            this.quotas = quotas;
            this.nanoTime = nanoTime;
        }

        TenantUsage of(TenantId tenant) {
            return usages.computeIfAbsent(tenant, one -> new TenantUsage(() -> quotas.of(one), nanoTime));
        }
    }

    /** How many connections may be open. */
    int connectionsMax() {
        return quota.get().connections();
    }

    /** One more connection is open. @return how many there are now */
    synchronized int connectionOpened() {
        return ++connections;
    }

    synchronized void connectionClosed() {
        connections--;
    }

    /** Takes a message into account, or refuses it. */
    synchronized void received(int messageBytes) {
        TenantQuota now = quota.get();
        messages.require(now.messagesPerS());
        bytes.require(now.bytesPerS());
        messages.take(1);
        bytes.take(messageBytes);
    }

    /** Takes bytes of unfinished requests into account, or less of them where negative; refuses what is too much. */
    synchronized void holds(long moreBytes) {
        long most = quota.get().unfinishedBytes();
        unfinishedBytes += moreBytes;
        if (moreBytes > 0 && unfinishedBytes > most) {
            throw Errors.exhausted("unfinished request bytes", "at most " + most + " a tenant", RETRY_AFTER);
        }
    }

    /**
     * A balance that fills at a rate, up to {@link TenantQuota#BURST_S} seconds of it. Whoever finds it above zero may
     * take any amount and leave a debt, so that no message is too large for it.
     */
    private static final class Rate {
        private static final double NANOS_PER_S = 1e9;

        private final String what;
        private final LongSupplier nanoTime;
        private double balance;
        private long atNanos;
        private boolean started;

        Rate(String what, LongSupplier nanoTime) {
            this.what = what;
            this.nanoTime = nanoTime;
        }

        void require(long perS) {
            long now = nanoTime.getAsLong();
            double most = (double) perS * TenantQuota.BURST_S;
            balance = started ? Math.min(most, balance + (now - atNanos) / NANOS_PER_S * perS) : most;
            started = true;
            atNanos = now;
            if (balance <= 0) {
                // a whole second at least, so that what comes back finds more than one message's worth
                long waitNanos = (long) ((1.0 + -balance / perS) * NANOS_PER_S);
                throw Errors.exhausted(what, "at most " + perS + " per second", Duration.ofNanos(waitNanos));
            }
        }

        void take(long amount) {
            balance -= amount;
        }
    }
}
