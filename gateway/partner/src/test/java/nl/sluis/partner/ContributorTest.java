package nl.sluis.partner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import nl.sluis.partner.FakeGateway.Contributing;
import nl.sluis.proto.v1.Accepted;
import nl.sluis.proto.v1.ContributeResponse;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Document;
import nl.sluis.proto.v1.RefusedPart;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream of contributions against a gateway that misbehaves on purpose, over real mutual TLS. */
class ContributorTest {
    private static final long LIMIT_S = 20;

    @TempDir
    static Path folder;

    private static FakeGateway gateway;

    private final ManualScheduler scheduler = new ManualScheduler();
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private PartnerClient client;

    @BeforeAll
    static void start() throws Exception {
        gateway = new FakeGateway(folder.resolve("pki"));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void open() throws ContextFileException {
        gateway.contributions.clear();
        client = gateway.client(scheduler);
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void eachItemGetsItsOwnAnswer() throws Exception {
        gateway.contributions.add(answers -> new Contributing(
                request -> {
                    String id = request.getContribution().getClientId();
                    answers.onNext(
                            switch (id) {
                                case "good" -> accepted(id, false);
                                case "again" -> accepted(id, true);
                                case "bad" -> refused(id);
                                default ->
                                    ContributeResponse.newBuilder()
                                            .setClientId(id)
                                            .build();
                            });
                },
                answers::onCompleted));
        Contributor contributor = client.contributor(ContributorOptions.DEFAULT);
        CompletionStage<ContributionOutcome> good = contributor.submit(item("good"));
        CompletionStage<ContributionOutcome> again = contributor.submit(item("again"));
        CompletionStage<ContributionOutcome> bad = contributor.submit(item("bad"));
        CompletionStage<ContributionOutcome> mute = contributor.submit(item("mute"));

        var accepted = (ContributionOutcome.Accepted) get(good);
        assertThat(accepted.duplicate()).isFalse();
        assertThat(accepted.refusedParts())
                .containsExactly(
                        RefusedPart.newBuilder().setLine(12).setField("RANGE").build());
        assertThat(((ContributionOutcome.Accepted) get(again)).duplicate()).isTrue();
        var refused = (ContributionOutcome.Refused) get(bad);
        assertThat(refused.code()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
        assertThat(refused.violations()).containsExactly(new Violation("label.parts", "none (expected: at least one)"));
        assertThat(((ContributionOutcome.Refused) get(mute)).message())
                .isEqualTo("the gateway answered without an outcome");
        assertThat(get(contributor.complete()).reason()).isEqualTo(StreamEnd.Reason.DONE);
    }

    @Test
    void whatWasNotAnsweredIsSentAgainInOrderUnderTheSameIds() throws Exception {
        gateway.contributions.add(answers -> new Contributing(
                request -> {
                    String id = request.getContribution().getClientId();
                    received.add(id);
                    if (id.equals("2")) {
                        answers.onNext(accepted("2", false));
                    }
                    if (id.equals("4")) {
                        answers.onError(Status.UNAVAILABLE.asRuntimeException());
                    }
                },
                () -> {}));
        gateway.contributions.add(answers -> new Contributing(
                request -> {
                    received.add("again " + request.getContribution().getClientId());
                    answers.onNext(accepted(request.getContribution().getClientId(), true));
                },
                answers::onCompleted));
        List<StreamCondition.Broken> interruptions = new ArrayList<>();
        Contributor contributor = client.contributor(ContributorOptions.DEFAULT.onInterruption(interruptions::add));
        List<CompletionStage<ContributionOutcome>> outcomes = new ArrayList<>();
        for (String id : List.of("1", "2", "3", "4")) {
            outcomes.add(contributor.submit(item(id)));
        }
        scheduler.takeRetry().run();
        for (CompletionStage<ContributionOutcome> outcome : outcomes) {
            assertThat(get(outcome)).isInstanceOf(ContributionOutcome.Accepted.class);
        }
        assertThat(received).containsExactly("1", "2", "3", "4", "again 1", "again 3", "again 4");
        assertThat(interruptions).hasSize(1);
        assertThat(get(contributor.complete()).reason()).isEqualTo(StreamEnd.Reason.DONE);
    }

    @Test
    void noMoreThanTheWindowIsInFlight() throws Exception {
        AtomicReference<StreamObserver<ContributeResponse>> answering = new AtomicReference<>();
        gateway.contributions.add(answers -> {
            answering.set(answers);
            return new Contributing(
                    request -> received.add(request.getContribution().getClientId()), answers::onCompleted);
        });
        Contributor contributor = client.contributor(ContributorOptions.DEFAULT.withWindowItems(3));
        CountDownLatch done = new CountDownLatch(1);
        Thread submitter = new Thread(() -> {
            try {
                for (int i = 0; i < 10; i++) {
                    contributor.submit(item("item-" + i));
                }
                done.countDown();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        submitter.start();
        for (int i = 0; i < 10; i++) {
            assertThat(received.poll(LIMIT_S, TimeUnit.SECONDS)).isEqualTo("item-" + i);
            if (i >= 2) {
                // three are unanswered now, so the fourth cannot have been sent
                assertThat(received).isEmpty();
                answering.get().onNext(accepted("item-" + (i - 2), false));
            }
        }
        assertThat(done.await(LIMIT_S, TimeUnit.SECONDS)).isTrue();
        contributor.close();
    }

    @Test
    void bytesInFlightAreBoundedToo() throws Exception {
        AtomicReference<StreamObserver<ContributeResponse>> answering = new AtomicReference<>();
        gateway.contributions.add(answers -> {
            answering.set(answers);
            return new Contributing(
                    request -> received.add(request.getContribution().getClientId()), answers::onCompleted);
        });
        Contributor contributor = client.contributor(new ContributorOptions(100, 1024, Backoff.DEFAULT, broken -> {}));
        contributor.submit(item("larger-than-the-window", 4096));
        assertThat(received.poll(LIMIT_S, TimeUnit.SECONDS)).isEqualTo("larger-than-the-window");
        CountDownLatch second = new CountDownLatch(1);
        new Thread(() -> {
                    try {
                        contributor.submit(item("waits"));
                        second.countDown();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                })
                .start();
        assertThat(second.getCount()).isEqualTo(1);
        answering.get().onNext(accepted("larger-than-the-window", false));
        assertThat(second.await(LIMIT_S, TimeUnit.SECONDS)).isTrue();
        contributor.close();
    }

    @Test
    void aPermanentFailureFailsWhatIsInFlightAndWhatComesAfter() throws Exception {
        gateway.contributions.add(answers -> new Contributing(
                request -> answers.onError(
                        Status.PERMISSION_DENIED.withDescription("no").asRuntimeException()),
                () -> {}));
        Contributor contributor = client.contributor(ContributorOptions.DEFAULT);
        CompletionStage<ContributionOutcome> first = contributor.submit(item("first"));
        assertThatThrownBy(() -> get(first))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(StreamEndedException.class)
                .hasMessageContaining("not permitted: permission denied: no");
        CompletionStage<ContributionOutcome> later = contributor.submit(item("later"));
        assertThatThrownBy(() -> get(later)).hasCauseInstanceOf(StreamEndedException.class);
    }

    @Test
    void itIsGivenUpAfterTheAllowedAttempts() throws Exception {
        for (int i = 0; i < 3; i++) {
            gateway.contributions.add(answers ->
                    new Contributing(request -> answers.onError(Status.UNAVAILABLE.asRuntimeException()), () -> {}));
        }
        Contributor contributor =
                client.contributor(ContributorOptions.DEFAULT.withBackoff(Backoff.DEFAULT.withAttemptsMax(3)));
        CompletionStage<ContributionOutcome> only = contributor.submit(item("only"));
        scheduler.takeRetry().run();
        scheduler.takeRetry().run();
        assertThatThrownBy(() -> get(only)).hasMessageContaining("unreachable: unavailable");
    }

    @Test
    void anEmptyOrBusyClientIdIsTheCallersMistake() throws Exception {
        gateway.contributions.add(answers -> new Contributing(request -> {}, answers::onCompleted));
        try (Contributor contributor = client.contributor(ContributorOptions.DEFAULT)) {
            contributor.submit(item("a"));
            assertThatThrownBy(() -> contributor.submit(item("a")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("contribution: client id `a` is in flight");
            assertThatThrownBy(() -> contributor.submit(item(""))).hasMessage("contribution: no client id");
        }
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(LIMIT_S, TimeUnit.SECONDS);
    }

    private static Contribution item(String clientId) {
        return item(clientId, 8);
    }

    private static Contribution item(String clientId, int bytes) {
        return Contribution.newBuilder()
                .setClientId(clientId)
                .setDocument(Document.newBuilder().setContent(ByteString.copyFrom(new byte[bytes])))
                .build();
    }

    private static ContributeResponse accepted(String clientId, boolean duplicate) {
        return ContributeResponse.newBuilder()
                .setClientId(clientId)
                .setAccepted(Accepted.newBuilder()
                        .setContributionId("digest-of-" + clientId)
                        .setDuplicate(duplicate)
                        .addRefusedParts(RefusedPart.newBuilder().setLine(12).setField("RANGE")))
                .build();
    }

    private static ContributeResponse refused(String clientId) {
        return ContributeResponse.newBuilder()
                .setClientId(clientId)
                .setRefused(com.google.rpc.Status.newBuilder()
                        .setCode(Code.INVALID_ARGUMENT_VALUE)
                        .setMessage("no label")
                        .addDetails(Any.pack(BadRequest.newBuilder()
                                .addFieldViolations(BadRequest.FieldViolation.newBuilder()
                                        .setField("label.parts")
                                        .setDescription("none (expected: at least one)"))
                                .build())))
                .build();
    }
}
