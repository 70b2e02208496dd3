package nl.sluis.gateway.fusion;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.store.TaskQueue;
import nl.sluis.journal.v1.FitAnswer;
import nl.sluis.journal.v1.FitAudience;
import nl.sluis.journal.v1.FitInput;
import nl.sluis.journal.v1.FitOrder;
import nl.sluis.journal.v1.FitPart;
import nl.sluis.journal.v1.FitView;
import nl.sluis.journal.v1.Solution;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.Mode;

/**
 * Orders fits from the nodes that have the partitions of their objects. Only the node on which fusion runs orders; it decides
 * whose a track is and writes what comes back, in the order of the contributions and under its fencing token.
 *
 * <p>Called by the stage's thread alone.
 */
public final class SharedFits {
    private final TaskQueue queue;
    private final long token;

    /** How often something that an audience's fits of an object rested on was taken back. */
    private final Map<ViewOf, Integer> takenBack = new HashMap<>();

    private int policies;

    private record ViewOf(Mode mode, ObjectKey object, int audience) {}

    /** What the other node says where it can't carry out an order. */
    static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RefusedException(String reason) {
            super(reason);
        }
    }

    /**
     * @param queue takes the orders
     * @param token fencing token of fusion on this node
     */
    public SharedFits(TaskQueue queue, long token) {
        this.queue = queue;
        this.token = token;
    }

    /** Has later fits of some audiences go on from nothing that came before. */
    void takenBack(Mode mode, ObjectKey object, BitSet audiences) {
        audiences.stream().forEach(audience -> takenBack.merge(new ViewOf(mode, object, audience), 1, Integer::sum));
    }

    /** The same for all audiences and objects. */
    void policyChanged() {
        policies++;
    }

    /** The partition of an object. */
    static int partition(ObjectKey object) {
        return Math.floorMod(object.text().hashCode(), TaskQueue.PARTITIONS);
    }

    /**
     * Orders a fit.
     *
     * @param bundle the policy under which the views were formed
     * @param due audiences whose view has changed
     * @param views their views
     * @return the solutions; or a failure where nobody answered or the order was refused
     */
    CompletableFuture<List<Solution>> order(
            PolicyBundle bundle, Mode mode, ObjectKey object, BitSet due, List<Compartments.View<Input>> views) {
        Map<Long, Integer> indexes = new LinkedHashMap<>();
        FitOrder.Builder order = FitOrder.newBuilder()
                .setPolicy(bundle.digestHex())
                .setDataMode(mode.toProto())
                .setObject(object.text());
        due.stream().forEach(order::addDue);
        for (Compartments.View<Input> view : views) {
            FitView.Builder ordered = FitView.newBuilder();
            view.audiences().stream()
                    .forEach(audience -> ordered.addAudiences(FitAudience.newBuilder()
                            .setIndex(audience)
                            .setHistory(token + "/" + policies + "/"
                                    + takenBack.getOrDefault(new ViewOf(mode, object, audience), 0))));
            for (Compartments.Part<Input> part : view.parts()) {
                FitPart.Builder taken = FitPart.newBuilder().setVariant(part.variant());
                part.audiences().stream().forEach(taken::addAudiences);
                for (Input input : part.entries()) {
                    Integer index = indexes.get(input.order());
                    if (index == null) {
                        index = indexes.size();
                        indexes.put(input.order(), index);
                        order.addInputs(input(input));
                    }
                    taken.addInputs(index);
                }
                ordered.addParts(taken);
            }
            order.addViews(ordered);
        }
        return queue.submit(partition(object), order.build().toByteArray()).thenApply(SharedFits::solutions);
    }

    private static FitInput input(Input input) {
        FitInput.Builder named =
                FitInput.newBuilder().setPosition(Input.position(input.order())).setRecord(Input.record(input.order()));
        input.observations().stream()
                .flatMap(tracked -> tracked.sensors().stream())
                .map(sensor -> OrbitMessages.registration(sensor.id()))
                .distinct()
                .forEach(named::addRegistrations);
        return named.build();
    }

    private static List<Solution> solutions(byte[] answer) {
        try {
            FitAnswer parsed = FitAnswer.parseFrom(answer);
            if (!parsed.getRefused().isEmpty()) {
                throw new RefusedException(parsed.getRefused());
            }
            return parsed.getSolutionsList();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("answer to a fit order can't be read", e);
        }
    }
}
