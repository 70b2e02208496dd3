package nl.sluis.partner;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import nl.sluis.proto.v1.ContributionServiceGrpc;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscriptionServiceGrpc;
import nl.sluis.proto.v1.TenantServiceGrpc;

/**
 * A partner's connection to a gateway. Safe for use by several threads.
 *
 * <pre>{@code
 * try (PartnerClient client = PartnerClient.open(context)) {
 *     Subscription subscription = client.subscribe(request, product -> store(product));
 *     subscription.end().toCompletableFuture().join();
 * }
 * }</pre>
 */
public final class PartnerClient implements AutoCloseable {
    private static final long SHUTDOWN_MAX_S = 5;

    private final ManagedChannel channel;
    private final DeliveryVerifier verifier;
    private final Scheduler scheduler;
    private final RandomGenerator random;
    private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();

    PartnerClient(
            ManagedChannel channel, Collection<PublicKey> signingKeys, Scheduler scheduler, RandomGenerator random) {
        this.channel = channel;
        this.verifier = new DeliveryVerifier(signingKeys);
        this.scheduler = scheduler;
        this.random = random;
    }

    /**
     * Opens a client; it connects at the first call.
     *
     * @throws ContextFileException if a file of the context cannot be used
     */
    public static PartnerClient open(PartnerContext context) throws ContextFileException {
        Credentials credentials = Credentials.load(context);
        return new PartnerClient(
                Channels.open(context, credentials), credentials.signingKeys(), Scheduler.system(), new SecureRandom());
    }

    /** Subscribes with {@link SubscriptionOptions#DEFAULT}. */
    public Subscription subscribe(SubscribeRequest request, SubscriptionListener listener) {
        try {
            return subscribe(request, listener, SubscriptionOptions.DEFAULT);
        } catch (IOException e) {
            throw new IllegalStateException("no cursor is kept, so none can fail to be read", e);
        }
    }

    /**
     * Subscribes, and stays subscribed through every interruption until the subscription is cancelled or cannot succeed.
     *
     * @throws IOException if the saved cursor cannot be read
     */
    public Subscription subscribe(SubscribeRequest request, SubscriptionListener listener, SubscriptionOptions options)
            throws IOException {
        Subscription subscription = new Subscription(
                SubscriptionServiceGrpc.newStub(channel), request, listener, options, verifier, scheduler, random);
        open.add(subscription);
        subscription.end().thenRun(() -> open.remove(subscription));
        subscription.start();
        return subscription;
    }

    /** Opens a stream of contributions. */
    public Contributor contributor(ContributorOptions options) {
        Contributor contributor = new Contributor(ContributionServiceGrpc.newStub(channel), options, scheduler, random);
        open.add(contributor);
        contributor.end().thenRun(() -> open.remove(contributor));
        contributor.connect();
        return contributor;
    }

    /** Calls that ask who the gateway takes the caller for. */
    public TenantServiceGrpc.TenantServiceBlockingStub tenants() {
        return TenantServiceGrpc.newBlockingStub(channel);
    }

    /** The channel, for every other service of the contract. */
    public Channel channel() {
        return channel;
    }

    /** Ends all subscriptions and contributors, then the connection. */
    @Override
    public void close() {
        for (AutoCloseable each : open) {
            try {
                each.close();
            } catch (Exception e) {
                throw new IllegalStateException("closing a stream does not fail", e);
            }
        }
        channel.shutdown();
        try {
            if (!channel.awaitTermination(SHUTDOWN_MAX_S, TimeUnit.SECONDS)) {
                channel.shutdownNow();
            }
        } catch (InterruptedException e) {
            channel.shutdownNow();
            Thread.currentThread().interrupt();
        }
        scheduler.close();
    }
}
