package nl.sluis.gateway.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.identity.Role;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.Retention;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.journal.v1.QuarantinedContribution;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.proto.v1.ContributeResponse;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Interference;
import nl.sluis.proto.v1.Label;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a contributor is answered: accepted once it is durable, known again, refused and kept, or to come back later. */
class ContributionIngestTest {
    private static final CallerIdentity PRETORIA = new CallerIdentity(
            TenantId.parse("zaf/pretoria"),
            Set.of(Role.CONTRIBUTOR),
            "test",
            "00",
            "1",
            "CN=test",
            Instant.parse("2030-01-01T00:00:00Z"));
    private static final Instant LABELLED = Instant.parse("2026-02-28T00:00:00Z");
    private static final long SMALL_FILE_BYTES = 400_000;

    @TempDir
    private Path folder;

    private final ExecutorService workers = Executors.newFixedThreadPool(2);
    private Instant now = Instant.parse("2026-03-01T00:00:00Z");
    private PolicyBundle bundle;
    private Journal journal;
    private ContributionIngest ingest;

    @BeforeEach
    void open() throws Exception {
        Map<String, byte[]> files = new HashMap<>();
        for (String file : List.of("tenants.yaml", "audiences.yaml", "object-groups.yaml", "nld.yaml", "zaf.yaml")) {
            try (InputStream in = Objects.requireNonNull(
                    ContributionIngest.class.getResourceAsStream("/demo/policy/" + file), file)) {
                files.put(file, in.readAllBytes());
            }
        }
        bundle = PolicyBundle.load(files);
        open(StoreLimits.DEFAULT);
    }

    private void open(StoreLimits limits) {
        journal = EmbeddedJournal.open(folder, () -> now, limits);
        ingest = new ContributionIngest(
                journal, () -> bundle, OrekitData.coverage(), workers, () -> now, new SimpleMeterRegistry());
    }

    @AfterEach
    void close() {
        workers.shutdownNow();
        journal.close();
    }

    @Test
    void items_that_come_together_are_answered_each_as_if_alone() throws Exception {
        List<Contribution> items = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            // every third has no client id
            items.add(report(i % 3 == 0 ? "" : "r" + i, i));
        }
        List<CompletionStage<ContributeResponse>> answers = ingest.contribute(PRETORIA, items);

        assertThat(answers).hasSameSizeAs(items);
        for (int i = 0; i < items.size(); i++) {
            ContributeResponse answer = answers.get(i).toCompletableFuture().join();
            assertThat(answer.getClientId()).isEqualTo(items.get(i).getClientId());
            assertThat(answer.hasAccepted()).isEqualTo(i % 3 != 0);
        }
        assertThat(journal.watermark(LogName.CONTRIBUTIONS)).isEqualTo(133);
        assertThat(journal.watermark(LogName.QUARANTINE)).isEqualTo(67);
        assertThat(ingest.isPressed()).isFalse();
    }

    @Test
    void the_same_bytes_are_known_again_and_others_under_their_identifier_are_refused() throws Exception {
        ContributeResponse first = contribute(report("r1", 1));
        now = now.plusSeconds(60);
        ContributeResponse again = contribute(report("r1", 1));
        ContributeResponse other = contribute(report("r1", 2));

        assertThat(again.getAccepted())
                .isEqualTo(first.getAccepted().toBuilder().setDuplicate(true).build());
        assertThat(other.getRefused().getCode()).isEqualTo(Code.ALREADY_EXISTS_VALUE);
        assertThat(journal.watermark(LogName.CONTRIBUTIONS)).isEqualTo(1);
    }

    @Test
    void what_was_taken_is_known_again_by_a_clock_that_stepped_back_before_its_label() throws Exception {
        Contribution item = report("r1", 1);
        ContributeResponse first = contribute(item);
        now = LABELLED.minusSeconds(1);

        assertThat(contribute(item).getAccepted())
                .isEqualTo(first.getAccepted().toBuilder().setDuplicate(true).build());
        assertThat(contribute(report("r2", 1)).getRefused().getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
    }

    @Test
    void what_is_refused_is_kept_in_quarantine_byte_for_byte() throws Exception {
        Contribution bad = report("r1", 1).toBuilder().clearLabel().build();
        ContributeResponse answer = contribute(bad);

        assertThat(answer.getRefused().getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
        QuarantinedContribution kept = QuarantinedContribution.parseFrom(
                journal.read(LogName.QUARANTINE, 1, 1).get(0).payload());
        assertThat(kept.getOriginal()).isEqualTo(bad.toByteString());
        assertThat(kept.getFaults(0)).contains("contribution.label");
    }

    @Test
    void while_the_disk_is_full_a_contributor_is_told_to_come_back_and_nothing_acknowledged_is_lost() throws Exception {
        journal.close();
        open(StoreLimits.DEFAULT.withFileBytesMax(SMALL_FILE_BYTES));
        int acknowledged = 0;
        Status told = null;
        while (told == null && acknowledged < SMALL_FILE_BYTES / 100) {
            try {
                assertThat(contribute(report("r" + acknowledged, acknowledged)).hasAccepted())
                        .isTrue();
                acknowledged++;
            } catch (CompletionException e) {
                assertThat(e).cause().isInstanceOf(IngestException.class);
                told = ((IngestException) e.getCause()).status();
            }
        }

        assertThat(told).isNotNull();
        assertThat(told.getCode()).isEqualTo(Code.UNAVAILABLE_VALUE);
        assertThat(detail(told, ErrorInfo.class).getReason()).isEqualTo("JOURNAL_DISK_FULL");
        assertThat(detail(told, RetryInfo.class).getRetryDelay().getSeconds()).isPositive();
        assertThat(journal.watermark(LogName.CONTRIBUTIONS)).isEqualTo(acknowledged);

        journal.trim(LogName.CONTRIBUTIONS, Retention.bySize(SMALL_FILE_BYTES / 10))
                .join();
        assertThat(contribute(report("r" + acknowledged, acknowledged)).hasAccepted())
                .as("the same once there is room")
                .isTrue();
    }

    private static <T extends com.google.protobuf.Message> T detail(Status status, Class<T> type)
            throws InvalidProtocolBufferException {
        for (Any detail : status.getDetailsList()) {
            if (detail.is(type)) {
                return detail.unpack(type);
            }
        }
        throw new AssertionError("no " + type.getSimpleName() + " in " + status);
    }

    private ContributeResponse contribute(Contribution item) {
        return ingest.contribute(PRETORIA, item).toCompletableFuture().join();
    }

    private Contribution report(String clientId, int number) throws Exception {
        Label label = LabelNotation.parse(
                        "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: ZAF/pretoria}", bundle.spifs())
                .toProto()
                .toBuilder()
                .setCreated(Times.timestamp(LABELLED))
                .build();
        return Contribution.newBuilder()
                .setClientId(clientId)
                .setLabel(label)
                .setInterference(Interference.newBuilder().setFrequencyHz(number))
                .build();
    }
}
