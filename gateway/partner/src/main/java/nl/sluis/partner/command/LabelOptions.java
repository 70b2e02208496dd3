package nl.sluis.partner.command;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import nl.sluis.proto.v1.AnyOf;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.Owner;
import nl.sluis.proto.v1.PolicyPart;
import nl.sluis.proto.v1.TenantServiceGrpc;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A label, from a file or put together on the command line. A mixin for commands that give one. */
final class LabelOptions {
    private static final long SELF_DEADLINE_S = 10;

    @Option(names = "--label-file", paramLabel = "<json>", description = "The label, as protobuf JSON of Label.")
    private @Nullable Path labelFile;

    @Option(names = "--policy-oid", paramLabel = "<oid>", description = "Security policy of the label.")
    private @Nullable String policyOid;

    @Option(
            names = "--spif-version",
            defaultValue = "1",
            paramLabel = "<n>",
            description = "Version of the policy's information file (default: ${DEFAULT-VALUE}).")
    private int spifVersion = 1;

    @Option(names = "--lacv", paramLabel = "<n>", description = "Classification: its number in that policy.")
    private @Nullable Integer lacv;

    @Option(
            names = "--rel",
            paramLabel = "<nation or community>",
            description = "Releasable to any one of these; repeat for more. None: to the owners only.")
    private List<String> releasable = List.of();

    @Option(
            names = "--mode",
            defaultValue = "real",
            paramLabel = "<mode>",
            description = "Data mode: real, exercise, simulated, test (default: ${DEFAULT-VALUE}).")
    private String mode = "real";

    @Option(
            names = "--owner",
            paramLabel = "<NATION/tenant>",
            description = "Owner of the data (default: whom the gateway takes this certificate for).")
    private @Nullable String owner;

    /**
     * The label that was asked for; without a creation time where none was given.
     *
     * @param channel asked whose certificate this is, where the owner is not given
     * @throws ParameterException if there is none, or its file cannot be read
     */
    Label label(CommandLine line, Channel channel) {
        if (labelFile != null) {
            if (policyOid != null || lacv != null || !releasable.isEmpty() || owner != null) {
                throw new ParameterException(
                        line, "--label-file holds the whole label: without --policy-oid, --lacv, --rel and --owner");
            }
            return labelFromFile(line, labelFile);
        }
        if (policyOid == null || lacv == null) {
            throw new ParameterException(line, "no label (expected: --label-file, or --policy-oid and --lacv)");
        }
        PolicyPart.Builder part = PolicyPart.newBuilder()
                .setPolicyOid(policyOid)
                .setSpifVersion(spifVersion)
                .setClassificationLacv(lacv);
        if (!releasable.isEmpty()) {
            part.addRelease(AnyOf.newBuilder().addAllMembers(new TreeSet<>(releasable)));
        }
        return Label.newBuilder()
                .addParts(part)
                .addOwners(owner != null ? owner(line, "--owner", owner) : self(channel))
                .setDataMode(SubscribeCommand.enumValue(line, "--mode", DataMode.class, "DATA_MODE_", mode))
                .build();
    }

    private static Label labelFromFile(CommandLine line, Path file) {
        Label.Builder label = Label.newBuilder();
        try {
            JsonFormat.parser().merge(Files.readString(file), label);
        } catch (InvalidProtocolBufferException e) {
            throw new ParameterException(line, "--label-file: `" + file + "`: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new ParameterException(line, "--label-file: `" + file + "`: cannot be read", e);
        }
        return label.build();
    }

    private static Owner self(Channel channel) {
        String tenant = TenantServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(SELF_DEADLINE_S, TimeUnit.SECONDS)
                .getSelf(GetSelfRequest.getDefaultInstance())
                .getTenant()
                .getTenantId();
        int slash = tenant.indexOf('/');
        return Owner.newBuilder()
                .setNation(tenant.substring(0, Math.max(0, slash)).toUpperCase(Locale.ROOT))
                .setTenant(tenant.substring(slash + 1))
                .build();
    }

    /** An owner as written on a command line. */
    static Owner owner(CommandLine line, String option, String text) {
        String[] parts = text.split("/", -1);
        if (parts.length != 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw new ParameterException(line, option + ": `" + text + "` (expected: `NATION/tenant`)");
        }
        return Owner.newBuilder()
                .setNation(parts[0].toUpperCase(Locale.ROOT))
                .setTenant(parts[1])
                .build();
    }
}
