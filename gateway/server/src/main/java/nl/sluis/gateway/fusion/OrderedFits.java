package nl.sluis.gateway.fusion;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.journal.v1.FitAnswer;
import nl.sluis.journal.v1.FitAudience;
import nl.sluis.journal.v1.FitInput;
import nl.sluis.journal.v1.FitOrder;
import nl.sluis.journal.v1.FitPart;
import nl.sluis.journal.v1.FitView;
import nl.sluis.journal.v1.StoredContribution;
import nl.sluis.journal.v1.StoredRecord;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.Mode;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.proto.v1.Sensor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the fits of one partition of the objects, as the node on which fusion runs orders them. An order names
 * contributions by their place; what it says is read from the journal once and kept.
 */
public final class OrderedFits implements UnaryOperator<byte[]> {
    private static final Logger LOG = LoggerFactory.getLogger(OrderedFits.class);

    /** Inputs kept, of whichever objects were fitted last: some kilobytes each. */
    private static final int INPUTS_KEPT_MAX = 20_000;

    private static final int READ_ENTRIES_MAX = 256;

    private final Usability usability;
    private final Journal journal;
    private final Fusion fits;
    private final Map<Subject, Map<Long, Input>> kept = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Subject, Map<Integer, String>> histories = new HashMap<>();
    private Optional<Usability.InForce> policy = Optional.empty();
    private final Map<String, Sensor> sensors = new HashMap<>();
    private long sensorsFollowed;
    private int inputsKept;

    private record Subject(Mode mode, ObjectKey object) {}

    /**
     * For a partition that this node took.
     *
     * @param usability the policy in force here; orders under another are refused
     * @param fits does the fits, and nothing else
     * @param journal where contributions stand
     */
    public OrderedFits(Usability usability, Fusion fits, Journal journal) {
        this.usability = usability;
        this.fits = fits;
        this.journal = journal;
    }

    @Override
    public byte[] apply(byte[] order) {
        FitAnswer answer;
        try {
            answer = carriedOut(FitOrder.parseFrom(order));
        } catch (InvalidProtocolBufferException | LabelException | RuntimeException e) {
            LOG.warn("fit not carried out for another node, it fits itself, reason={}", e.getMessage());
            answer = refused(String.valueOf(e.getMessage()));
        }
        return answer.toByteArray();
    }

    private static FitAnswer refused(String reason) {
        return FitAnswer.newBuilder()
                .setRefused(reason.isEmpty() ? "no reason" : reason)
                .build();
    }

    private FitAnswer carriedOut(FitOrder order) throws InvalidProtocolBufferException, LabelException {
        Usability.InForce now = usability.inForce();
        if (policy.isEmpty() || now.bundle() != policy.get().bundle()) {
            policy = Optional.of(now);
            // labels were checked under the one before
            kept.clear();
            inputsKept = 0;
        }
        if (!order.getPolicy().equals(now.bundle().digestHex())) {
            return refused("another policy is in force");
        }
        Mode mode = Arrays.stream(Mode.values())
                .filter(one -> one.toProto() == order.getDataMode())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("data mode: `" + order.getDataModeValue() + "`"));
        Subject subject = new Subject(mode, new ObjectKey(order.getObject()));
        List<Input> inputs = inputs(subject, order.getInputsList());
        Map<Integer, String> histories = this.histories.computeIfAbsent(subject, none -> new HashMap<>());
        List<Compartments.View<Input>> views = new ArrayList<>();
        for (FitView ordered : order.getViewsList()) {
            BitSet audiences = new BitSet();
            for (FitAudience audience : ordered.getAudiencesList()) {
                audiences.set(audience.getIndex());
                if (!audience.getHistory().equals(histories.put(audience.getIndex(), audience.getHistory()))) {
                    fits.forget(mode, subject.object(), audience.getIndex());
                }
            }
            views.add(view(audiences, ordered.getPartsList(), inputs));
        }
        return FitAnswer.newBuilder()
                .addAllSolutions(fits.fit(now, mode, subject.object(), bits(order.getDueList()), views))
                .build();
    }

    private static Compartments.View<Input> view(BitSet audiences, List<FitPart> parts, List<Input> inputs) {
        List<Input> entries = new ArrayList<>();
        List<Compartments.Part<Input>> taken = new ArrayList<>();
        for (FitPart part : parts) {
            List<Input> held = part.getInputsList().stream().map(inputs::get).toList();
            entries.addAll(held);
            taken.add(new Compartments.Part<>(bits(part.getAudiencesList()), part.getVariant(), held));
        }
        entries.sort(Comparator.comparingLong(Input::order));
        return new Compartments.View<>(audiences, List.copyOf(entries), List.copyOf(taken));
    }

    private static BitSet bits(List<Integer> indexes) {
        BitSet bits = new BitSet();
        indexes.forEach(bits::set);
        return bits;
    }

    private List<Input> inputs(Subject subject, List<FitInput> named)
            throws InvalidProtocolBufferException, LabelException {
        Map<Long, Input> known = kept.computeIfAbsent(subject, none -> new HashMap<>());
        List<Input> inputs = new ArrayList<>(named.size());
        for (FitInput one : named) {
            long order = Input.order(one.getPosition(), one.getRecord());
            Input input = known.get(order);
            if (input == null) {
                input = read(subject.object(), order, one);
                known.put(order, input);
                inputsKept++;
            }
            inputs.add(input);
        }
        while (inputsKept > INPUTS_KEPT_MAX && kept.size() > 1) {
            Iterator<Map<Long, Input>> oldestFirst = kept.values().iterator();
            inputsKept -= oldestFirst.next().size();
            oldestFirst.remove();
        }
        return inputs;
    }

    private Input read(ObjectKey object, long order, FitInput named)
            throws InvalidProtocolBufferException, LabelException {
        StoredContribution contribution = contribution(named.getPosition());
        SecurityLabel label = policy.orElseThrow().bundle().label(contribution.getLabel());
        StoredRecord record = contribution.getRecords(named.getRecord());
        return switch (record.getContentCase()) {
            case OBSERVATIONS -> {
                Map<String, Sensor> sensors = new TreeMap<>();
                for (String registration : named.getRegistrationsList()) {
                    Sensor sensor = sensor(registration);
                    sensors.put(sensor.getSensorId(), sensor);
                }
                yield SeenTrack.of(order, contribution, named.getRecord(), label, sensors)
                        .input(object);
            }
            case EPHEMERIS -> Input.stated(order, contribution, label, record.getEphemeris());
            case ELEMENTS ->
                Input.ofElements(order, contribution, label, record.getElements())
                        .orElseThrow(() -> new IllegalStateException("elements: of an object that has decayed"));
            default ->
                throw new IllegalStateException(
                        "record: `" + record.getContentCase() + "` (expected: observations, ephemeris or elements)");
        };
    }

    /** The sensor of a registration; the log of sensors is followed as far as an order needs it. */
    private Sensor sensor(String registration) throws InvalidProtocolBufferException {
        List<Entry> more = List.of();
        do {
            for (Entry entry : more) {
                StoredContribution stored = StoredContribution.parseFrom(entry.payload());
                Sensor sensor = stored.getRecords(0).getSensor();
                sensors.put(OrbitMessages.registration(sensor), sensor);
                fits.registered(sensor.getSensorId(), stored.getSource());
                sensorsFollowed = entry.position();
            }
            Sensor known = sensors.get(registration);
            if (known != null) {
                return known;
            }
            more = journal.read(LogName.SENSORS, sensorsFollowed + 1, READ_ENTRIES_MAX);
        } while (!more.isEmpty());
        throw new IllegalStateException("registration `" + registration + "`: none (expected: in the log of sensors)");
    }

    private StoredContribution contribution(long position) throws InvalidProtocolBufferException {
        return StoredContribution.parseFrom(
                journal.read(LogName.CONTRIBUTIONS, position, 1).get(0).payload());
    }
}
