package nl.sluis.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.rpc.Code;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import nl.sluis.gateway.FlowUnderTest.MovedClock;
import nl.sluis.gateway.hazard.ElementScreening;
import nl.sluis.gateway.identity.Role;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.ingest.IngestException;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.LogName;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.proto.v1.CollisionProbability;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Delivery;
import nl.sluis.proto.v1.ListWithdrawalsRequest;
import nl.sluis.proto.v1.MeanElements;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.RelabelRequest;
import nl.sluis.proto.v1.StartSnapshot;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.WithdrawRequest;
import nl.sluis.proto.v1.Withdrawal;
import nl.sluis.proto.v1.Withdrawn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an originator takes back: nobody has it any more, and whoever had it is told. Histories by seed. */
class WithdrawalTest {
    private static final int HISTORIES = 4;
    private static final int STEPS = 30;
    private static final String CATALOGUE = "nld/catalogue";
    private static final String CONJUNCTIONS = "usa/conjunctions";
    private static final String PUBLIC = "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: NLD/catalogue}";
    private static final String ALLIED = "{NATO: restricted, rel: [NATO], owner: USA/conjunctions}";
    private static final String ALLIED_SECRET = "{NATO: secret, rel: [NATO], owner: USA/conjunctions}";
    private static final List<String> SUBSCRIBERS = List.of("deu/space-watch", "nor/north-watch", "lux/acme-space");
    private static final SubscribeRequest SNAPSHOT = SubscribeRequest.newBuilder()
            .setSnapshot(StartSnapshot.getDefaultInstance())
            .build();

    @TempDir
    private Path folder;

    private final MovedClock clock = new MovedClock();

    @Test
    void after_a_withdrawal_nothing_made_of_it_is_in_any_snapshot_and_whoever_got_it_was_told() throws Exception {
        for (int seed = 0; seed < HISTORIES; seed++) {
            try (FlowUnderTest flow = new FlowUnderTest(folder.resolve("seed-" + seed), clock, WithdrawalTest::pairs)) {
                History history = new History(flow, new Random(seed), true);
                Map<String, List<SubscribeResponse>> received = history.play(SUBSCRIBERS);

                for (String tenant : SUBSCRIBERS) {
                    Set<String> derived = history.madeOfWithdrawn();
                    List<SubscribeResponse> now =
                            flow.subscribe(tenant, SNAPSHOT).read().messages;
                    assertThat(deliveries(now))
                            .as("snapshot of %s, seed %d", tenant, seed)
                            .noneMatch(derived::contains);
                    Set<String> told = told(received.get(tenant));
                    assertThat(deliveries(received.get(tenant)))
                            .as("what %s got, seed %d", tenant, seed)
                            .filteredOn(derived::contains)
                            .allMatch(told::contains);
                }
            }
        }
    }

    @Test
    void withdrawing_what_an_audience_may_not_see_changes_no_byte_of_its_stream() throws Exception {
        for (int seed = 100; seed < 100 + HISTORIES / 2; seed++) {
            List<List<SubscribeResponse>> streams = new ArrayList<>();
            for (boolean withheldToo : List.of(true, false)) {
                MovedClock own = new MovedClock();
                try (FlowUnderTest flow =
                        new FlowUnderTest(folder.resolve(seed + "-" + withheldToo), own, WithdrawalTest::pairs)) {
                    streams.add(new History(flow, new Random(seed), withheldToo)
                            .play(List.of("lux/acme-space"))
                            .get("lux/acme-space"));
                }
            }
            assertThat(streams.get(0)).as("seed %d", seed).isNotEmpty().isEqualTo(streams.get(1));
        }
    }

    @Test
    void a_withdrawal_asks_for_an_answer_until_it_comes_and_an_officer_sees_who_has_not_answered() throws Exception {
        try (FlowUnderTest flow = new FlowUnderTest(folder, clock, WithdrawalTest::pairs)) {
            String id = flow.contribute(CONJUNCTIONS, conjunction(flow, "c", 1, ALLIED, 1e-9));
            FlowUnderTest.Reader north =
                    flow.subscribe("nor/north-watch", SNAPSHOT).read();
            Delivery got = deliveriesOf(north.messages).get(0);

            withdraw(flow, CONJUNCTIONS, id);
            Withdrawn notice = withdrawnOf(north.read().messages).get(0);
            assertThat(notice.getProductId()).isEqualTo(got.getProductId());
            assertThat(notice.getVersion()).isEqualTo(got.getVersion());
            assertThat(notice.getAcknowledge()).isTrue();
            north.close();
            assertThat(withdrawnOf(flow.subscribe("nor/north-watch", SNAPSHOT).read().messages))
                    .as("asked again")
                    .containsExactly(notice);
            assertThat(unanswered(flow)).containsExactly("nor/north-watch");
            assertThat(withdrawnOf(flow.subscribe("deu/space-watch", SNAPSHOT).read().messages))
                    .as("who came later was not sent it")
                    .isEmpty();

            assertThat(answer(flow, "deu/space-watch", notice)).isFalse();
            assertThat(answer(flow, "nor/north-watch", notice)).isTrue();
            assertThat(answer(flow, "nor/north-watch", notice)).isTrue();
            assertThat(unanswered(flow)).isEmpty();
            assertThat(withdrawnOf(flow.subscribe("nor/north-watch", SNAPSHOT).read().messages))
                    .isEmpty();
        }
    }

    @Test
    void a_restart_forgets_neither_a_withdrawal_nor_who_was_told() throws Exception {
        String id;
        try (FlowUnderTest flow = new FlowUnderTest(folder, clock, WithdrawalTest::pairs)) {
            id = flow.contribute(CONJUNCTIONS, conjunction(flow, "c", 1, ALLIED, 1e-9));
            flow.contribute(CATALOGUE, conjunction(flow, "d", 2, PUBLIC, 1e-9));
            // reading when the gateway dies
            flow.subscribe("nor/north-watch", SNAPSHOT).read();
        }
        try (FlowUnderTest flow = new FlowUnderTest(folder, clock, WithdrawalTest::pairs)) {
            withdraw(flow, CONJUNCTIONS, id);
            flow.settle();
        }
        try (FlowUnderTest flow = new FlowUnderTest(folder, clock, WithdrawalTest::pairs)) {
            List<SubscribeResponse> messages =
                    flow.subscribe("nor/north-watch", SNAPSHOT).read().messages;
            assertThat(withdrawnOf(messages)).hasSize(1);
            assertThat(deliveriesOf(messages)).hasSize(1);
            assertThat(unanswered(flow)).containsExactly("nor/north-watch");
        }
    }

    @Test
    void a_new_label_takes_the_product_from_those_who_may_no_longer_have_it_and_leaves_it_to_the_others()
            throws Exception {
        try (FlowUnderTest flow = new FlowUnderTest(folder, clock, WithdrawalTest::pairs)) {
            String id = flow.contribute(CONJUNCTIONS, conjunction(flow, "c", 1, ALLIED, 1e-9));
            FlowUnderTest.Reader north =
                    flow.subscribe("nor/north-watch", SNAPSHOT).read();
            FlowUnderTest.Reader spaceWatch =
                    flow.subscribe("deu/space-watch", SNAPSHOT).read();

            relabel(flow, id, ALLIED_SECRET);
            assertThat(withdrawnOf(north.read().messages)).hasSize(1);
            assertThat(deliveriesOf(north.messages)).hasSize(1);
            assertThat(withdrawnOf(spaceWatch.read().messages)).hasSize(1);
            assertThat(deliveriesOf(spaceWatch.messages)).hasSize(2);

            withdraw(flow, CONJUNCTIONS, id);
            assertThat(withdrawnOf(spaceWatch.read().messages)).hasSize(2);
            assertThat(deliveriesOf(flow.subscribe("deu/space-watch", SNAPSHOT).read().messages))
                    .isEmpty();
        }
    }

    @Test
    void only_the_originator_and_its_nations_officers_may_and_for_others_it_does_not_exist() throws Exception {
        try (FlowUnderTest flow = new FlowUnderTest(folder, clock, WithdrawalTest::pairs)) {
            String id = flow.contribute(CATALOGUE, conjunction(flow, "c", 1, PUBLIC, 1e-9));

            assertRefused(Code.NOT_FOUND, () -> withdraw(flow, CONJUNCTIONS, id));
            assertRefused(Code.NOT_FOUND, () -> withdraw(flow, CATALOGUE, "no-such-id"));
            assertRefused(
                    Code.INVALID_ARGUMENT,
                    () -> join(flow.changes()
                            .withdraw(
                                    FlowUnderTest.caller(CATALOGUE, Role.CONTRIBUTOR),
                                    WithdrawRequest.newBuilder()
                                            .setContributionId(id)
                                            .build())));
            join(flow.changes().withdraw(FlowUnderTest.caller("nld/ssa-centre", Role.OFFICER), request(id)));
            assertRefused(Code.FAILED_PRECONDITION, () -> relabel(flow, CATALOGUE, id, PUBLIC));
            assertThatThrownBy(() -> flow.contribute(CATALOGUE, conjunction(flow, "c", 1, PUBLIC, 1e-9)))
                    .hasMessageContaining("used before");
        }
    }

    /** A history of contributions, withdrawals and new labels. */
    private static final class History {
        private final FlowUnderTest flow;
        private final Random random;
        private final boolean withheldToo;
        private final Map<String, String> standing = new TreeMap<>();
        private final Set<String> withdrawn = new HashSet<>();
        private int items;

        /** @param withheldToo whether what an operator may not see takes place as well */
        History(FlowUnderTest flow, Random random, boolean withheldToo) {
            this.flow = flow;
            this.random = random;
            this.withheldToo = withheldToo;
        }

        Map<String, List<SubscribeResponse>> play(List<String> subscribers) throws Exception {
            Map<String, FlowUnderTest.Reader> readers = new HashMap<>();
            Map<String, List<SubscribeResponse>> received = new HashMap<>();
            for (String tenant : subscribers) {
                readers.put(tenant, flow.subscribe(tenant, SNAPSHOT));
                received.put(tenant, new ArrayList<>());
            }
            for (int step = 0; step < STEPS; step++) {
                step(random.nextInt(10), random.nextInt(6), random.nextDouble());
                String tenant = subscribers.get(random.nextInt(subscribers.size()));
                FlowUnderTest.Reader reader = readers.get(tenant).read();
                if (random.nextInt(4) == 0) {
                    received.get(tenant).addAll(reader.messages);
                    reader.close();
                    readers.put(tenant, flow.subscribe(tenant, resume(reader.messages)));
                }
            }
            for (String tenant : subscribers) {
                received.get(tenant).addAll(readers.get(tenant).read().messages);
            }
            return received;
        }

        private static SubscribeRequest resume(List<SubscribeResponse> messages) {
            return messages.stream()
                    .filter(SubscribeResponse::hasCheckpoint)
                    .reduce((a, b) -> b)
                    .map(last -> SubscribeRequest.newBuilder()
                            .setCursor(last.getCheckpoint().getCursor())
                            .build())
                    .orElse(SNAPSHOT);
        }

        private void step(int what, int object, double which) throws Exception {
            String name = "item-" + items++;
            if (what < 3) {
                standing.put(name, flow.contribute(CATALOGUE, conjunction(flow, name, object, PUBLIC, 1e-9)));
            } else if (what < 5) {
                standing.put(name, flow.contribute(CATALOGUE, elements(flow, name, object)));
            } else if (what < 8) {
                Contribution withheld = conjunction(flow, name, object, ALLIED, 1e-9);
                if (withheldToo) {
                    standing.put("withheld-" + name, flow.contribute(CONJUNCTIONS, withheld));
                } else {
                    flow.tick();
                }
            } else {
                change("item", which);
                change("withheld", which);
            }
        }

        private void change(String prefix, double which) throws Exception {
            List<String> names = standing.keySet().stream()
                    .filter(name -> name.startsWith(prefix))
                    .toList();
            flow.tick();
            if (names.isEmpty()) {
                return;
            }
            String name = names.get((int) (which * names.size()));
            String id = standing.get(name);
            boolean own = prefix.equals("item");
            if (!own && which > 0.5 && !name.endsWith("secret")) {
                relabel(flow, id, ALLIED_SECRET);
                withdrawn.add(id);
                standing.remove(name);
                standing.put(name + "-secret", id);
            } else {
                withdraw(flow, own ? CATALOGUE : CONJUNCTIONS, id);
                withdrawn.add(name.endsWith("secret") ? id + "/1" : id);
                standing.remove(name);
            }
        }

        /** "product/version" of everything that was made of what was withdrawn. */
        Set<String> madeOfWithdrawn() throws Exception {
            Set<String> made = new HashSet<>();
            Set<String> standingNow = new HashSet<>();
            for (Entry entry : flow.journal().read(LogName.PRODUCTS, 1, 10_000)) {
                StoredProduct stored = StoredProduct.parseFrom(entry.payload());
                Product product = stored.getProduct();
                boolean derived =
                        stored.getBasis().getContributionIdsList().stream().anyMatch(withdrawn::contains);
                (derived ? made : standingNow).add(product.getProductId() + "/" + product.getVersion());
            }
            assertThat(made).as("product and version name one thing here").doesNotContainAnyElementsOf(standingNow);
            return made;
        }
    }

    /** A screening that finds each object near the next one. */
    private static ElementScreening.Found pairs(List<MeanElements> elements) {
        List<ConjunctionWarning> found = new ArrayList<>();
        for (int i = 1; i < elements.size(); i++) {
            found.add(ConjunctionWarning.newBuilder()
                    .setConjunctionId("pair-" + i)
                    .setMissDistanceM(i)
                    .setObject1(ConjunctionObject.newBuilder()
                            .setObject(elements.get(i - 1).getObject()))
                    .setObject2(ConjunctionObject.newBuilder()
                            .setObject(elements.get(i).getObject()))
                    .build());
        }
        return new ElementScreening.Found(found, List.of());
    }

    private static Contribution conjunction(
            FlowUnderTest flow, String name, int object, String label, double probability) {
        return Contribution.newBuilder()
                .setClientId(name)
                .setLabel(flow.label(label))
                .setConjunction(ConjunctionWarning.newBuilder()
                        .setMissDistanceM(100 + object)
                        .setProbability(CollisionProbability.newBuilder().setValue(probability))
                        .setObject1(ConjunctionObject.newBuilder().setObject(object(object)))
                        .setObject2(ConjunctionObject.newBuilder().setObject(object(object + 100))))
                .build();
    }

    private static Contribution elements(FlowUnderTest flow, String name, int object) {
        return Contribution.newBuilder()
                .setClientId(name)
                .setLabel(flow.label(PUBLIC))
                .setElements(MeanElements.newBuilder().setObject(object(object)).setEpoch(flow.now()))
                .build();
    }

    private static ObjectReference object(int number) {
        return ObjectReference.newBuilder().setCatalogueNumber(40_000 + number).build();
    }

    private static WithdrawRequest request(String id) {
        return WithdrawRequest.newBuilder()
                .setContributionId(id)
                .setReason("mislabelled")
                .build();
    }

    private static void withdraw(FlowUnderTest flow, String tenant, String id) {
        join(flow.changes().withdraw(FlowUnderTest.caller(tenant, Role.CONTRIBUTOR), request(id)));
    }

    private static void relabel(FlowUnderTest flow, String id, String label) {
        relabel(flow, CONJUNCTIONS, id, label);
    }

    private static void relabel(FlowUnderTest flow, String tenant, String id, String label) {
        join(flow.changes()
                .relabel(
                        FlowUnderTest.caller(tenant, Role.CONTRIBUTOR),
                        RelabelRequest.newBuilder()
                                .setContributionId(id)
                                .setLabel(flow.label(label))
                                .setReason("mislabelled")
                                .build()));
    }

    private static <T> T join(java.util.concurrent.CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static void assertRefused(Code code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        IngestException.class,
                        refused -> assertThat(refused.status().getCode()).isEqualTo(code.getNumber()));
    }

    private static boolean answer(FlowUnderTest flow, String tenant, Withdrawn notice) {
        return join(flow.withdrawals().acknowledge(TenantId.parse(tenant), notice.getProductId(), notice.getVersion()))
                .isPresent();
    }

    private static List<String> unanswered(FlowUnderTest flow) {
        return flow
                .withdrawalList()
                .page(
                        TenantId.parse("nld/ssa-centre"),
                        ListWithdrawalsRequest.newBuilder().setUnanswered(true).build())
                .getWithdrawalsList()
                .stream()
                .map(Withdrawal::getRecipientsList)
                .flatMap(List::stream)
                .map(recipient -> recipient.getTenant())
                .toList();
    }

    private static List<Delivery> deliveriesOf(List<SubscribeResponse> messages) {
        return messages.stream()
                .filter(SubscribeResponse::hasDelivery)
                .map(SubscribeResponse::getDelivery)
                .toList();
    }

    private static List<String> deliveries(List<SubscribeResponse> messages) {
        return deliveriesOf(messages).stream()
                .map(delivery -> delivery.getProductId() + "/" + delivery.getVersion())
                .toList();
    }

    private static List<Withdrawn> withdrawnOf(List<SubscribeResponse> messages) {
        return messages.stream()
                .filter(SubscribeResponse::hasWithdrawn)
                .map(SubscribeResponse::getWithdrawn)
                .toList();
    }

    private static Set<String> told(List<SubscribeResponse> messages) {
        Set<String> told = new HashSet<>();
        withdrawnOf(messages).forEach(notice -> {
            for (int version = notice.getSinceVersion(); version <= notice.getVersion(); version++) {
                told.add(notice.getProductId() + "/" + version);
            }
        });
        return told;
    }
}
