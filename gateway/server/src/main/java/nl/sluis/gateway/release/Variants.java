package nl.sluis.gateway.release;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.buffer.Buffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import nl.sluis.gateway.item.CcsdsText;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.Thresholds;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.StoreException;
import nl.sluis.gateway.store.StoreException.Code;
import nl.sluis.journal.v1.StoredDelivery;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.partner.audit.BasisDigest;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.decide.Coarsening;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.Obligations;
import nl.sluis.policy.decide.Redaction;
import nl.sluis.policy.label.LabelException;
import nl.sluis.proto.v1.AuditEntry;
import nl.sluis.proto.v1.AuditEvent;
import nl.sluis.proto.v1.BoundLabel;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Delivery;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.TextForm;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of products. A product is decided again before it is sent; audiences with equal obligations get one variant,
 * which is redacted, signed and encoded once and sent to many.
 */
public final class Variants {
    /** Products kept decoded; a stream that is further behind reads the journal. 4,096 of some kilobytes each. */
    private static final int PRODUCTS_KEPT_MAX = 4_096;

    /** Wait before a journal that did not answer is asked again. */
    private static final Duration RETRY = Duration.ofMillis(200);

    /** Products read from the journal at once when one is missing. */
    private static final int READ_AHEAD = 64;

    /** Longest wait of one question for a product that is being read, ms, and how often one waits: 10 s in all. */
    private static final long WAIT_MAX_MS = 2_500;

    private static final int WAITS_MAX = 4;
    /** More than could be guessed. */
    private static final int SALT_BYTES = 16;

    private static final Logger LOG = LoggerFactory.getLogger(Variants.class);

    private final PolicyInForce policy;
    private final Signer signer;
    private final CoarseProducts coarse;
    private final Thresholds thresholds;
    private final WithdrawnContributions withdrawn;
    private final Journal journal;
    private final Executor readers;
    private final SecureRandom random;
    private final Counter encoded;
    private final Counter unfulfilled;
    private final Map<Long, List<Runnable>> loading = new HashMap<>();
    private final Map<Long, Kept> kept = new LinkedHashMap<>(256, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Kept> eldest) {
            return size() > PRODUCTS_KEPT_MAX;
        }
    };

    /**
     * @param policy the policy in force
     * @param signer binds labels
     * @param coarsening the secret displacement of orbits
     * @param thresholds from when on a warning is urgent for whom states nothing else
     * @param withdrawn contributions that were taken back
     * @param journal where products are read
     * @param readers runs blocking reads
     * @param random source of salts
     * @param meters where to count
     */
    public Variants(
            PolicyInForce policy,
            Signer signer,
            Coarsening coarsening,
            Thresholds thresholds,
            WithdrawnContributions withdrawn,
            Journal journal,
            Executor readers,
            SecureRandom random,
            MeterRegistry meters) {
        this.policy = policy;
        this.signer = signer;
        this.coarse = new CoarseProducts(coarsening);
        this.thresholds = thresholds;
        this.withdrawn = withdrawn;
        this.journal = journal;
        this.readers = readers;
        this.random = random;
        this.encoded = Counter.builder("sluis.release.variants")
                .description("variants signed and encoded")
                .register(meters);
        this.unfulfilled = Counter.builder("sluis.release.unfulfilled")
                .description("products withheld because an obligation can't be fulfilled")
                .register(meters);
        withdrawn.onChange(() -> {
            // what was made from a contribution is found out when it is read
            synchronized (kept) {
                kept.clear();
            }
        });
    }

    /** What became of a question for a product. */
    public sealed interface Found {
        /**
         * It may be sent.
         *
         * @param product as released
         * @param frame its delivery as a gRPC frame; shared, never to be changed
         * @param texts deliveries with a text beside the product, made so far
         * @param account what {@link DeliveryLog} enters before it is sent
         */
        record Ready(Product product, Buffer frame, Map<TextForm, Buffer> texts, StoredDelivery account)
                implements Found {
            /** Its delivery with a text beside it, made once as well. */
            public Buffer frame(TextForm form) {
                return form == TextForm.TEXT_FORM_UNSPECIFIED ? frame : texts.computeIfAbsent(form, this::withText);
            }

            private Buffer withText(TextForm form) {
                CcsdsText.Made made = CcsdsText.of(product, form);
                SubscribeResponse.Builder message = Frames.parse(frame).toBuilder();
                message.getDeliveryBuilder().setText(made.text().orElse("")).setTextAbsent(made.without());
                return Frames.frame(message.build());
            }
        }

        /** It may not be sent now. */
        record Withheld() implements Found {}

        /** A contribution that it was made from was taken back; whoever got it is told. */
        record Withdrawn() implements Found {}

        /** It is no longer kept. */
        record Trimmed() implements Found {}

        /** It can't be read. */
        record Damaged() implements Found {}

        /** It is being read; the caller is woken when it is there. */
        record Loading() implements Found {}
    }

    /** A variant, before it is known for whom; its texts are made when they are asked for. */
    private record Encoded(
            Product product, Buffer frame, Map<TextForm, Buffer> texts, AuditEntry entry, ByteString salt) {}

    /**
     * What makes one variant differ from another.
     *
     * @param obligations what policy orders
     * @param thresholds from when on the audience calls a warning urgent; of other products empty
     */
    private record Form(Obligations obligations, Optional<Thresholds> thresholds) {
        /** The content with the urgency that it has for the audience: by the probability that it gets, and no other. */
        Message classed(Message content) {
            return thresholds.isPresent() && content instanceof ConjunctionWarning warning
                    ? thresholds.get().classed(warning)
                    : content;
        }
    }

    /** A product that is kept decoded, with the variants made so far; guarded by itself. */
    private static final class Kept {
        final @Nullable StoredItem item;
        final Found otherwise;
        /** Empty where the obligations can't be fulfilled. */
        final Map<Form, Optional<Encoded>> variants = new HashMap<>();

        final Map<Form, List<Runnable>> making = new HashMap<>();

        /** By the audience as it was handed out, which all its subscriptions share. */
        final IdentityHashMap<Audience, Agreed> agreed = new IdentityHashMap<>();

        private @Nullable CompiledPolicy agreedUnder;
        private long agreedSinceMs;
        private long standsUntilMs;

        /** What the first decider said last; filled again, for it goes to nobody. */
        private @Nullable Decision decision;

        private long decidedAtMs;

        Kept(StoredItem item) {
            this.item = item;
            this.otherwise = new Found.Withheld();
        }

        Kept(Found otherwise) {
            this.item = null;
            this.otherwise = otherwise;
        }

        /**
         * What both deciders let an audience have under the policy that holds, at a time that now is part of, and the first
         * does again now: once in a millisecond for all audiences, for it depends on nothing finer.
         */
        Found.@Nullable Ready agreed(Item decided, Audience audience, PolicyInForce policy) {
            CompiledPolicy now = policy.compiled();
            long nowMs = policy.nowMs();
            if (now != agreedUnder || nowMs < agreedSinceMs || nowMs >= standsUntilMs) {
                agreed.clear();
                agreedUnder = now;
                agreedSinceMs = nowMs;
                standsUntilMs = now.standsUntilMs(decided, nowMs);
            }
            Agreed found = agreed.get(audience);
            if (found == null) {
                return null;
            }
            Decision last = decision;
            if (last == null || last.policy() != now || decidedAtMs != nowMs) {
                last = last == null || last.policy() != now ? now.newDecision() : last;
                policy.decideOnce(decided, nowMs, last);
                decision = last;
                decidedAtMs = nowMs;
            }
            return found.isSaidBy(last) ? found.ready() : null;
        }
    }

    /** That both deciders let an audience have a product: the slow one need not say so again while that stands. */
    private record Agreed(CompiledPolicy policy, int audience, Obligations obligations, Found.Ready ready) {
        boolean isSaidBy(Decision decision) {
            return decision.policy() == policy
                    && decision.isReleased(audience)
                    && obligations.equals(decision.obligations(audience));
        }
    }

    /**
     * What a decision depends on beside time and item.
     *
     * @param policy the policy in force
     * @param withdrawn how many contributions were taken back
     */
    public record Standing(CompiledPolicy policy, int withdrawn) {}

    /** What decisions depend on now. */
    public Standing standing() {
        return new Standing(policy.compiled(), withdrawn.count());
    }

    /**
     * What an audience may be sent of a product, decided now. Never blocks.
     *
     * @param audience the audience
     * @param position place of the product in the products log
     * @param wakeUp called once when a product that is being read is there
     */
    public Found find(Audience audience, long position, Runnable wakeUp) {
        Kept found;
        synchronized (kept) {
            Kept present = kept.get(position);
            if (present == null) {
                load(position, wakeUp);
                return new Found.Loading();
            }
            found = present;
        }
        StoredItem item = found.item;
        if (item == null) {
            return found.otherwise;
        }
        synchronized (found) {
            Found.Ready agreed = found.agreed(item.item(), audience, policy);
            if (agreed != null) {
                return agreed;
            }
            return decide(found, item, audience, position, wakeUp);
        }
    }

    private Found decide(Kept found, StoredItem item, Audience audience, long position, Runnable wakeUp) {
        Decision decision = policy.decide(item.item(), audience.tenants().get(0));
        Audience now = decision.policy().bundle().audienceOf(audience.tenants().get(0));
        if (now == null || !now.key().equals(audience.key()) || !decision.isReleased(now.index())) {
            return new Found.Withheld();
        }
        Obligations obligations = Objects.requireNonNull(decision.obligations(now.index()));
        Form form = new Form(
                obligations, item.product().hasConjunction() ? Optional.of(thresholds.of(now)) : Optional.empty());
        Optional<Encoded> made = found.variants.get(form);
        if (made == null) {
            if (obligations.positionSigmaAtLeastM() > 0) {
                makeCoarse(found, item, form, wakeUp);
                return new Found.Loading();
            }
            made = Optional.of(encode(item, StoredItem.body(item.product()), form));
            found.variants.put(form, made);
        }
        if (made.isEmpty()) {
            return new Found.Withheld();
        }
        Found.Ready ready = ready(made.get(), decision, now.index(), position);
        found.agreed.put(audience, new Agreed(decision.policy(), now.index(), obligations, ready));
        return ready;
    }

    private static Found.Ready ready(Encoded variant, Decision decision, int audience, long position) {
        AuditEntry entry = variant.entry().toBuilder()
                .setPolicyVersion(decision.policy().bundle().header().version())
                .build();
        return new Found.Ready(
                variant.product(),
                variant.frame(),
                variant.texts(),
                StoredDelivery.newBuilder()
                        .setEntry(entry.toByteString())
                        .addAllDowngrades(DeliveryLog.downgrades(entry, decision, audience).stream()
                                .map(AuditEntry::toByteString)
                                .toList())
                        .setSalt(variant.salt())
                        .setProductPosition(position)
                        .build());
    }

    /** Orbits take their time to displace, and event loops have none. */
    private void makeCoarse(Kept kept, StoredItem item, Form form, Runnable wakeUp) {
        List<Runnable> waiting = kept.making.get(form);
        if (waiting != null) {
            waiting.add(wakeUp);
            return;
        }
        kept.making.put(form, new ArrayList<>(List.of(wakeUp)));
        readers.execute(() -> {
            Optional<Encoded> made = Optional.empty();
            try {
                made = coarse(item, form);
            } catch (RuntimeException e) {
                LOG.error(
                        "variant can't be made, withheld, product={}",
                        item.product().getProductId(),
                        e);
            }
            List<Runnable> toWake;
            synchronized (kept) {
                kept.variants.put(form, made);
                toWake = kept.making.remove(form);
            }
            if (toWake != null) {
                toWake.forEach(Runnable::run);
            }
        });
    }

    private Optional<Encoded> coarse(StoredItem item, Form form) {
        Optional<Message> body = coarse.of(
                StoredItem.body(item.product()),
                form.obligations().positionSigmaAtLeastM(),
                Instant.ofEpochMilli(item.item().receivedMs()));
        if (body.isEmpty()) {
            // an obligation that can't be fulfilled is a denial
            unfulfilled.increment();
        }
        return body.map(coarsened -> encode(item, coarsened, form));
    }

    /** The same, for a thread that may wait; still loading where the store is away. */
    public Found get(Audience audience, long position) {
        Found found = new Found.Loading();
        for (int i = 0; i < WAITS_MAX && found instanceof Found.Loading; i++) {
            CompletableFuture<Void> there = new CompletableFuture<>();
            found = find(audience, position, () -> there.complete(null));
            if (found instanceof Found.Loading) {
                there.completeOnTimeout(null, WAIT_MAX_MS, TimeUnit.MILLISECONDS)
                        .join();
            }
        }
        return found;
    }

    /** Forgets what was understood and made under another policy. */
    public void policyChanged() {
        synchronized (kept) {
            kept.clear();
        }
    }

    private Encoded encode(StoredItem item, Message content, Form form) {
        Product product = item.product();
        Message body = Redaction.apply(form.classed(content), form.obligations(), this::groupsOf);
        Product released = product.toBuilder()
                .setField(StoredItem.bodyField(product), body)
                .build();
        byte[] payload = released.toByteArray();
        BoundLabel bound = signer.bind(Redaction.label(form.obligations()), payload);
        Delivery delivery = Delivery.newBuilder()
                .setProductId(released.getProductId())
                .setVersion(released.getVersion())
                .setKind(released.getKind())
                .setBoundLabel(bound)
                .setPayload(UnsafeByteOperations.unsafeWrap(payload))
                .build();
        encoded.increment();
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        AuditEntry entry = AuditEntry.newBuilder()
                .setEvent(AuditEvent.AUDIT_EVENT_RELEASED)
                .setItemId(released.getProductId())
                .setVersion(released.getVersion())
                .setVariantSha256(bound.getPayloadSha256())
                .setLabel(bound.getLabel())
                .setBasisSha256(BasisDigest.bind(ByteString.copyFrom(salt), item.basisSha256()))
                .build();
        return new Encoded(
                released,
                Frames.frame(
                        SubscribeResponse.newBuilder().setDelivery(delivery).build()),
                new ConcurrentHashMap<>(),
                entry,
                ByteString.copyFrom(salt));
    }

    private List<String> groupsOf(ObjectReference object) {
        return ObjectKey.of(object)
                .map(key -> policy.bundle().groups().groupsOf(key.text()))
                .orElse(List.of());
    }

    private void load(long position, Runnable wakeUp) {
        List<Runnable> waiting = loading.get(position);
        if (waiting != null) {
            waiting.add(wakeUp);
            return;
        }
        loading.put(position, new ArrayList<>(List.of(wakeUp)));
        readers.execute(() -> read(position));
    }

    private void read(long position) {
        Map<Long, Kept> read = new LinkedHashMap<>();
        int withdrawnBefore = withdrawn.count();
        try {
            for (Entry entry : journal.read(LogName.PRODUCTS, position, READ_AHEAD)) {
                read.put(entry.position(), parse(entry));
            }
        } catch (StoreException e) {
            if (e.code() != Code.POSITION_TRIMMED && e.code() != Code.CORRUPT) {
                // who waits for it goes on waiting: to pass it over would be to lose it
                LOG.warn("product can't be read now, position={} reason={}", position, e.getMessage());
                if (e.code() != Code.CLOSED) {
                    CompletableFuture.delayedExecutor(RETRY.toMillis(), TimeUnit.MILLISECONDS, readers)
                            .execute(() -> read(position));
                }
                return;
            }
            if (e.code() == Code.CORRUPT) {
                LOG.error("product can't be read, position={}", position, e);
            }
            read.put(position, new Kept(e.code() == Code.POSITION_TRIMMED ? new Found.Trimmed() : new Found.Damaged()));
        }
        List<Runnable> toWake = new ArrayList<>();
        synchronized (kept) {
            if (withdrawn.count() != withdrawnBefore) {
                readers.execute(() -> read(position));
                return;
            }
            read.forEach((at, one) -> {
                kept.putIfAbsent(at, one);
                List<Runnable> waiting = loading.remove(at);
                if (waiting != null) {
                    toWake.addAll(waiting);
                }
            });
        }
        toWake.forEach(Runnable::run);
    }

    private Kept parse(Entry entry) {
        try {
            StoredProduct stored = StoredProduct.parseFrom(entry.payload());
            if (stored.hasWithdrawal()
                    || withdrawn.includesOneOf(stored.getBasis().getContributionIdsList())) {
                return new Kept(new Found.Withdrawn());
            }
            return new Kept(StoredItem.of(stored, policy.bundle()));
        } catch (InvalidProtocolBufferException | LabelException | IllegalStateException e) {
            LOG.error("product can't be understood, position={}", entry.position(), e);
            return new Kept(new Found.Damaged());
        }
    }
}
