package nl.sluis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import nl.sluis.gateway.FlowUnderTest.MovedClock;
import nl.sluis.gateway.FlowUnderTest.Reader;
import nl.sluis.gateway.hazard.ElementScreening;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reader that takes nothing costs its place in the log and the batch under way, however much waits for it. */
class BacklogTest {
    private static final int PAYLOAD_BYTES = 600;
    private static final int OBJECTS = 1_000;
    private static final int APPENDED_AT_ONCE = 500;
    private static final long GIB = 1024L * 1024 * 1024;

    @TempDir
    private Path folder;

    @Test
    void a_few_megabytes_of_backlog_cost_next_to_nothing_and_are_all_read_later() throws Exception {
        backlog(2_000, 4L * 1024 * 1024);
    }

    @Test
    @Tag("long")
    void a_gibibyte_of_backlog_costs_less_than_32_mib_of_heap() throws Exception {
        backlog((int) (GIB / PAYLOAD_BYTES), 32L * 1024 * 1024);
    }

    private void backlog(int products, long heapBytesMax) throws Exception {
        MovedClock clock = new MovedClock();
        try (FlowUnderTest flow =
                new FlowUnderTest(folder, clock, elements -> new ElementScreening.Found(List.of(), List.of()))) {
            fill(flow, products);
            SubscribeRequest all = SubscribeRequest.newBuilder()
                    .setTime(Times.timestamp(Instant.EPOCH))
                    .build();
            // what is loaded once for all readers is not this reader's
            flow.subscribe("nor/north-watch", all).poll();

            long before = usedHeap();
            Reader stalled = flow.subscribe("nor/north-watch", all);
            stalled.pollUntil(SubscribeResponse::hasDelivery);
            long cost = usedHeap() - before;
            assertThat(cost).as("heap of a reader that does not read, bytes").isLessThan(heapBytesMax);

            long start = System.nanoTime();
            long read = stalled.messages.stream()
                    .filter(SubscribeResponse::hasDelivery)
                    .count();
            stalled.messages.clear();
            while (stalled.subscription().behind()) {
                stalled.pollUntil(message -> true);
                read += stalled.messages.stream()
                        .filter(SubscribeResponse::hasDelivery)
                        .count();
                stalled.messages.clear();
            }
            System.out.printf(
                    "backlog of %d products: reader %d KiB of heap, replay %.0f products/s%n",
                    products, cost / 1024, products / ((System.nanoTime() - start) * 1e-9));
            assertThat(read).isEqualTo(products);
        }
    }

    private static long usedHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static void fill(FlowUnderTest flow, int products) throws Exception {
        Basis basis = Basis.newBuilder()
                .addContributionIds("contribution")
                .setLabel(flow.label("{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: NLD/catalogue}"))
                .setReceived(flow.now())
                .build();
        basis = basis.toBuilder().addSourceLabels(basis.getLabel()).build();
        ByteString padding = ByteString.copyFrom(new byte[PAYLOAD_BYTES]);
        for (int done = 0; done < products; done += APPENDED_AT_ONCE) {
            List<NewEntry> batch = new ArrayList<>();
            for (int i = done; i < Math.min(products, done + APPENDED_AT_ONCE); i++) {
                batch.add(NewEntry.of(product(basis, i, padding).toByteArray()));
            }
            flow.journal().append(LogName.PRODUCTS, batch).join();
        }
        flow.settle(Duration.ofMinutes(30));
    }

    private static StoredProduct product(Basis basis, int number, ByteString padding) {
        ConjunctionObject object1 = object(number % OBJECTS + 1);
        ConjunctionObject object2 = object(number % OBJECTS + OBJECTS + 1);
        return StoredProduct.newBuilder()
                .setBasis(basis)
                .setProduct(Product.newBuilder()
                        .setProductId("product-" + number % OBJECTS)
                        .setVersion(number / OBJECTS + 1)
                        .setKind(ProductKind.PRODUCT_KIND_CONJUNCTION)
                        .setCreated(basis.getReceived())
                        .setDataMode(DataMode.DATA_MODE_REAL)
                        .setConjunction(ConjunctionWarning.newBuilder()
                                .setMissDistanceM(number)
                                .addComments(padding.toStringUtf8().replace('\0', '-'))
                                .setObject1(object1)
                                .setObject2(object2)))
                .addObjects(object1.getObject())
                .addObjects(object2.getObject())
                .build();
    }

    private static ConjunctionObject object(int number) {
        return ConjunctionObject.newBuilder()
                .setObject(ObjectReference.newBuilder().setCatalogueNumber(number))
                .build();
    }
}
