package nl.sluis.gateway.rpc;

import com.google.rpc.Code;
import com.google.rpc.Status;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One gRPC call on the wire: messages in as they are asked for, frames and one status out.
 *
 * <p>Lives on the event loop of its connection, and so do all its methods. What a peer that does not read can make it
 * hold is {@link PartnerLimits#maxUnsentBytes()} and one batch; what a peer that writes too fast can make it hold is one
 * message and one chunk.
 */
final class GrpcExchange {
    /** Takes what the peer sends. */
    interface Receiver {
        /** One message, which was asked for by {@link #demand}. */
        void message(byte[] message);

        /** No further message is here for now, or was asked for. */
        default void batchEnded() {}

        /** The peer has sent its last message. */
        void halfClosed();

        /** What the peer sends next can't be taken, and nothing more of it comes; the call is to be ended with this. */
        void refused(StatusException refusal);
    }

    /** HTTP/2 error codes (RFC 9113, section 7). */
    private static final long NO_ERROR = 0x0;

    private static final long CANCEL = 0x8;

    private static final Status OK = Status.getDefaultInstance();

    /** Longer deadlines are none. */
    private static final Duration LONGEST_DEADLINE = Duration.ofDays(30);

    private static final long NO_TIMER = -1;

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Vertx vertx;
    private final Context context;
    private final PartnerLimits limits;
    private final List<Consumer<Code>> endHandlers = new ArrayList<>();

    private @Nullable FrameReader reader;
    private @Nullable Receiver receiver;
    private @Nullable TenantUsage usage;
    private int heldBytes;
    private long demand;
    private boolean receiving;
    private boolean inputEnded;
    private boolean halfClosed;

    private Runnable drainHandler = () -> {};
    private Runnable stallHandler = () -> {};
    private boolean ended;
    private boolean gone;
    private boolean full;
    private long unsentBytes;
    private long sentBytes;
    private long stallTimer = NO_TIMER;
    private long deadlineTimer = NO_TIMER;
    private long closeTimer = NO_TIMER;

    GrpcExchange(Vertx vertx, HttpServerRequest request, PartnerLimits limits) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.request = request;
        this.response = request.response();
        this.limits = limits;
        response.exceptionHandler(failure -> {
            // the close handler follows and tells the rest
        });
        request.exceptionHandler(failure -> {
            // the close handler follows and tells the rest
        });
        // the one hook that fires for a reset, a lost connection and an ordinary end alike
        response.closeHandler(ignored -> closed());
    }

    /** {@code package.Service/Method}. */
    String method() {
        String path = request.path();
        return path == null || path.isEmpty() ? "" : path.substring(1);
    }

    Vertx vertx() {
        return vertx;
    }

    /** Runs the task on this call's event loop, at once where that is where we are. */
    void execute(Runnable task) {
        if (Vertx.currentContext() == context) {
            task.run();
        } else {
            context.runOnContext(ignored -> task.run());
        }
    }

    /** Runs the task on this call's event loop, after what is waiting there. */
    void executeLater(Runnable task) {
        context.runOnContext(ignored -> task.run());
    }

    /** Called once with the final code: CANCELLED where the peer went away or was reset. */
    void onEnd(Consumer<Code> handler) {
        endHandlers.add(handler);
    }

    /** Called whenever {@link #ready()} turns true again. */
    void onDrain(Runnable handler) {
        drainHandler = handler;
    }

    /** Called before a stream is reset because its peer takes nothing. */
    void onStall(Runnable handler) {
        stallHandler = handler;
    }

    /** Starts the clock of {@code grpc-timeout}, where the caller set one. */
    void startDeadline() {
        Duration deadline = GrpcTimeout.parse(request.getHeader("grpc-timeout")).orElse(LONGEST_DEADLINE);
        if (deadline.compareTo(LONGEST_DEADLINE) >= 0) {
            return;
        }
        // a Vert.x timer of 0 ms does not exist
        deadlineTimer = vertx.setTimer(Math.max(1, deadline.toMillis()), timer -> {
            deadlineTimer = NO_TIMER;
            finish(
                    Errors.deadlineExceeded("the caller's own deadline has passed")
                            .status(),
                    limits.closeWindow());
        });
    }

    /** Counts what the peer sends as its tenant's. Called before {@link #receive}. */
    void countFor(TenantUsage tenant) {
        usage = tenant;
    }

    /** Takes messages of at most {@code maxMessageBytes}; none comes before {@link #demand}. */
    void receive(int maxMessageBytes, Receiver newReceiver) {
        String encoding = request.getHeader("grpc-encoding");
        reader = new FrameReader(
                maxMessageBytes, limits.maxDecompressionRatio(), encoding == null ? "identity" : encoding);
        receiver = newReceiver;
        request.handler(chunk -> {
            if (reader != null) {
                reader.append(chunk);
                deliver();
            }
        });
        request.endHandler(ignored -> {
            inputEnded = true;
            deliver();
        });
    }

    /** Asks for {@code count} more messages. The peer is not read while none is asked for. */
    void demand(long count) {
        demand += count;
        deliver();
    }

    /** False where the peer takes less than is made for it; then wait for {@link #onDrain}. */
    boolean ready() {
        return !ended && unsentBytes < limits.maxUnsentBytes();
    }

    /** Bytes that the peer has not taken yet. */
    long unsentBytes() {
        return unsentBytes;
    }

    /** True where the status was given or the peer is gone. */
    boolean ended() {
        return ended;
    }

    /** Sends the response's headers, so that the peer knows it was let in. */
    void sendHead() {
        if (!ended && !response.headWritten()) {
            putHeaders();
            guarded(response::writeHead);
        }
    }

    /** Sends whole frames in one write; nothing where the call is over. */
    void send(Buffer frames) {
        if (ended) {
            return;
        }
        if (!response.headWritten()) {
            putHeaders();
        }
        int bytes = frames.length();
        unsentBytes += bytes;
        Future<Void> written = guarded(() -> response.write(frames));
        if (written != null) {
            written.onComplete(done -> sent(bytes));
        }
        if (!ended && unsentBytes >= limits.maxUnsentBytes() && !full) {
            full = true;
            watchStall();
        }
    }

    /** Ends the call well. */
    void complete() {
        finish(OK, limits.stallTimeout());
    }

    /** Ends the call with a refusal or a failure. */
    void fail(StatusException status) {
        finish(status.status(), limits.stallTimeout());
    }

    /** Ends the call and allows its last bytes only so much time; then the stream is reset. */
    void finish(Status status, Duration window) {
        if (ended) {
            return;
        }
        ended = true;
        stopTimers();
        boolean headWritten = response.headWritten();
        if (!headWritten) {
            putHeaders();
        }
        MultiMap target = headWritten ? response.trailers() : response.headers();
        Trailers.put(target, status);
        discardInput();
        Future<Void> written = guarded(response::end);
        if (written != null) {
            written.onComplete(done -> {
                if (!inputEnded && !gone) {
                    // the rest of the request is of no use (RFC 9113, 8.1)
                    response.reset(NO_ERROR);
                }
            });
        }
        if (!gone) {
            closeTimer = vertx.setTimer(Math.max(1, window.toMillis()), timer -> {
                closeTimer = NO_TIMER;
                if (!gone) {
                    response.reset(CANCEL);
                }
            });
        }
        tellEnd(codeOf(status));
    }

    /** Breaks the stream off. */
    void reset() {
        if (gone) {
            return;
        }
        boolean tell = !ended;
        ended = true;
        stopTimers();
        discardInput();
        response.reset(CANCEL);
        if (tell) {
            tellEnd(Code.CANCELLED);
        }
    }

    private void deliver() {
        if (receiving || reader == null || receiver == null) {
            return;
        }
        receiving = true;
        try {
            while (demand > 0 && !ended) {
                byte[] message = reader.next();
                if (message == null) {
                    break;
                }
                demand--;
                if (usage != null) {
                    usage.received(message.length);
                }
                receiver.message(message);
            }
            if (receiver != null) {
                receiver.batchEnded();
            }
            hold(reader == null ? 0 : reader.waitingBytes());
            if (!ended && reader != null && inputEnded && !halfClosed && (demand > 0 || reader.isEmpty())) {
                if (!reader.isEmpty()) {
                    throw Errors.malformed("request: ends within a message");
                }
                halfClosed = true;
                receiver.halfClosed();
            }
        } catch (StatusException refusal) {
            Receiver refused = receiver;
            discardInput();
            if (refused != null) {
                refused.batchEnded();
                refused.refused(refusal);
            }
        } finally {
            receiving = false;
        }
        if (!inputEnded && !ended) {
            if (demand > 0) {
                request.resume();
            } else {
                request.pause();
            }
        }
    }

    /** Bytes that wait here, which are its tenant's as long as they do. */
    private void hold(int bytes) {
        if (usage != null && bytes != heldBytes) {
            int more = bytes - heldBytes;
            heldBytes = bytes;
            usage.holds(more);
        }
    }

    private void discardInput() {
        reader = null;
        receiver = null;
        hold(0);
        if (!inputEnded && !gone) {
            request.resume();
        }
    }

    private void sent(int bytes) {
        unsentBytes -= bytes;
        sentBytes += bytes;
        if (full && unsentBytes <= limits.maxUnsentBytes() / 2) {
            full = false;
            cancel(stallTimer);
            stallTimer = NO_TIMER;
            if (!ended) {
                drainHandler.run();
            }
        }
    }

    private void watchStall() {
        long sentBefore = sentBytes;
        stallTimer = vertx.setTimer(limits.stallTimeout().toMillis(), timer -> {
            stallTimer = NO_TIMER;
            if (ended || !full) {
                return;
            }
            if (sentBytes == sentBefore) {
                stallHandler.run();
                reset();
            } else {
                watchStall();
            }
        });
    }

    private void putHeaders() {
        response.putHeader("content-type", "application/grpc");
        response.putHeader("grpc-accept-encoding", "identity,gzip");
    }

    /** Vert.x throws where a stream was cancelled meanwhile; one dead peer must not stop its caller's loop. */
    private @Nullable Future<Void> guarded(Supplier<Future<Void>> write) {
        try {
            return write.get();
        } catch (IllegalStateException closedMeanwhile) {
            closed();
            return null;
        }
    }

    private void closed() {
        if (gone) {
            return;
        }
        gone = true;
        stopTimers();
        if (!ended) {
            ended = true;
            tellEnd(Code.CANCELLED);
        }
        discardInput();
    }

    private void stopTimers() {
        cancel(stallTimer);
        cancel(deadlineTimer);
        cancel(closeTimer);
        stallTimer = NO_TIMER;
        deadlineTimer = NO_TIMER;
        closeTimer = NO_TIMER;
    }

    private void cancel(long timer) {
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
        }
    }

    private void tellEnd(Code code) {
        for (Consumer<Code> handler : endHandlers) {
            handler.accept(code);
        }
        endHandlers.clear();
    }

    private static Code codeOf(Status status) {
        Code code = Code.forNumber(status.getCode());
        return code == null ? Code.UNKNOWN : code;
    }
}
