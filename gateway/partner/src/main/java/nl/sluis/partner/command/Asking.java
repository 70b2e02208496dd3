package nl.sluis.partner.command;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.function.Consumer;
import nl.sluis.partner.Channels;
import nl.sluis.partner.ContextFileException;
import nl.sluis.partner.TlsProbe;
import picocli.CommandLine;

/** Asks a gateway something and turns what goes wrong into one line and an exit code. */
final class Asking {
    /** Longest wait for one answer, s: a question may read a whole log. */
    static final long ANSWER_MAX_S = 30;

    private Asking() {}

    /**
     * Opens a connection, asks, and closes it.
     *
     * @param line the command, for its options and its output
     * @param questions what is asked; prints the answers
     */
    static int gateway(CommandLine line, ConnectionOptions connection, Consumer<Channel> questions) {
        try {
            ManagedChannel channel = Channels.open(connection.resolve(line));
            try {
                questions.accept(channel);
                return ExitCode.OK;
            } finally {
                channel.shutdownNow();
                line.getOut().flush();
            }
        } catch (ContextFileException e) {
            line.getErr().println(e.getMessage());
            return ExitCode.USAGE;
        } catch (StatusRuntimeException e) {
            line.getErr().println(TlsProbe.oneLine(e));
            return ExitCode.of(e);
        }
    }
}
