package nl.sluis.conformance;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import nl.sluis.conformance.Result.Verdict;
import nl.sluis.partner.Channels;
import nl.sluis.partner.ContextFileException;
import nl.sluis.partner.Credentials;
import nl.sluis.partner.PartnerContext;
import nl.sluis.partner.TlsProbe;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.TenantServiceGrpc;
import org.jspecify.annotations.Nullable;

/** Runs cases against a gateway, one after the other. */
public final class Runner {
    private static final int CONNECT_MAX_MS = 5_000;
    private static final int SELF_DEADLINE_S = 10;
    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private final PartnerContext context;
    private final Credentials credentials;

    /**
     * A runner that calls this gateway as this partner.
     *
     * @throws ContextFileException if a file of the context cannot be used
     */
    public Runner(PartnerContext context) throws ContextFileException {
        this.context = context;
        this.credentials = Credentials.load(context);
    }

    /**
     * Runs the cases of these requirements, and tells of each result as it comes.
     *
     * @return all results, in order
     */
    public List<Result> run(List<Requirement> requirements, Consumer<Result> told) throws ContextFileException {
        List<Result> results = new ArrayList<>();
        ManagedChannel partner = Channels.open(context);
        ManagedChannel nobody = Channels.openAsNobody(context);
        try {
            Roles roles = roles(partner);
            for (Requirement requirement : requirements) {
                for (Case each : requirement.cases()) {
                    Result result = run(each, partner, nobody, roles);
                    results.add(result);
                    told.accept(result);
                }
            }
        } finally {
            partner.shutdownNow();
            nobody.shutdownNow();
        }
        return results;
    }

    private Result run(Case each, Channel partner, Channel nobody, Roles roles) {
        long start = System.nanoTime();
        Finding finding;
        try {
            String reason = roles.hinder(each);
            finding = reason.isEmpty() ? look(each, partner, nobody) : new Finding(Verdict.NOT_RUN, reason);
        } catch (IOException | GeneralSecurityException e) {
            finding = Finding.failed("no connection: " + TlsProbe.oneLine(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            finding = new Finding(Verdict.NOT_RUN, "interrupted");
        }
        return new Result(
                each.requirement(),
                each.name(),
                each.sentence(),
                finding.verdict(),
                finding.text(),
                (System.nanoTime() - start) * 1e-9);
    }

    private Finding look(Case each, Channel partner, Channel nobody)
            throws IOException, GeneralSecurityException, InterruptedException {
        if (!each.map("handshake").isEmpty()) {
            return handshake(each);
        }
        if (!each.list("same-answer").isEmpty()) {
            return sameAnswer(each, partner);
        }
        boolean asNobody = each.text("certificate").filter("none"::equals).isPresent();
        String call = each.text("call").orElseThrow();
        Answer answer = call(asNobody ? nobody : partner, call, each.list("requests"), each.withinS(), enough(each));
        if ("UNIMPLEMENTED".equals(answer.code())) {
            return new Finding(Verdict.NOT_RUN, "`" + call + "` is not implemented by this gateway");
        }
        return judge(each, answer);
    }

    private Finding handshake(Case each) throws IOException, GeneralSecurityException {
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(
                credentials.keyManagers().getKeyManagers(),
                credentials.trustManagers().getTrustManagers(),
                null);
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(context.host(), context.port()), CONNECT_MAX_MS);
            plain.setSoTimeout(CONNECT_MAX_MS);
            try (SSLSocket socket =
                    (SSLSocket) tls.getSocketFactory().createSocket(plain, context.host(), context.port(), true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setProtocols(strings(each.map("handshake").get("protocols")));
                parameters.setApplicationProtocols(strings(each.map("handshake").get("application-protocols")));
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                String found = socket.getSession().getProtocol() + " with `" + socket.getApplicationProtocol() + "`";
                Object expected = each.map("expect").get("application-protocol");
                return expected != null && expected.equals(socket.getApplicationProtocol())
                        ? Finding.PASSED
                        : Finding.failed(found + " (expected: " + each.map("expect") + ")");
            } catch (SSLException refused) {
                return each.map("expect").containsKey("refused")
                        ? Finding.PASSED
                        : Finding.failed("refused: " + TlsProbe.oneLine(refused));
            }
        }
    }

    private static Finding sameAnswer(Case each, Channel channel) throws InterruptedException {
        Set<String> answers = new TreeSet<>();
        for (Object call : each.list("same-answer")) {
            Answer answer = call(channel, call.toString(), List.of(Map.of()), each.withinS(), responses -> false);
            answers.add(answer.describe() + " " + answer.details());
        }
        return answers.size() == 1
                ? Finding.PASSED
                : Finding.failed(
                        answers.size() + " different answers: " + String.join(" | ", answers) + " (expected: one)");
    }

    /** When a stream has shown what the case looks for, so that it need not be waited for its end. */
    private static Predicate<List<Object>> enough(Case each) {
        Map<?, ?> expect = each.map("expect");
        if (expect.get("some-response") != null) {
            return responses -> responses.stream()
                    .anyMatch(response ->
                            response instanceof Map<?, ?> map && map.containsKey(expect.get("some-response")));
        }
        if (expect.get("refused-items") instanceof Map<?, ?> items) {
            return responses -> responses.size() >= items.size();
        }
        return responses -> !responses.isEmpty();
    }

    private Finding judge(Case each, Answer answer) {
        Map<?, ?> expect = each.map("expect");
        boolean good;
        if (expect.containsKey("unanswered")) {
            good = answer.tls() && answer.responses().isEmpty();
        } else if (expect.containsKey("any-response")) {
            good = !answer.responses().isEmpty();
        } else if (expect.containsKey("some-response")) {
            good = enough(each).test(answer.responses());
        } else if (expect.get("refused-items") instanceof Map<?, ?> items) {
            good = items.entrySet().stream()
                    .allMatch(item -> refused(
                            answer, item.getKey().toString(), item.getValue().toString()));
        } else if (expect.get("response") instanceof Map<?, ?> fields) {
            good = !answer.responses().isEmpty()
                    && fields.entrySet().stream()
                            .allMatch(field -> fits(
                                    Answer.at(
                                            answer.responses().get(0),
                                            field.getKey().toString()),
                                    (Map<?, ?>) field.getValue()));
        } else {
            good = String.valueOf(expect.get("status")).equals(answer.code())
                    && Answer.at(answer.details(), "details[].fieldViolations[].field")
                            .contains(String.valueOf(expect.get("violation")));
        }
        return good ? Finding.PASSED : Finding.failed(answer.describe() + " (expected: " + expect + ")");
    }

    private static boolean refused(Answer answer, String clientId, String field) {
        return answer.responses().stream()
                .filter(response -> clientId.isEmpty()
                        ? Answer.at(response, "clientId").isEmpty()
                        : Answer.at(response, "clientId").contains(clientId))
                .flatMap(response -> Answer.at(response, "refused.details[].fieldViolations[].field").stream())
                .anyMatch(Pattern.compile(field).asMatchPredicate());
    }

    private boolean fits(List<String> found, Map<?, ?> expected) {
        if (expected.get("contains") instanceof List<?> all) {
            return found.containsAll(all.stream().map(Object::toString).toList());
        }
        if (expected.get("one-of") instanceof List<?> any) {
            return found.size() == 1 && any.contains(found.get(0));
        }
        if (expected.get("matches") != null) {
            return found.size() == 1
                    && found.get(0).matches(expected.get("matches").toString());
        }
        return found.size() == 1 && found.get(0).equals(ownFingerprint());
    }

    private String ownFingerprint() {
        try {
            byte[] der = credentials.chain().get(0).getEncoded();
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static Roles roles(Channel channel) {
        try {
            return new Roles(
                    TenantServiceGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(SELF_DEADLINE_S, TimeUnit.SECONDS)
                            .getSelf(GetSelfRequest.getDefaultInstance())
                            .getTenant()
                            .getRolesList()
                            .stream()
                            .map(role -> role.name().replace("ROLE_", "").toLowerCase(Locale.ROOT))
                            .toList(),
                    "");
        } catch (StatusRuntimeException e) {
            return new Roles(List.of(), "GetSelf does not tell the caller's roles: " + TlsProbe.oneLine(e));
        }
    }

    /**
     * Makes one call of any kind and waits for its end, or for enough responses.
     *
     * @param fullName package, service and method
     * @param requests messages as maps
     * @param withinS longest wait
     */
    private static Answer call(
            Channel channel, String fullName, List<?> requests, int withinS, Predicate<List<Object>> enough)
            throws InterruptedException {
        MethodDescriptor known = Contract.method(fullName).orElse(null);
        ClientCall<byte[], byte[]> call = channel.newCall(
                io.grpc.MethodDescriptor.newBuilder(new Bytes(), new Bytes())
                        .setType(MethodType.BIDI_STREAMING)
                        .setFullMethodName(fullName)
                        .build(),
                CallOptions.DEFAULT);
        Collector collector = new Collector();
        call.start(collector, new Metadata());
        call.request(Integer.MAX_VALUE);
        for (Object request : requests) {
            call.sendMessage(known == null ? new byte[0] : Contract.message(known.getInputType(), request));
        }
        call.halfClose();
        Answer answer = collector.await(known, withinS, enough);
        call.cancel("the case has seen enough", null);
        return answer;
    }

    private static String[] strings(@Nullable Object list) {
        return list instanceof List<?> all ? all.stream().map(Object::toString).toArray(String[]::new) : new String[0];
    }

    private record Finding(Verdict verdict, String text) {
        static final Finding PASSED = new Finding(Verdict.PASSED, "");

        static Finding failed(String text) {
            return new Finding(Verdict.FAILED, text);
        }
    }

    private record Roles(List<String> roles, String unknownBecause) {
        /** Why a case cannot be run with these roles; empty where it can. */
        String hinder(Case each) {
            String needed = each.text("role").orElse("");
            if (!needed.isEmpty() && !unknownBecause.isEmpty()) {
                return unknownBecause;
            }
            // the role conformance opens to the kit what is open to contributors and subscribers
            if (!needed.isEmpty() && !roles.contains(needed) && !roles.contains("conformance")) {
                return "the caller lacks the role `" + needed + "`";
            }
            String excluded = each.text("unless-role").orElse("");
            return !excluded.isEmpty() && roles.contains(excluded) ? "the caller has the role `" + excluded + "`" : "";
        }
    }

    private record Ended(Status status, Metadata trailers) {}

    private static final class Collector extends ClientCall.Listener<byte[]> {
        private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

        @Override
        public void onMessage(byte[] message) {
            events.add(message);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            events.add(new Ended(status, trailers));
        }

        Answer await(@Nullable MethodDescriptor known, int withinS, Predicate<List<Object>> enough)
                throws InterruptedException {
            List<Object> responses = new ArrayList<>();
            long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(withinS);
            try {
                while (true) {
                    Object event = events.poll(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
                    if (event instanceof byte[] bytes && known != null) {
                        responses.add(Contract.plain(known.getOutputType(), bytes));
                    } else if (event instanceof Ended ended) {
                        return ended(responses, ended);
                    }
                    if (event == null || enough.test(responses)) {
                        return new Answer(responses, null, "", Map.of(), false);
                    }
                }
            } catch (InvalidProtocolBufferException e) {
                return new Answer(responses, null, "a message that is not of the contract", Map.of(), false);
            }
        }

        private static Answer ended(List<Object> responses, Ended ended) throws InvalidProtocolBufferException {
            StatusRuntimeException failure = ended.status().asRuntimeException(ended.trailers());
            boolean withDetails = ended.trailers().containsKey(DETAILS);
            var details = withDetails ? StatusProto.fromThrowable(failure) : null;
            Object plain = details == null ? Map.of() : Contract.plain(details);
            // a status of the gateway itself comes with trailers and without a local cause
            boolean below = ended.status().getCode() == Status.Code.UNAVAILABLE
                    && (ended.status().getCause() != null || TlsProbe.isAlert(failure));
            return new Answer(
                    responses,
                    ended.status().getCode().name(),
                    ended.status().getDescription() == null
                            ? ""
                            : ended.status().getDescription(),
                    plain instanceof Map<?, ?> map ? map : Map.of(),
                    below);
        }
    }

    private static final class Bytes implements Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
