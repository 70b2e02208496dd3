package nl.sluis.gateway.fusion;

import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.Stage;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.ElementSets;
import nl.sluis.journal.v1.Solution;
import nl.sluis.journal.v1.StoredContribution;
import nl.sluis.journal.v1.StoredRecord;
import nl.sluis.journal.v1.Withdrawal;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.encounter.Sgp4;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.Mode;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Kind;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.MeanElements;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.ObservationSeries;
import nl.sluis.proto.v1.Sensor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns contributions into one solution per view. A fit is due for a view when a contribution that it may use arrives;
 * the fits that one contribution makes due run side by side.
 */
public final class Fusion implements Stage.Work {
    private static final Logger LOG = LoggerFactory.getLogger(Fusion.class);

    private final Usability usability;
    private final Forces forces;
    private final ExecutorService fits;
    private final MeterRegistry meters;
    private final Timer fitTime;

    private final Map<String, Sensor> sensors = new HashMap<>();
    private final Comparisons comparisons = new Comparisons();
    private final Map<Subject, Compartments<Input>> objects = new HashMap<>();
    private final Map<ObjectKey, ObjectReference> names = new HashMap<>();
    private final Map<Mode, Compartments<PublicElements>> catalogues = new EnumMap<>(Mode.class);
    private Usability.InForce policy;
    private long elementsSeen;

    /**
     * What a fit is about: data modes never mix in one product.
     *
     * @param mode data mode
     * @param object the object
     */
    private record Subject(Mode mode, ObjectKey object) {}

    /**
     * Elements of one object from one contribution.
     *
     * @param order place among all elements
     * @param contributionId the contribution
     * @param received when it was received
     * @param label its label
     * @param elements the elements
     */
    private record PublicElements(
            long order, String contributionId, Instant received, SecurityLabel label, MeanElements elements) {}

    /**
     * @param usability the policy in force: labels, audiences, and which audiences may use a contribution
     * @param forces which forces are modelled
     * @param fits runs the fits
     * @param meters where to count
     */
    public Fusion(Usability usability, Forces forces, ExecutorService fits, MeterRegistry meters) {
        this.usability = usability;
        this.policy = usability.inForce();
        this.forces = forces;
        this.fits = fits;
        this.meters = meters;
        this.fitTime = Timer.builder("sluis.fusion.fit")
                .description("time of the fits of one object, all due views")
                .register(meters);
    }

    @Override
    public void restore(Entry entry) throws InvalidProtocolBufferException, LabelException {
        takeIn(entry);
    }

    @Override
    public List<NewEntry> handle(Entry entry)
            throws InvalidProtocolBufferException, LabelException, InterruptedException {
        Touched touched = takeIn(entry);
        touched.used().forEach(key -> usability.explain(touched.contributionId(), touched.label(), key, Kind.TRACK));
        List<Solution> solutions = new ArrayList<>(touched.passedOn());
        solutions.addAll(elementSolutions(touched.label().mode(), touched.elementAudiences()));
        solutions.addAll(fit(touched.label().mode(), touched.objects()));
        return solutions.stream().map(Fusion::entry).toList();
    }

    @Override
    public boolean isStale() {
        return usability.inForce().bundle() != policy.bundle();
    }

    /**
     * Forms compartments and views again where another policy has come into force, and makes what they lack: an audience
     * that may use more, or may no longer use something that its last track was made from, gets a new one.
     */
    @Override
    public synchronized List<NewEntry> refresh() throws InterruptedException {
        Usability.InForce before = policy;
        policy = usability.inForce();
        List<Solution> solutions = new ArrayList<>();
        for (Map.Entry<Subject, Compartments<Input>> one : objects.entrySet()) {
            ObjectKey object = one.getKey().object();
            Compartments<Input> formed = one.getValue().formedAgain(input -> usable(input.label(), object, Kind.TRACK));
            BitSet due = changed(one.getValue(), before.bundle(), formed);
            one.setValue(formed);
            solutions.addAll(fit(one.getKey().mode(), Map.of(object, due)));
        }
        for (Map.Entry<Mode, Compartments<PublicElements>> one : catalogues.entrySet()) {
            Compartments<PublicElements> formed = one.getValue()
                    .formedAgain(elements -> usable(
                            elements.label(),
                            ObjectKey.of(elements.elements().getObject()).orElseThrow(),
                            Kind.CONJUNCTION));
            BitSet due = changed(one.getValue(), before.bundle(), formed);
            one.setValue(formed);
            solutions.addAll(elementSolutions(one.getKey(), due));
        }
        return solutions.stream().map(Fusion::entry).toList();
    }

    /** Who may use what was labelled under an earlier policy; nobody where the label means nothing any more. */
    private BitSet usable(SecurityLabel label, ObjectKey object, Kind product) {
        return usable(policy, label, object, product);
    }

    private static BitSet usable(Usability.InForce policy, SecurityLabel label, ObjectKey object, Kind product) {
        try {
            return policy.usable(policy.bundle().label(label.toProto()), object, product);
        } catch (LabelException e) {
            LOG.error("label is unknown to the policy in force, data not used, reason={}", e.reason());
            return new BitSet();
        }
    }

    /** The audiences of the policy in force whose view holds other entries than before. */
    private <T> BitSet changed(Compartments<T> before, PolicyBundle bundleBefore, Compartments<T> now) {
        Map<AudienceId, List<T>> old = views(before, bundleBefore);
        BitSet changed = new BitSet();
        views(now, policy.bundle()).forEach((audience, entries) -> {
            if (!entries.equals(old.get(audience))) {
                changed.or(index(audience));
            }
        });
        return changed;
    }

    private BitSet index(AudienceId audience) {
        BitSet index = new BitSet();
        policy.bundle().audiences().stream()
                .filter(one -> AudienceId.of(one).equals(audience))
                .forEach(one -> index.set(one.index()));
        return index;
    }

    private static <T> Map<AudienceId, List<T>> views(Compartments<T> compartments, PolicyBundle bundle) {
        Map<AudienceId, List<T>> views = new HashMap<>();
        BitSet all = new BitSet();
        all.set(0, bundle.audiences().size());
        compartments
                .views(all)
                .forEach(view -> view.audiences().stream()
                        .forEach(i -> views.put(AudienceId.of(bundle.audiences().get(i)), view.entries())));
        return views;
    }

    /**
     * What a contribution touched.
     *
     * @param contributionId its identifier
     * @param label its label
     * @param used objects that it has observations or references of
     * @param objects objects whose views have changed, and the audiences that have such a view
     * @param elementAudiences audiences whose view of the public elements has changed
     * @param passedOn what needs no fusion
     */
    private record Touched(
            String contributionId,
            SecurityLabel label,
            List<ObjectKey> used,
            Map<ObjectKey, BitSet> objects,
            BitSet elementAudiences,
            List<Solution> passedOn) {}

    private static NewEntry entry(Solution solution) {
        return solution.hasComparison()
                ? NewEntry.keyed(Comparisons.key(solution), solution.toByteArray())
                : NewEntry.of(solution.toByteArray());
    }

    private synchronized Touched takeIn(Entry entry) throws InvalidProtocolBufferException, LabelException {
        StoredContribution contribution = StoredContribution.parseFrom(entry.payload());
        SecurityLabel label = policy.bundle().label(contribution.getLabel());
        Instant received = Times.instant(contribution.getReceived());
        Map<ObjectKey, List<OrbitMessages.Tracked>> seen = new LinkedHashMap<>();
        Map<ObjectKey, List<OrbitState>> references = new LinkedHashMap<>();
        List<MeanElements> elements = new ArrayList<>();
        List<Solution> passedOn = new ArrayList<>();
        Map<ObjectKey, BitSet> touched = new TreeMap<>();
        BitSet elementAudiences = new BitSet();
        if (contribution.hasWithdrawal()) {
            // first in the log, so that what is made without it comes after
            passedOn.add(Solution.newBuilder()
                    .setWithdrawal(contribution.getWithdrawal())
                    .build());
            takeOut(contribution.getWithdrawal(), touched, elementAudiences);
        }
        int index = 0;
        // our own estimate is no observation: used again it would count twice what went into it
        List<StoredRecord> records = contribution.getResubmitted() ? List.of() : contribution.getRecordsList();
        for (StoredRecord record : records) {
            String recordId = contribution.getContributionId() + "/" + index++;
            switch (record.getContentCase()) {
                case SENSOR -> {
                    sensors.put(record.getSensor().getSensorId(), record.getSensor());
                    comparisons.registered(record.getSensor().getSensorId(), contribution.getSource());
                }
                case OBSERVATIONS -> {
                    ObservationSeries series = record.getObservations();
                    key(series.getObject())
                            .ifPresent(key -> seen.computeIfAbsent(key, none -> new ArrayList<>())
                                    .addAll(OrbitMessages.observations(series, sensors)));
                }
                case EPHEMERIS -> {
                    Ephemeris ephemeris = record.getEphemeris();
                    key(ephemeris.getObject())
                            .ifPresent(key -> references
                                    .computeIfAbsent(key, none -> new ArrayList<>())
                                    .addAll(inertial(ephemeris)));
                    passedOn.add(passOn(contribution).setEphemeris(ephemeris).build());
                }
                case ELEMENTS -> elements.add(record.getElements());
                case CONJUNCTION -> passedOn.add(conjunction(contribution, label, record.getConjunction()));
                case REENTRY ->
                    passedOn.add(
                            passOn(contribution).setReentry(record.getReentry()).build());
                case MANOEUVRE_PLAN ->
                    passedOn.add(passOn(contribution)
                            .setManoeuvrePlan(record.getManoeuvrePlan())
                            .build());
                case FRAGMENTATION ->
                    passedOn.add(passOn(contribution)
                            .setFragmentation(record.getFragmentation())
                            .build());
                case LAUNCH ->
                    passedOn.add(
                            passOn(contribution).setLaunch(record.getLaunch()).build());
                case INTERFERENCE ->
                    passedOn.add(passOn(contribution)
                            .setInterference(record.getInterference())
                            .build());
                case CONTENT_NOT_SET ->
                    throw new IllegalStateException("record " + recordId + ": no content (expected: one)");
            }
        }

        List<ObjectKey> used = union(seen.keySet(), references.keySet());
        for (ObjectKey key : used) {
            BitSet usable = policy.usable(label, key, Kind.TRACK);
            Input input = new Input(
                    entry.position(),
                    contribution.getContributionId(),
                    received,
                    label,
                    seen.getOrDefault(key, List.of()),
                    references.getOrDefault(key, List.of()));
            objects.computeIfAbsent(new Subject(label.mode(), key), none -> new Compartments<>(Input::order))
                    .add(usable, input);
            touched.computeIfAbsent(key, none -> new BitSet()).or(usable);
        }

        for (MeanElements one : elements) {
            key(one.getObject()).ifPresent(key -> {
                addStart(entry.position(), contribution.getContributionId(), received, label, key, one);
                BitSet usable = policy.usable(label, key, Kind.CONJUNCTION);
                elementAudiences.or(usable);
                catalogues
                        .computeIfAbsent(label.mode(), none -> new Compartments<>(PublicElements::order))
                        .add(
                                usable,
                                new PublicElements(
                                        elementsSeen++, contribution.getContributionId(), received, label, one));
            });
        }
        return new Touched(contribution.getContributionId(), label, used, touched, elementAudiences, passedOn);
    }

    /** Takes a withdrawn contribution out of every compartment; the views that held it are due. */
    private void takeOut(Withdrawal withdrawal, Map<ObjectKey, BitSet> touched, BitSet elementAudiences) {
        String id = withdrawal.getContributionId();
        objects.forEach((subject, compartments) -> {
            BitSet audiences =
                    compartments.remove(input -> input.contributionId().equals(id));
            if (!audiences.isEmpty()) {
                touched.computeIfAbsent(subject.object(), none -> new BitSet()).or(audiences);
            }
        });
        catalogues
                .values()
                .forEach(catalogue -> elementAudiences.or(
                        catalogue.remove(elements -> elements.contributionId().equals(id))));
    }

    /** Public elements are where a fit may start from; alone they make none due. */
    private void addStart(
            long order, String contributionId, Instant received, SecurityLabel label, ObjectKey key, MeanElements one) {
        OrbitState state;
        try {
            state = Sgp4.state(OrbitMessages.elements(one), Times.instant(one.getEpoch()));
        } catch (IllegalArgumentException e) {
            // elements of an object that has decayed are no start
            return;
        }
        objects.computeIfAbsent(new Subject(label.mode(), key), none -> new Compartments<>(Input::order))
                .add(
                        policy.usable(label, key, Kind.TRACK),
                        new Input(order, contributionId, received, label, List.of(), List.of(state)));
    }

    private static List<ObjectKey> union(Set<ObjectKey> a, Set<ObjectKey> b) {
        SortedSet<ObjectKey> all = new TreeSet<>(a);
        all.addAll(b);
        return List.copyOf(all);
    }

    private Optional<ObjectKey> key(ObjectReference object) {
        Optional<ObjectKey> key = ObjectKey.of(object);
        key.ifPresent(k -> names.putIfAbsent(k, object));
        return key;
    }

    private static List<OrbitState> inertial(Ephemeris ephemeris) {
        return ephemeris.getStatesList().stream().map(OrbitMessages::state).toList();
    }

    /** A conjunction message belongs to the encounters of those who may use it. */
    private Solution conjunction(StoredContribution contribution, SecurityLabel label, ConjunctionWarning message) {
        BitSet users = new BitSet();
        users.set(0, policy.bundle().audiences().size());
        for (ConjunctionObject object : List.of(message.getObject1(), message.getObject2())) {
            users.and(ObjectKey.of(object.getObject())
                    .map(key -> policy.usable(label, key, Kind.CONJUNCTION))
                    .orElseGet(BitSet::new));
        }
        Solution.Builder solution = passOn(contribution).setConjunction(message);
        users.stream()
                .mapToObj(i -> AudienceId.of(policy.bundle().audiences().get(i)).text())
                .forEach(solution.getBasisBuilder()::addAudiences);
        return solution.build();
    }

    private static Solution.Builder passOn(StoredContribution contribution) {
        return Solution.newBuilder()
                .setBasis(Basis.newBuilder()
                        .addContributionIds(contribution.getContributionId())
                        .setLabel(contribution.getLabel())
                        .addSourceLabels(contribution.getLabel())
                        .setReceived(contribution.getReceived()));
    }

    private List<Solution> fit(Mode mode, Map<ObjectKey, BitSet> due) throws InterruptedException {
        List<Future<List<Solution>>> running = new ArrayList<>();
        due.forEach((key, audiences) -> {
            Compartments<Input> compartments = Objects.requireNonNull(objects.get(new Subject(mode, key)));
            ObjectReference object = Objects.requireNonNull(names.get(key));
            List<Compartments.View<Input>> views = compartments.views(audiences);
            running.add(fits.submit(() -> fit(mode, object, audiences, views)));
        });
        List<Solution> solutions = new ArrayList<>();
        for (Future<List<Solution>> one : running) {
            try {
                solutions.addAll(one.get());
            } catch (ExecutionException e) {
                // one object that can't be fitted must not keep the others from theirs
                count("failed").increment();
                LOG.error("fit failed", e.getCause());
            }
        }
        return solutions;
    }

    private List<Solution> fit(Mode mode, ObjectReference object, BitSet due, List<Compartments.View<Input>> views)
            throws LabelException {
        long start = System.nanoTime();
        List<Solution> solutions = new ArrayList<>();
        List<ObjectFit.Outcome> outcomes = outcomes(object, views);
        for (ObjectFit.Outcome outcome : outcomes) {
            count(outcome.result().verdict().name().toLowerCase(Locale.ROOT)).increment();
            if (outcome.track().isPresent()) {
                List<Input> inputs = outcome.inputs();
                solutions.add(Solution.newBuilder()
                        .setBasis(basis(
                                outcome.view().audiences(),
                                inputs.stream().map(Input::contributionId).toList(),
                                inputs.stream().map(Input::label).toList(),
                                inputs.stream().map(Input::received).toList()))
                        .setTrack(outcome.track().get())
                        .build());
            }
        }
        solutions.addAll(comparisons.of(policy.bundle(), mode, object, due, outcomes));
        fitTime.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        return solutions;
    }

    /**
     * What the orbits of an object rest on, as far as a reader may know. For a thread that may compute.
     *
     * @param mode data mode
     * @param object the object
     * @param reader what the reader may know
     * @return one for each view; none where nothing is known of the object
     */
    public List<Explanation> explain(Mode mode, ObjectKey object, Explanation.Reader reader) {
        ObjectReference reference;
        Usability.InForce now = usability.inForce();
        Compartments<Input> known = new Compartments<>(Input::order);
        Compartments<Input> others = new Compartments<>(Input::order);
        synchronized (this) {
            Compartments<Input> inputs = objects.get(new Subject(mode, object));
            if (inputs == null) {
                return List.of();
            }
            reference = Objects.requireNonNull(names.get(object));
            for (Input input : inputs.entries()) {
                BitSet audiences = usable(now, input.label(), object, Kind.TRACK);
                audiences.and(reader.known(input.label(), object));
                known.add(audiences, input);
                if (!reader.isOwn(input.label())) {
                    others.add(audiences, input);
                }
            }
        }
        BitSet all = new BitSet();
        all.set(0, now.bundle().audiences().size());
        return Explanation.of(
                now.bundle(), outcomes(reference, known.views(all)), outcomes(reference, others.views(all)), reader);
    }

    /** A view that can't be fitted must not keep the others from theirs, nor tell them of itself: each then goes alone. */
    private List<ObjectFit.Outcome> outcomes(ObjectReference object, List<Compartments.View<Input>> views) {
        try {
            return new ObjectFit(object, views, forces, comparisons::originator).run();
        } catch (RuntimeException e) {
            if (views.size() == 1) {
                count("failed").increment();
                LOG.error("fit failed", e);
                return List.of();
            }
            return views.stream()
                    .flatMap(view -> outcomes(object, List.of(view)).stream())
                    .toList();
        }
    }

    private List<Solution> elementSolutions(Mode mode, BitSet due) {
        Compartments<PublicElements> catalogue = catalogues.get(mode);
        if (catalogue == null) {
            return List.of();
        }
        List<Solution> solutions = new ArrayList<>();
        for (Compartments.View<PublicElements> view : catalogue.views(due)) {
            Map<ObjectKey, PublicElements> latest = new TreeMap<>();
            for (PublicElements one : view.entries()) {
                latest.put(ObjectKey.of(one.elements().getObject()).orElseThrow(), one);
            }
            try {
                solutions.add(Solution.newBuilder()
                        .setBasis(basis(
                                view.audiences(),
                                latest.values().stream()
                                        .map(PublicElements::contributionId)
                                        .distinct()
                                        .toList(),
                                latest.values().stream()
                                        .map(PublicElements::label)
                                        .distinct()
                                        .toList(),
                                latest.values().stream()
                                        .map(PublicElements::received)
                                        .toList()))
                        .setElements(ElementSets.newBuilder()
                                .addAllElements(latest.values().stream()
                                        .map(PublicElements::elements)
                                        .toList()))
                        .build());
            } catch (LabelException e) {
                count("label_join_refused").increment();
                LOG.error("labels of public elements can't be joined, reason={}", e.reason());
            }
        }
        return solutions;
    }

    private Basis basis(
            BitSet audiences, List<String> contributions, List<SecurityLabel> labels, List<Instant> received)
            throws LabelException {
        Basis.Builder basis = Basis.newBuilder()
                .addAllContributionIds(contributions)
                .setLabel(SecurityLabel.join(labels).toProto())
                .setReceived(Times.timestamp(
                        received.stream().max(Instant::compareTo).orElseThrow()));
        labels.stream().distinct().map(SecurityLabel::toProto).forEach(basis::addSourceLabels);
        audiences.stream()
                .mapToObj(i -> AudienceId.of(policy.bundle().audiences().get(i)).text())
                .forEach(basis::addAudiences);
        return basis.build();
    }

    private Counter count(String verdict) {
        return Counter.builder("sluis.fusion.fits")
                .description("fits by verdict")
                .tag("verdict", verdict)
                .register(meters);
    }
}
