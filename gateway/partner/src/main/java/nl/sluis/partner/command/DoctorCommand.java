package nl.sluis.partner.command;

import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import nl.sluis.partner.Channels;
import nl.sluis.partner.ContextFileException;
import nl.sluis.partner.Credentials;
import nl.sluis.partner.PartnerContext;
import nl.sluis.partner.TlsProbe;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.GetSelfResponse;
import nl.sluis.proto.v1.Role;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.SubscriptionServiceGrpc;
import nl.sluis.proto.v1.Tenant;
import nl.sluis.proto.v1.TenantServiceGrpc;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Checks the way to a gateway step by step; each line that fails says what mends it. */
@Command(
        name = "doctor",
        header = "Checks the way to the gateway step by step; each failing line says what mends it.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all is well, or only warnings",
            ExitCode.FAILED_TEXT,
            ExitCode.USAGE_TEXT,
            ExitCode.UNREACHABLE_TEXT,
            ExitCode.NOT_PERMITTED_TEXT
        })
public final class DoctorCommand implements Callable<Integer> {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    private static final long CALL_MAX_S = 10;

    /** A certificate that ends sooner than this is worth a word. */
    private static final Duration RENEW_BEFORE = Duration.ofDays(30);

    /** Observation epochs are to be good to milliseconds; a clock this far off cannot be. */
    private static final Duration SKEW_WARN = Duration.ofMillis(500);

    private static final Duration SKEW_FAIL = Duration.ofSeconds(30);

    private static final int LABEL_WIDTH = 18;
    private static final String REVOCATION = "revocation";
    private static final String FIRST_MESSAGE = "first message";

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    private final Clock clock;
    private int exitCode = ExitCode.OK;

    /** Checks against the system's clock. */
    public DoctorCommand() {
        this(Clock.systemUTC());
    }

    DoctorCommand(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        PartnerContext context = connection.resolve(line);
        exitCode = ExitCode.OK;
        ok("gateway", context.endpoint());
        Credentials credentials = files(context);
        if (credentials != null && network(context) && tls(context, credentials)) {
            calls(context);
        }
        line.getOut().flush();
        return exitCode;
    }

    private @Nullable Credentials files(PartnerContext context) {
        Credentials credentials;
        try {
            credentials = Credentials.load(context);
        } catch (ContextFileException e) {
            fail(
                    ExitCode.USAGE,
                    "own files",
                    String.valueOf(e.getMessage()),
                    "give the right file: `sluis context add`");
            return null;
        }
        X509Certificate own = credentials.chain().get(0);
        expiry("own certificate", own, describe(own), "ask your own CA for a new one");
        if (credentials.keyMatches()) {
            ok("own key", "belongs to the certificate");
        } else {
            fail(
                    ExitCode.USAGE,
                    "own key",
                    "`" + context.keyPem() + "` does not belong to `" + context.certificatePem() + "`",
                    "give the key that the certificate was requested with");
            return null;
        }
        int broken = credentials.brokenLink();
        if (broken > 0) {
            fail(
                    ExitCode.USAGE,
                    "own chain",
                    "certificate " + (broken + 1) + " did not sign certificate " + broken,
                    "put the own certificate first, then the CA that issued it, then that CA's");
        } else {
            ok("own chain", credentials.chain().size() + " certificates, each signed by the next");
        }
        credentials
                .trust()
                .forEach(root ->
                        expiry("trusted root", root, describe(root), "ask the gateway's operator for the new root"));
        ok(
                "label signatures",
                credentials.signingKeys().isEmpty()
                        ? "not checked, digests only (no --signing-keys)"
                        : "checked with " + credentials.signingKeys().size() + " known keys");
        return credentials;
    }

    private boolean network(PartnerContext context) {
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(context.host());
        } catch (IOException e) {
            return fail(
                    ExitCode.UNREACHABLE,
                    "DNS",
                    "`" + context.host() + "` has no address",
                    "check the spelling of the endpoint and the name server");
        }
        ok("DNS", List.of(addresses).stream().map(InetAddress::getHostAddress).collect(Collectors.joining(" ")));
        long start = System.nanoTime();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(addresses[0], context.port()), (int) CONNECT_MAX.toMillis());
        } catch (IOException e) {
            return fail(
                    ExitCode.UNREACHABLE,
                    "TCP",
                    context.endpoint() + ": " + e.getMessage(),
                    "is the gateway running, the port right, a firewall in between?");
        }
        ok("TCP", String.format(Locale.ROOT, "connected in %.1f ms", (System.nanoTime() - start) / 1e6));
        return true;
    }

    private boolean tls(PartnerContext context, Credentials credentials) {
        TlsProbe.Result result;
        try {
            result = TlsProbe.probe(context, credentials, CONNECT_MAX);
        } catch (IOException | GeneralSecurityException e) {
            return fail(
                    ExitCode.UNREACHABLE,
                    "TLS",
                    String.valueOf(e.getMessage()),
                    "the endpoint must speak TLS 1.3; a proxy that ends TLS in between cannot work");
        }
        if (result.gateway() != null) {
            expiry("gateway's cert", result.gateway(), describe(result.gateway()), "tell the gateway's operator");
        }
        if (result.stapleRefused()) {
            return fail(
                    ExitCode.UNREACHABLE,
                    REVOCATION,
                    String.valueOf(result.failure()),
                    "tell the gateway's operator: the certificate is revoked, or its OCSP response wants renewal");
        }
        if (result.failure() != null) {
            return fail(
                    ExitCode.UNREACHABLE,
                    "TLS",
                    result.failure(),
                    result.gateway() == null
                            ? "the endpoint must speak TLS 1.3; a proxy that ends TLS in between cannot work"
                            : "--trust must hold the root of the gateway's certificate, and that must name `"
                                    + context.host() + "`");
        }
        ok(
                REVOCATION,
                result.stapled()
                        ? "the gateway's CA says good (stapled OCSP response)"
                        : "the gateway staples no OCSP response");
        ok("TLS", result.protocol() + ", " + result.cipherSuite());
        if (result.group().contains("MLKEM")) {
            ok("key exchange", result.group() + ", post-quantum");
        } else {
            warn(
                    "key exchange",
                    result.group() + ", not post-quantum",
                    "gateway and client need BoringSSL, here and there as on Linux x86-64, for X25519MLKEM768");
        }
        if (!result.applicationProtocol().equals("h2")) {
            return fail(
                    ExitCode.UNREACHABLE,
                    "ALPN",
                    "`" + result.applicationProtocol() + "` (expected: `h2`)",
                    "this port is not the partners' gRPC port");
        }
        ok("ALPN", "h2");
        return true;
    }

    private void calls(PartnerContext context) {
        ManagedChannel channel;
        try {
            channel = Channels.open(context);
        } catch (ContextFileException e) {
            fail(
                    ExitCode.USAGE,
                    "own files",
                    String.valueOf(e.getMessage()),
                    "give the right file: `sluis context add`");
            return;
        }
        try {
            if (health(channel)) {
                self(channel);
            }
        } finally {
            channel.shutdownNow();
        }
    }

    private boolean health(ManagedChannel channel) {
        try {
            HealthCheckResponse.ServingStatus status = HealthGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(CALL_MAX_S, TimeUnit.SECONDS)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus();
            if (status == HealthCheckResponse.ServingStatus.SERVING) {
                ok("health", "serving");
            } else {
                warn(
                        "health",
                        status.name().toLowerCase(Locale.ROOT),
                        "ask the gateway's operator; streams resume later");
            }
            return true;
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
                warn("health", "the gateway does not say", "nothing to do");
                return true;
            }
            return refused("health", e);
        }
    }

    private void self(ManagedChannel channel) {
        Instant before = clock.instant();
        GetSelfResponse self;
        try {
            self = TenantServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(CALL_MAX_S, TimeUnit.SECONDS)
                    .getSelf(GetSelfRequest.getDefaultInstance());
        } catch (StatusRuntimeException e) {
            refused("tenant", e);
            return;
        }
        Instant after = clock.instant();
        Tenant tenant = self.getTenant();
        ok("tenant", tenant.getTenantId() + ", " + Words.of(tenant.getStatus()));
        ok("roles", words(tenant.getRolesList().stream().map(Words::of).toList()));
        ok("belongs to", words(tenant.getNationsList()) + "; " + words(tenant.getCommunitiesList()));
        ok(
                "clearances",
                words(tenant.getClearancesList().stream()
                        .map(each -> each.getPolicyName() + " " + each.getLevel())
                        .toList()));
        ok("data modes", words(tenant.getDataModesList().stream().map(Words::of).toList()));
        Instant middle = before.plus(Duration.between(before, after).dividedBy(2));
        Instant gatewayTime = Instant.ofEpochSecond(
                self.getGatewayTime().getSeconds(), self.getGatewayTime().getNanos());
        skew(Duration.between(gatewayTime, middle), Duration.between(before, after));
        if (tenant.getRolesList().contains(Role.ROLE_SUBSCRIBER)) {
            firstMessage(channel);
        }
    }

    /** A subscription answers at once, whether or not there is anything to send: a checkpoint stands at its start. */
    private void firstMessage(ManagedChannel channel) {
        long start = System.nanoTime();
        try (Context.CancellableContext stream = Context.current().withCancellation()) {
            Iterator<SubscribeResponse> messages = stream.call(() -> SubscriptionServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(CALL_MAX_S, TimeUnit.SECONDS)
                    .subscribe(SubscribeRequest.getDefaultInstance()));
            if (!messages.hasNext()) {
                fail(
                        ExitCode.FAILED,
                        FIRST_MESSAGE,
                        "the stream ended without one",
                        "ask the gateway's operator; what it has sent before can be resumed");
                return;
            }
            SubscribeResponse first = messages.next();
            if (first.hasClosing()) {
                fail(
                        ExitCode.FAILED,
                        FIRST_MESSAGE,
                        "closing: " + Words.of(first.getClosing().getReason()),
                        "ask the gateway's operator");
                return;
            }
            ok(
                    FIRST_MESSAGE,
                    String.format(
                            Locale.ROOT,
                            "%s after %.1f ms",
                            first.getMessageCase()
                                    .name()
                                    .toLowerCase(Locale.ROOT)
                                    .replace('_', ' '),
                            (System.nanoTime() - start) / 1e6));
        } catch (StatusRuntimeException e) {
            refused(FIRST_MESSAGE, e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void skew(Duration skew, Duration roundTrip) {
        String text = String.format(
                Locale.ROOT,
                "%+.3f s against the gateway, good to %.3f s",
                skew.toMillis() / 1e3,
                roundTrip.toMillis() / 2e3);
        String fix = "set this machine's clock (NTP): observation epochs would be wrong";
        if (skew.abs().compareTo(SKEW_FAIL) > 0) {
            fail(ExitCode.FAILED, "clock", text, fix);
        } else if (skew.abs().compareTo(SKEW_WARN.plus(roundTrip.dividedBy(2))) > 0) {
            warn("clock", text, fix);
        } else {
            ok("clock", text);
        }
    }

    private boolean refused(String check, StatusRuntimeException failure) {
        Status status = failure.getStatus();
        boolean permission = status.getCode() == Status.Code.UNAUTHENTICATED
                || status.getCode() == Status.Code.PERMISSION_DENIED
                || TlsProbe.isAlert(failure);
        return fail(
                permission ? ExitCode.NOT_PERMITTED : ExitCode.UNREACHABLE,
                check,
                TlsProbe.oneLine(failure),
                permission
                        ? "the gateway does not accept this certificate: is it revoked, or is its CA or tenant not"
                                + " admitted?"
                        : "ask the gateway's operator");
    }

    private void expiry(String check, X509Certificate certificate, String text, String fix) {
        Instant end = certificate.getNotAfter().toInstant();
        Instant start = certificate.getNotBefore().toInstant();
        Instant now = clock.instant();
        if (now.isAfter(end)) {
            fail(ExitCode.NOT_PERMITTED, check, text + ", expired " + Words.time(end), fix);
        } else if (now.isBefore(start)) {
            fail(
                    ExitCode.NOT_PERMITTED,
                    check,
                    text + ", not valid before " + Words.time(start),
                    "check this machine's clock, else " + fix);
        } else if (now.plus(RENEW_BEFORE).isAfter(end)) {
            warn(check, text + ", ends " + Words.time(end), fix);
        } else {
            ok(check, text + ", ends " + Words.time(end));
        }
    }

    private static String describe(X509Certificate certificate) {
        String uri = TlsProbe.uri(certificate);
        return uri.isEmpty() ? certificate.getSubjectX500Principal().getName() : uri;
    }

    private static String words(List<String> words) {
        return words.isEmpty() ? "none" : String.join(", ", words);
    }

    private void ok(String check, String text) {
        print("@|green ok  |@", "ok  ", check, text);
    }

    private void warn(String check, String text, String fix) {
        print("@|yellow warn|@", "warn", check, text);
        fix(fix);
    }

    private boolean fail(int code, String check, String text, String fix) {
        print("@|bold,red FAIL|@", "FAIL", check, text);
        fix(fix);
        if (exitCode == ExitCode.OK) {
            exitCode = code;
        }
        return false;
    }

    private void print(String marked, String plain, String check, String text) {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        PrintWriter out = line.getOut();
        Ansi ansi = line.getColorScheme().ansi();
        String padded = check + " ".repeat(Math.max(1, LABEL_WIDTH - check.length()));
        out.println((ansi.enabled() ? ansi.string(marked) : plain) + "  " + padded + Words.printable(text));
    }

    private void fix(String fix) {
        Objects.requireNonNull(spec).commandLine().getOut().println("      " + " ".repeat(LABEL_WIDTH) + "-> " + fix);
    }
}
