package nl.sluis.partner.command;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.PublicKey;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import nl.sluis.partner.Channels;
import nl.sluis.partner.ContextFileException;
import nl.sluis.partner.Credentials;
import nl.sluis.partner.PartnerContext;
import nl.sluis.partner.TlsProbe;
import nl.sluis.partner.audit.AuditCheck;
import nl.sluis.proto.v1.AuditEntry;
import nl.sluis.proto.v1.AuditLogChoice;
import nl.sluis.proto.v1.AuditServiceGrpc;
import nl.sluis.proto.v1.AuditServiceGrpc.AuditServiceBlockingStub;
import nl.sluis.proto.v1.GetConsistencyProofRequest;
import nl.sluis.proto.v1.GetInclusionProofRequest;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.GetTreeHeadRequest;
import nl.sluis.proto.v1.IndexedEntry;
import nl.sluis.proto.v1.ListEntriesRequest;
import nl.sluis.proto.v1.ListEntriesResponse;
import nl.sluis.proto.v1.TenantServiceGrpc;
import nl.sluis.proto.v1.TreeHead;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Lists the entries of the gateway's audit log about the caller, and checks each. */
@Command(
        name = "audit",
        header = "Lists what the gateway accounts for about this tenant, and checks that nothing was cut or rewritten.",
        description = {
            "Each entry is proved to be in the log's Merkle tree (RFC 9162), whose head is signed by the gateway. With",
            "--head, a later run proves as well that the log of then is the beginning of the log of now, and lists what",
            "came since."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            ExitCode.OK_TEXT,
            ExitCode.FAILED_TEXT,
            ExitCode.USAGE_TEXT,
            ExitCode.UNREACHABLE_TEXT,
            ExitCode.NOT_PERMITTED_TEXT,
            "6:an entry, a head or a proof does not hold"
        })
public final class AuditCommand implements Callable<Integer> {
    private static final int PAGE = 500;
    private static final long CALL_MAX_S = 30;
    private static final int SHORT_ID = 12;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Option(
            names = "--head",
            paramLabel = "<file>",
            description = "Signed head of the run before: checked against, and replaced when all is well.")
    private @Nullable Path headFile;

    @Option(names = "--all", description = "List from the first entry on, also with --head.")
    private boolean all;

    @Option(names = "--json", description = "One line of JSON for each entry.")
    private boolean json;

    @ArgGroup
    private @Nullable Log log;

    /** Which log; for auditors of the host. */
    static final class Log {
        @Option(
                names = "--tenant",
                paramLabel = "<nation/name>",
                description = "The log of this tenant (auditors of the host).")
        private @Nullable String tenant;

        @Option(names = "--whole", description = "The whole log (auditors of the host).")
        private boolean whole;
    }

    /** What does not hold; becomes the exit code. */
    private static final class Broken extends Exception {
        private static final long serialVersionUID = 1L;

        Broken(String fault) {
            super(fault);
        }
    }

    @Override
    public Integer call() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        PartnerContext context = connection.resolve(line);
        try {
            Credentials credentials = Credentials.load(context);
            var channel = Channels.open(context);
            try {
                run(
                        AuditServiceGrpc.newBlockingStub(channel),
                        TenantServiceGrpc.newBlockingStub(channel),
                        credentials.signingKeys());
                return ExitCode.OK;
            } finally {
                channel.shutdownNow();
            }
        } catch (ContextFileException e) {
            line.getErr().println(e.getMessage());
            return ExitCode.USAGE;
        } catch (Broken e) {
            line.getErr().println(e.getMessage());
            return ExitCode.INTEGRITY;
        } catch (IOException e) {
            line.getErr().println("`" + headFile + "`: " + e.getMessage());
            return ExitCode.FAILED;
        } catch (StatusRuntimeException e) {
            line.getErr().println(TlsProbe.oneLine(e));
            return ExitCode.of(e);
        } finally {
            line.getOut().flush();
        }
    }

    private void run(
            AuditServiceBlockingStub audit, TenantServiceGrpc.TenantServiceBlockingStub tenants, List<PublicKey> keys)
            throws Broken, IOException {
        String name = log == null
                ? tenants.withDeadlineAfter(CALL_MAX_S, TimeUnit.SECONDS)
                        .getSelf(GetSelfRequest.getDefaultInstance())
                        .getTenant()
                        .getTenantId()
                : log.whole ? "" : String.valueOf(log.tenant);
        TreeHead head = within(audit)
                .getTreeHead(GetTreeHeadRequest.newBuilder().setLog(choice()).build())
                .getHead();
        require(AuditCheck.head(head, name, keys));
        TreeHead earlier = readHead(name, keys);
        if (earlier.getTreeSize() > 0 && earlier.getTreeSize() <= head.getTreeSize()) {
            require(AuditCheck.growth(
                    earlier,
                    head,
                    within(audit)
                            .getConsistencyProof(GetConsistencyProofRequest.newBuilder()
                                    .setFirstSize(earlier.getTreeSize())
                                    .setSecondSize(head.getTreeSize())
                                    .setLog(choice())
                                    .build())
                            .getHashesList()));
        } else {
            require(AuditCheck.growth(earlier, head, List.of()));
        }
        long listed = list(audit, all ? 0 : earlier.getTreeSize(), head);
        if (headFile != null) {
            writeHead(headFile, head);
        }
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        line.getErr()
                .println(listed + " entries, each in the log of " + head.getTreeSize() + " signed at "
                        + Words.time(head.getAt())
                        + (earlier.getTreeSize() > 0
                                ? ", which begins with the " + earlier.getTreeSize() + " of the run before"
                                : "")
                        + (keys.isEmpty() ? "; signature not checked (no --signing-keys)" : ""));
    }

    private long list(AuditServiceBlockingStub audit, long from, TreeHead head) throws Broken {
        long next = from;
        while (next < head.getTreeSize()) {
            ListEntriesResponse page = within(audit)
                    .listEntries(ListEntriesRequest.newBuilder()
                            .setFromIndex(next)
                            .setPageSize((int) Math.min(PAGE, head.getTreeSize() - next))
                            .setLog(choice())
                            .build());
            for (IndexedEntry entry : page.getEntriesList()) {
                if (entry.getIndex() != next) {
                    throw new Broken("entry " + entry.getIndex() + ": out of order (expected: entry " + next + ")");
                }
                require(AuditCheck.entry(
                        entry,
                        head,
                        within(audit)
                                .getInclusionProof(GetInclusionProofRequest.newBuilder()
                                        .setIndex(next)
                                        .setTreeSize(head.getTreeSize())
                                        .setLog(choice())
                                        .build())
                                .getHashesList()));
                print(entry);
                next++;
            }
            if (page.getEntriesCount() == 0) {
                throw new Broken("entry " + next + ": is missing (expected: " + head.getTreeSize() + " entries)");
            }
        }
        return next - from;
    }

    private static AuditServiceBlockingStub within(AuditServiceBlockingStub audit) {
        return audit.withDeadlineAfter(CALL_MAX_S, TimeUnit.SECONDS);
    }

    private AuditLogChoice choice() {
        AuditLogChoice.Builder choice = AuditLogChoice.newBuilder();
        if (log != null && log.whole) {
            choice.setWhole(true);
        } else if (log != null && log.tenant != null) {
            choice.setTenant(log.tenant);
        }
        return choice.build();
    }

    private static void require(Optional<String> fault) throws Broken {
        if (fault.isPresent()) {
            throw new Broken(fault.get());
        }
    }

    private TreeHead readHead(String name, List<PublicKey> keys) throws IOException, Broken {
        if (headFile == null || !Files.exists(headFile)) {
            return TreeHead.getDefaultInstance();
        }
        TreeHead head = TreeHead.parseFrom(Files.readAllBytes(headFile));
        Optional<String> fault = AuditCheck.head(head, name, keys);
        if (fault.isPresent()) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "--head: `" + headFile + "`: " + fault.get() + "; give each log and gateway a file of its own");
        }
        return head;
    }

    /** Whole or not at all: a head cut short would look like another log. */
    private static void writeHead(Path file, TreeHead head) throws IOException {
        Path made = file.resolveSibling(file.getFileName() + ".new");
        Files.write(made, head.toByteArray());
        Files.move(made, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private void print(IndexedEntry indexed) {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        if (json) {
            line.getOut().println(JsonWriter.json(indexed));
            return;
        }
        AuditEntry entry = indexed.getEntry();
        line.getOut()
                .println(String.format(
                                Locale.ROOT,
                                "%8d  %s  %-14s %-20s %s",
                                indexed.getIndex(),
                                Words.time(entry.getAt()),
                                Words.of(entry.getEvent()),
                                Words.printable(entry.getTenant()),
                                details(entry))
                        .stripTrailing());
    }

    private static String details(AuditEntry entry) {
        StringBuilder text = new StringBuilder();
        String item = Words.printable(entry.getItemId());
        text.append(item.matches("[0-9a-f]{32,}") ? item.substring(0, SHORT_ID) : item);
        if (entry.getVersion() > 0) {
            text.append(" version ").append(entry.getVersion());
        }
        if (!entry.getOtherTenant().isEmpty()) {
            text.append(" tenant ").append(Words.printable(entry.getOtherTenant()));
        }
        if (!entry.getVariantSha256().isEmpty()) {
            text.append(" variant ")
                    .append(HexFormat.of()
                            .formatHex(entry.getVariantSha256().toByteArray())
                            .substring(0, SHORT_ID));
        }
        if (entry.getPolicyVersion() > 0) {
            text.append(" policy ").append(entry.getPolicyVersion());
        }
        if (!entry.getRule().isEmpty()) {
            text.append(" rule ").append(Words.printable(entry.getRule()));
        }
        if (!entry.getPerson().isEmpty()) {
            text.append(" by ").append(Words.printable(entry.getPerson()));
        }
        if (entry.getCount() > 0) {
            text.append(' ').append(entry.getCount()).append(" times");
        }
        if (!entry.getReason().isEmpty()) {
            text.append(": ").append(Words.printable(entry.getReason()));
        }
        return text.toString().strip();
    }
}
