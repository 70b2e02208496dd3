package nl.sluis.partner.command;

import io.grpc.Channel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import nl.sluis.partner.ContextFileException;
import nl.sluis.partner.Credentials;
import nl.sluis.proto.v1.ListTenantsRequest;
import nl.sluis.proto.v1.ListTenantsResponse;
import nl.sluis.proto.v1.RevokeCredentialRequest;
import nl.sluis.proto.v1.RevokeCredentialResponse;
import nl.sluis.proto.v1.Tenant;
import nl.sluis.proto.v1.TenantServiceGrpc;
import nl.sluis.proto.v1.TenantServiceGrpc.TenantServiceBlockingStub;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Who takes part, and how an officer shuts somebody out at once. */
@Command(
        name = "tenant",
        mixinStandardHelpOptions = true,
        header = "Lists who takes part, and shuts out a tenant or a certificate at once.",
        synopsisSubcommandLabel = "COMMAND")
public final class TenantCommand {
    private static final int PAGE = 500;

    @Spec
    private @Nullable CommandSpec spec;

    @Command(name = "list", header = "Lists all tenants, for officers and operators.")
    int list(
            @Mixin ConnectionOptions connection,
            @Option(names = "--json", description = "One line of JSON for each tenant.") boolean json) {
        return Asking.gateway(line(), connection, channel -> {
            String token = "";
            do {
                ListTenantsResponse page = tenants(channel)
                        .listTenants(ListTenantsRequest.newBuilder()
                                .setPageSize(PAGE)
                                .setPageToken(token)
                                .build());
                page.getTenantsList()
                        .forEach(tenant -> line().getOut().println(json ? JsonWriter.json(tenant) : row(tenant)));
                token = page.getNextPageToken();
            } while (!token.isEmpty());
        });
    }

    private static String row(Tenant tenant) {
        String waitsFor = tenant.getConsentMissingList().isEmpty()
                ? ""
                : "  waits for " + String.join(", ", tenant.getConsentMissingList());
        return String.format(
                        Locale.ROOT,
                        "%-24s %-8s %-20s %-30s %s",
                        Words.printable(tenant.getTenantId()),
                        Words.of(tenant.getStatus()),
                        String.join(",", tenant.getCommunitiesList()),
                        String.join(
                                ",",
                                tenant.getRolesList().stream().map(Words::of).toList()),
                        String.join(
                                        ", ",
                                        tenant.getClearancesList().stream()
                                                .map(each -> each.getPolicyName() + " " + each.getLevel())
                                                .toList())
                                + waitsFor)
                .stripTrailing();
    }

    /** Whom to shut out. */
    static final class Target {
        @Option(
                names = "--tenant",
                paramLabel = "<nation/name>",
                description = "A tenant with all its certificates, those to come included.")
        private @Nullable String tenant;

        @Option(
                names = "--certificate",
                paramLabel = "<pem or SHA-256>",
                description = "One certificate: a PEM file, or its fingerprint in hexadecimal.")
        private @Nullable String certificate;
    }

    @Command(
            name = "revoke",
            header = "Shuts out a tenant or a certificate at once, for officers.",
            description = {
                "An officer shuts out its own nation's; the host's officers any. Live streams end within a second."
                        + " There",
                "is no way back: whoever returns gets a new certificate, and a tenant a new name."
            })
    int revoke(
            @Mixin ConnectionOptions connection,
            @ArgGroup(multiplicity = "1") Target target,
            @Option(names = "--reason", required = true, paramLabel = "<text>", description = "Why, for the audit log.")
                    String reason) {
        RevokeCredentialRequest.Builder request =
                RevokeCredentialRequest.newBuilder().setReason(reason);
        if (target.tenant != null) {
            request.setTenantId(target.tenant);
        } else {
            try {
                request.setCertificateSha256(fingerprint(String.valueOf(target.certificate)));
            } catch (ContextFileException e) {
                line().getErr().println(e.getMessage());
                return ExitCode.USAGE;
            }
        }
        return Asking.gateway(line(), connection, channel -> {
            RevokeCredentialResponse revoked = tenants(channel).revokeCredential(request.build());
            line().getOut()
                    .println("revoked at " + Words.time(revoked.getRevoked()) + ", " + revoked.getStreamsClosed()
                            + " live streams ended");
        });
    }

    private static String fingerprint(String given) throws ContextFileException {
        Path file = Path.of(given);
        if (!Files.exists(file)) {
            return given.replace(":", "");
        }
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(Credentials.certificates(file).get(0).getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new ContextFileException(file, "certificate cannot be read", e);
        }
    }

    private static TenantServiceBlockingStub tenants(Channel channel) {
        return TenantServiceGrpc.newBlockingStub(channel).withDeadlineAfter(Asking.ANSWER_MAX_S, TimeUnit.SECONDS);
    }

    private CommandLine line() {
        return Objects.requireNonNull(spec).commandLine();
    }
}
