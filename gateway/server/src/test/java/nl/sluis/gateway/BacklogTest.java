package nl.sluis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import nl.sluis.gateway.FlowUnderTest.MovedClock;
import nl.sluis.gateway.FlowUnderTest.Reader;
import nl.sluis.gateway.hazard.ElementScreening;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.Progress;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.journal.v1.StoredRelease;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.Label;
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
    private static final String READER = "nor/north-watch";
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
        fill(clock, products);
        try (FlowUnderTest flow = open(clock)) {
            SubscribeRequest all = SubscribeRequest.newBuilder()
                    .setTime(Times.timestamp(Instant.EPOCH))
                    .build();
            // what is loaded once for all readers is not this reader's
            flow.subscribe(READER, all).poll();

            long before = usedHeap();
            Reader stalled = flow.subscribe(READER, all);
            stalled.pollUntil(SubscribeResponse::hasDelivery);
            long cost = usedHeap() - before;
            System.out.printf("backlog of %d products: reader %d KiB of heap%n", products, cost / 1024);
            assertThat(cost).as("heap of a reader that does not read, bytes").isLessThan(heapBytesMax);

            long start = System.nanoTime();
            BitSet read = new BitSet();
            long count = take(stalled, read);
            while (stalled.subscription().behind()) {
                stalled.pollUntil(message -> true);
                count += take(stalled, read);
            }
            System.out.printf(
                    "backlog of %d products: replay %.0f products/s%n",
                    products, products / ((System.nanoTime() - start) * 1e-9));
            assertThat(count).as("delivered").isEqualTo(products);
            assertThat(read.cardinality()).as("different ones").isEqualTo(products);
        }
    }

    /** Takes out what a reader was given; notes the numbers of the products and returns how many deliveries there were. */
    private static long take(Reader reader, BitSet numbers) throws InvalidProtocolBufferException {
        long count = 0;
        for (SubscribeResponse message : reader.messages) {
            if (message.hasDelivery()) {
                Product product = Product.parseFrom(message.getDelivery().getPayload());
                numbers.set((int) product.getConjunction().getMissDistanceM());
                count++;
            }
        }
        reader.messages.clear();
        return count;
    }

    private static long usedHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private FlowUnderTest open(MovedClock clock) throws Exception {
        return new FlowUnderTest(folder, clock, elements -> new ElementScreening.Found(List.of(), List.of()));
    }

    /** Leaves products and their releases to the reader's audience in the journal, as a release stage would have. */
    private void fill(MovedClock clock, int products) throws Exception {
        Basis basis;
        String audience;
        try (FlowUnderTest flow = open(clock)) {
            Label label = flow.label("{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: NLD/catalogue}");
            basis = Basis.newBuilder()
                    .addContributionIds("contribution")
                    .setLabel(label)
                    .addSourceLabels(label)
                    .setReceived(flow.now())
                    .build();
            audience = flow.audience(READER);
        }
        ByteString padding = ByteString.copyFrom(new byte[PAYLOAD_BYTES]);
        try (Journal journal = EmbeddedJournal.open(folder.resolve("journal"), clock, StoreLimits.DEFAULT)) {
            for (int done = 0; done < products; done += APPENDED_AT_ONCE) {
                List<NewEntry> batch = new ArrayList<>();
                List<NewEntry> releases = new ArrayList<>();
                int end = Math.min(products, done + APPENDED_AT_ONCE);
                for (int i = done; i < end; i++) {
                    StoredProduct product = product(basis, i, padding);
                    batch.add(NewEntry.of(product.toByteArray()));
                    releases.add(NewEntry.of(StoredRelease.newBuilder()
                            .setProductPosition(i + 1)
                            .setProductId(product.getProduct().getProductId())
                            .addAudiences(audience)
                            .build()
                            .toByteArray()));
                }
                journal.append(LogName.PRODUCTS, batch).join();
                journal.advance(LogName.RELEASED, releases, new Progress("release", 1, end))
                        .join();
            }
        }
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
