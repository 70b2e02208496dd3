package nl.sluis.gateway.fusion;

import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.Stage;
import nl.sluis.journal.v1.Association;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.ElementSets;
import nl.sluis.journal.v1.Solution;
import nl.sluis.journal.v1.StoredContribution;
import nl.sluis.journal.v1.StoredRecord;
import nl.sluis.journal.v1.Withdrawal;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.Mode;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Kind;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.MeanElements;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Sensor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns contributions into one solution per view. A fit is due for a view when a contribution that it may use arrives.
 *
 * <p>Fits of different objects run side by side, also those of contributions that follow one another. What is decided and
 * written is the same as if each were fitted before the next is looked at: a track waits for the orbits that it is held
 * against, one that belongs to none of them waits for all, and solutions are written in the order of the contributions.
 */
public final class Fusion implements Stage.Work {
    private static final Logger LOG = LoggerFactory.getLogger(Fusion.class);

    private static final int READ_ENTRIES_MAX = 256;

    /** What was received so long ago is of no orbit that is observed now: twice the longest arc, for what comes late. */
    private static final Duration KEPT_IN_MEMORY = Duration.ofDays(60);

    private final Usability usability;
    private final Forces forces;
    private final int observationsMax;
    private final ExecutorService fits;
    private final Optional<SharedFits> shared;
    private final Journal journal;
    private final MeterRegistry meters;
    private final Timer fitTime;

    private final Map<String, Sensor> sensors = new HashMap<>();
    private final Comparisons comparisons = new Comparisons();
    private final Map<Subject, Compartments<Input>> objects = new HashMap<>();
    private final Map<Mode, Associations> associations = new EnumMap<>(Mode.class);

    /** What each audience keeps of its last fit of an object. */
    private final Map<Subject, Map<Integer, Kept>> kept = new HashMap<>();

    private final Map<String, Map<String, Optional<ObjectReference>>> decided = new HashMap<>();
    private final Map<Mode, Compartments<PublicElements>> catalogues = new EnumMap<>(Mode.class);
    private final Deque<Started> started = new ArrayDeque<>();
    private Usability.InForce policy;

    /**
     * What a fit is about: data modes never mix in one product.
     *
     * @param mode data mode
     * @param object the object
     */
    private record Subject(Mode mode, ObjectKey object) {}

    /**
     * @param usability the policy in force: labels, audiences, and which audiences may use a contribution
     * @param forces which forces are modelled
     * @param observationsMax of an object, alike releasable: how many an audience's orbit rests on, the newest ones; the track
     *     that passes it counts whole
     * @param fits runs the fits
     * @param journal where solutions stand that were made before
     * @param meters where to count
     */
    public Fusion(
            Usability usability,
            Forces forces,
            int observationsMax,
            ExecutorService fits,
            Journal journal,
            MeterRegistry meters) {
        this(usability, forces, observationsMax, fits, Optional.empty(), journal, meters);
    }

    /**
     * The same with fits spread over nodes.
     *
     * @param shared orders fits from other nodes; what they don't give is fitted here
     */
    public Fusion(
            Usability usability,
            Forces forces,
            int observationsMax,
            ExecutorService fits,
            Optional<SharedFits> shared,
            Journal journal,
            MeterRegistry meters) {
        this.shared = shared;
        this.usability = usability;
        this.policy = usability.inForce();
        this.forces = forces;
        this.observationsMax = observationsMax;
        this.fits = fits;
        this.journal = journal;
        this.meters = meters;
        this.fitTime = Timer.builder("sluis.fusion.fit")
                .description("time of the fits of one object, all due views")
                .register(meters);
    }

    /** Takes up what was decided and the last orbits, which later decisions rest on. */
    @Override
    public void takeUp(Entry entry) throws InvalidProtocolBufferException, LabelException {
        Solution solution = Solution.parseFrom(entry.payload());
        if (solution.hasTrack() && solution.hasFitted()) {
            Mode mode = policy.bundle().label(solution.getBasis().getLabel()).mode();
            learn(mode, solution);
            keep(
                    new Subject(mode, key(solution)),
                    audiences(solution),
                    new Kept(Optional.empty(), Kept.Since.of(solution.getTrack())));
        }
        for (Association one : solution.getAssociations().getAssociationsList()) {
            Map<String, Optional<ObjectReference>> by = decided.computeIfAbsent(
                    SeenTrack.id(one.getContributionId(), one.getRecord()), none -> new HashMap<>());
            Optional<ObjectReference> object = one.hasObject() ? Optional.of(one.getObject()) : Optional.empty();
            one.getAudiencesList().forEach(audience -> by.put(audience, object));
        }
    }

    /** Takes up sensors whose registration is no longer kept among the contributions, but may be used by them. */
    @Override
    public void begin() throws InvalidProtocolBufferException {
        long oldest = Math.max(1, journal.oldest(LogName.CONTRIBUTIONS));
        Optional<Entry> first =
                journal.read(LogName.CONTRIBUTIONS, oldest, 1).stream().findFirst();
        Instant since = first.isPresent()
                ? Times.instant(
                        StoredContribution.parseFrom(first.get().payload()).getReceived())
                : Instant.MAX;
        long end = journal.watermark(LogName.SENSORS);
        for (long next = 1; next <= end; ) {
            for (Entry entry : journal.read(LogName.SENSORS, next, READ_ENTRIES_MAX)) {
                StoredContribution registration = StoredContribution.parseFrom(entry.payload());
                if (Times.instant(registration.getReceived()).isBefore(since)) {
                    Sensor sensor = registration.getRecords(0).getSensor();
                    sensors.put(sensor.getSensorId(), sensor);
                    comparisons.registered(sensor.getSensorId(), registration.getSource());
                }
                next = entry.position() + 1;
            }
        }
    }

    private boolean learn(Mode mode, Solution solution) {
        ObjectKey key = key(solution);
        return associations(mode)
                .learn(
                        key,
                        audiences(solution),
                        FittedOrbits.solution(solution, state -> forces.of(key, state)),
                        Times.instant(solution.getFitted().getLastObservation()));
    }

    private static ObjectKey key(Solution solution) {
        return ObjectKey.of(solution.getTrack().getObject()).orElseThrow();
    }

    private BitSet audiences(Solution solution) {
        BitSet audiences = new BitSet();
        solution.getBasis().getAudiencesList().forEach(text -> audiences.or(index(text)));
        return audiences;
    }

    private void keep(Subject subject, BitSet audiences, Kept one) {
        Map<Integer, Kept> by = kept.computeIfAbsent(subject, none -> new HashMap<>());
        audiences.stream().forEach(audience -> {
            if (one.isNothing()) {
                by.remove(audience);
            } else {
                by.put(audience, one);
            }
        });
    }

    private Associations associations(Mode mode) {
        return associations.computeIfAbsent(
                mode, none -> new Associations(policy.bundle().audiences().size()));
    }

    @Override
    public void restore(Entry entry) throws InvalidProtocolBufferException, LabelException, InterruptedException {
        Touched touched = takeIn(entry, true);
        giveUp(touched.label().mode(), touched);
    }

    @Override
    public List<NewEntry> handle(Entry entry) throws Exception {
        return start(entry).get();
    }

    @Override
    public Stage.Outcome start(Entry entry)
            throws InvalidProtocolBufferException, LabelException, InterruptedException {
        Touched touched = takeIn(entry, false);
        touched.used().forEach(key -> usability.explain(touched.contributionId(), touched.label(), key, Kind.TRACK));
        List<Solution> solutions = new ArrayList<>(touched.passedOn());
        associated(touched.associations()).ifPresent(solutions::add);
        Mode mode = touched.label().mode();
        giveUp(mode, touched);
        solutions.addAll(
                touched.elementsTakenOut().isEmpty()
                        ? listed(touched.listed())
                        : listedAnew(mode, touched.elementAudiences()));
        Started begun = new Started(mode, solutions, startFits(mode, touched.objects()));
        started.add(begun);
        return begun;
    }

    /**
     * Old contributions leave the views that are due, by the time of the contribution that makes them so, or because newer ones
     * that are releasable alike are enough: what others contribute changes nothing in what a view holds when it is fitted.
     */
    private void giveUp(Mode mode, Touched touched) {
        Instant oldest = touched.received().minus(KEPT_IN_MEMORY);
        synchronized (objects) {
            touched.objects().forEach((key, audiences) -> {
                Compartments<Input> inputs = Objects.requireNonNull(objects.get(new Subject(mode, key)));
                inputs.giveUp(audiences, input -> input.received().isBefore(oldest));
                inputs.giveUpOldest(audiences, input -> input.observations().size(), Input::latest, observationsMax);
            });
        }
    }

    private static Optional<Solution> associated(List<Association> associations) {
        return associations.isEmpty()
                ? Optional.empty()
                : Optional.of(Solution.newBuilder()
                        .setAssociations(
                                nl.sluis.journal.v1.Associations.newBuilder().addAllAssociations(associations))
                        .build());
    }

    /** A contribution whose fits run. */
    private final class Started implements Stage.Outcome {
        private final Mode mode;
        private final List<Solution> solutions;
        private final Map<Subject, Future<Fitted>> fits;
        private Optional<RuntimeException> failure = Optional.empty();

        Started(Mode mode, List<Solution> solutions, Map<Subject, Future<Fitted>> fits) {
            this.mode = mode;
            this.solutions = solutions;
            this.fits = fits;
        }

        @Override
        public boolean isDone() {
            return fits.values().stream().allMatch(Future::isDone);
        }

        @Override
        public List<NewEntry> get() throws InterruptedException {
            finishUpTo(this);
            if (failure.isPresent()) {
                throw failure.get();
            }
            return solutions.stream().map(Fusion::entry).toList();
        }
    }

    /** Takes up what the fits of contributions gave, of one and of all before it. */
    private void finishUpTo(Started last) throws InterruptedException {
        while (started.contains(last)) {
            Started first = started.remove();
            try {
                Map<ObjectKey, BitSet> learnt = new TreeMap<>();
                first.solutions.addAll(finishFits(first.fits, learnt));
                first.solutions.addAll(claimed(first.mode, learnt));
            } catch (RuntimeException e) {
                // told when that contribution is asked for: it is not the fault of the one that waits
                first.failure = Optional.of(e);
            }
        }
    }

    /** An orbit that was not known before may claim tracks that wait; it is fitted again with them. */
    private List<Solution> claimed(Mode mode, Map<ObjectKey, BitSet> learnt) throws InterruptedException {
        List<Association> claimed = new ArrayList<>();
        Map<ObjectKey, BitSet> touched = new TreeMap<>();
        learnt.forEach((key, audiences) -> claim(mode, Optional.of(key), audiences, touched, claimed));
        List<Solution> solutions = new ArrayList<>();
        associated(claimed).ifPresent(solutions::add);
        solutions.addAll(finishFits(startFits(mode, touched), new TreeMap<>()));
        return solutions;
    }

    private void finishAll() throws InterruptedException {
        if (!started.isEmpty()) {
            finishUpTo(started.getLast());
        }
    }

    /** Takes up what the fits of some objects gave, and what came before them. */
    private void finish(Predicate<Subject> which) throws InterruptedException {
        Started last = null;
        for (Started one : started) {
            last = one.fits.keySet().stream().anyMatch(which) ? one : last;
        }
        if (last != null) {
            finishUpTo(last);
        }
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
    public List<NewEntry> refresh() throws InterruptedException {
        Usability.InForce before = policy;
        policy = usability.inForce();
        List<Solution> solutions = new ArrayList<>();
        // a manoeuvre was found in what a view held, so it is looked for again in what it holds now
        kept.clear();
        shared.ifPresent(SharedFits::policyChanged);
        Map<Mode, Associations> associationsBefore = new EnumMap<>(associations);
        associationsBefore.forEach((mode, one) -> associations.put(
                mode,
                one.formedAgain(policy.bundle().audiences().size(), audiences -> moved(audiences, before.bundle()))));
        for (Map.Entry<Subject, Compartments<Input>> one : objects.entrySet()) {
            ObjectKey object = one.getKey().object();
            Compartments<Input> formed = one.getValue()
                    .formedAgain(
                            input -> usable(input.label(), object, Kind.TRACK),
                            (input, usersBefore, takersBefore, users) -> {
                                // who gave it to another object goes on to do so; who sees it first believes its name
                                BitSet takers = (BitSet) users.clone();
                                BitSet elsewhere = (BitSet) usersBefore.clone();
                                elsewhere.andNot(takersBefore);
                                takers.andNot(moved(elsewhere, before.bundle()));
                                return takers;
                            });
            formed.forEach((users, input) -> input.references().forEach(orbit -> {
                if (input.elements().isEmpty()) {
                    associations(one.getKey().mode()).state(object, input, users, orbit, forces);
                }
            }));
            BitSet due = changed(one.getValue(), before.bundle(), formed);
            synchronized (objects) {
                one.setValue(formed);
            }
            solutions.addAll(finishFits(startFits(one.getKey().mode(), Map.of(object, due)), new TreeMap<>()));
        }
        for (Map.Entry<Mode, Compartments<PublicElements>> one : catalogues.entrySet()) {
            Compartments<PublicElements> formed = one.getValue()
                    .formedAgain(
                            elements -> usable(elements.label(), elements.key(), Kind.CONJUNCTION),
                            (elements, usersBefore, takersBefore, users) -> users);
            formed.forEach((users, elements) -> list(one.getKey(), elements));
            BitSet due = changed(one.getValue(), before.bundle(), formed);
            one.setValue(formed);
            solutions.addAll(listedAnew(one.getKey(), due));
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
        return index(audience.text());
    }

    private BitSet index(String audience) {
        BitSet index = new BitSet();
        policy.bundle().audiences().stream()
                .filter(one -> AudienceId.of(one).text().equals(audience))
                .forEach(one -> index.set(one.index()));
        return index;
    }

    /** The same audiences by their index in the policy in force. */
    private BitSet moved(BitSet audiences, PolicyBundle before) {
        BitSet moved = new BitSet();
        audiences.stream()
                .forEach(i -> moved.or(index(AudienceId.of(before.audiences().get(i)))));
        return moved;
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
     * @param received when the gateway received it
     * @param label its label
     * @param used objects that it has observations or references of
     * @param associations what became of its tracks, and of earlier ones with them
     * @param objects objects whose views have changed, and the audiences that have such a view
     * @param listed its public elements, and who may use each
     * @param elementsTakenOut audiences whose view holds public elements no longer
     * @param passedOn what needs no fusion
     */
    private record Touched(
            String contributionId,
            Instant received,
            SecurityLabel label,
            List<ObjectKey> used,
            List<Association> associations,
            Map<ObjectKey, BitSet> objects,
            Map<PublicElements, BitSet> listed,
            BitSet elementsTakenOut,
            List<Solution> passedOn) {

        BitSet elementAudiences() {
            BitSet audiences = (BitSet) elementsTakenOut.clone();
            listed.values().forEach(audiences::or);
            return audiences;
        }
    }

    private static NewEntry entry(Solution solution) {
        return solution.hasComparison()
                ? NewEntry.keyed(Comparisons.key(solution), solution.toByteArray())
                : NewEntry.of(solution.toByteArray());
    }

    private Touched takeIn(Entry entry, boolean again)
            throws InvalidProtocolBufferException, LabelException, InterruptedException {
        StoredContribution contribution = StoredContribution.parseFrom(entry.payload());
        SecurityLabel label = policy.bundle().label(contribution.getLabel());
        Instant received = Times.instant(contribution.getReceived());
        List<SeenTrack> seen = new ArrayList<>();
        List<Association> associated = new ArrayList<>();
        SortedSet<ObjectKey> used = new TreeSet<>();
        Map<Long, MeanElements> elements = new LinkedHashMap<>();
        List<Solution> passedOn = new ArrayList<>();
        Map<ObjectKey, BitSet> touched = new TreeMap<>();
        Map<PublicElements, BitSet> listed = new LinkedHashMap<>();
        BitSet elementsTakenOut = new BitSet();
        Map<ObjectKey, BitSet> stated = new TreeMap<>();
        if (contribution.hasWithdrawal()) {
            // first in the log, so that what is made without it comes after
            passedOn.add(Solution.newBuilder()
                    .setWithdrawal(contribution.getWithdrawal())
                    .build());
            takeOut(contribution.getWithdrawal(), touched, elementsTakenOut);
        }
        boolean tellsOrbits = contribution.getRecordsList().stream()
                .anyMatch(record -> record.hasElements() || record.hasEphemeris());
        if (tellsOrbits && associations(label.mode()).hasWaiting()) {
            // tracks that wait are held against all that is known
            finishAll();
        }
        int index = 0;
        // our own estimate is no observation: used again it would count twice what went into it
        List<StoredRecord> records = contribution.getResubmitted() ? List.of() : contribution.getRecordsList();
        for (StoredRecord record : records) {
            int place = index++;
            String recordId = SeenTrack.id(contribution.getContributionId(), place);
            long order = Input.order(entry.position(), place);
            switch (record.getContentCase()) {
                case SENSOR -> {
                    sensors.put(record.getSensor().getSensorId(), record.getSensor());
                    comparisons.registered(record.getSensor().getSensorId(), contribution.getSource());
                }
                case OBSERVATIONS -> seen.add(SeenTrack.of(order, contribution, place, label, sensors));
                case EPHEMERIS -> {
                    Ephemeris ephemeris = record.getEphemeris();
                    ObjectKey.of(ephemeris.getObject()).ifPresent(key -> {
                        used.add(key);
                        Input input = Input.stated(order, contribution, label, ephemeris);
                        BitSet users = policy.usable(label, key, Kind.TRACK);
                        put(key, users, users, input, touched);
                        stated.computeIfAbsent(key, none -> new BitSet()).or(users);
                        input.references()
                                .forEach(orbit -> associations(label.mode()).state(key, input, users, orbit, forces));
                    });
                    passedOn.add(ephemeris(contribution, label, ephemeris));
                }
                case ELEMENTS -> elements.put(order, record.getElements());
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

        for (SeenTrack track : seen) {
            used.add(track.named().flatMap(ObjectKey::of).orElse(new ObjectKey(track.id())));
            if (again) {
                putAgain(track, touched);
            } else {
                associate(track, touched, associated);
            }
        }

        elements.forEach((order, one) -> {
            ObjectKey.of(one.getObject()).ifPresent(key -> {
                PublicElements newest =
                        new PublicElements(order, contribution.getContributionId(), received, label, key, one);
                Input.ofElements(order, contribution, label, one).ifPresent(start -> addStart(start, key));
                list(label.mode(), newest);
                BitSet usable = policy.usable(label, key, Kind.CONJUNCTION);
                listed.put(newest, usable);
                catalogues
                        .computeIfAbsent(label.mode(), none -> new Compartments<>(PublicElements::order))
                        .add(usable, newest);
            });
        });
        Touched all = new Touched(
                contribution.getContributionId(),
                received,
                label,
                List.copyOf(used),
                associated,
                touched,
                listed,
                elementsTakenOut,
                passedOn);
        if (!again) {
            stated.forEach((key, users) -> claim(label.mode(), Optional.of(key), users, touched, associated));
            if (!elements.isEmpty()) {
                claim(label.mode(), Optional.empty(), all.elementAudiences(), touched, associated);
            }
        }
        return all;
    }

    /** Each set of audiences that know the same puts a track where it belongs for them. */
    private void associate(SeenTrack track, Map<ObjectKey, BitSet> touched, List<Association> associated)
            throws InterruptedException {
        Mode mode = track.label().mode();
        Optional<ObjectKey> named = track.named().flatMap(ObjectKey::of);
        BitSet users = users(track);
        if (users.isEmpty()) {
            return;
        }
        if (!track.bearsOnOrbit()) {
            named.ifPresent(key -> put(key, users, users, track.input(key), touched));
            return;
        }
        if (named.isPresent()) {
            finish(new Subject(mode, named.get())::equals);
        }
        associations(mode)
                .associate(track, users, of -> finish(subject -> subject.mode() == mode && of.test(subject.object())))
                .forEach(placement -> place(placement, touched, associated));
    }

    /** Has waiting tracks looked at again by those who have come to know more, of one object or of any. */
    private void claim(
            Mode mode,
            Optional<ObjectKey> object,
            BitSet audiences,
            Map<ObjectKey, BitSet> touched,
            List<Association> associated) {
        associations(mode).reconsider(object, audiences).forEach(placement -> place(placement, touched, associated));
    }

    private void place(Associations.Placement placement, Map<ObjectKey, BitSet> touched, List<Association> associated) {
        SeenTrack placed = placement.track();
        counter(
                        "associations",
                        "tracks by what became of them",
                        placement
                                .outcome()
                                .name()
                                .substring("ASSOCIATION_OUTCOME_".length())
                                .toLowerCase(Locale.ROOT))
                .increment();
        placement.object().ifPresent(key -> put(key, placed, placement.audiences(), touched));
        Optional<ObjectKey> named = placed.named().flatMap(ObjectKey::of);
        if (named.isEmpty() || !placement.object().equals(named)) {
            Association.Builder one = Association.newBuilder()
                    .setContributionId(placed.contributionId())
                    .setRecord(placed.record())
                    .setOutcome(placement.outcome())
                    .addAllCandidates(placement.candidates());
            placement.object().ifPresent(key -> one.setObject(key.reference()));
            audienceIds(placement.audiences()).forEach(one::addAudiences);
            associated.add(one.build());
        }
    }

    /** Puts a track where it was put in an earlier life. */
    private void putAgain(SeenTrack track, Map<ObjectKey, BitSet> touched) {
        Map<String, Optional<ObjectReference>> by = decided.getOrDefault(track.id(), Map.of());
        Map<ObjectKey, BitSet> places = new TreeMap<>();
        BitSet waiting = new BitSet();
        BitSet users = users(track);
        users.stream().forEach(audience -> {
            Optional<ObjectReference> object = by.getOrDefault(
                    AudienceId.of(policy.bundle().audiences().get(audience)).text(), track.named());
            object.flatMap(ObjectKey::of)
                    .map(key -> places.computeIfAbsent(key, none -> new BitSet()))
                    .orElse(waiting)
                    .set(audience);
        });
        associations(track.label().mode()).divide(users);
        places.forEach((key, audiences) -> put(key, track, audiences, touched));
        if (!waiting.isEmpty() && track.bearsOnOrbit()) {
            associations(track.label().mode()).keep(track, waiting);
        }
    }

    /** Who may use a track before it is known whose it is. */
    private BitSet users(SeenTrack track) {
        return policy.usable(
                track.label(), track.named().flatMap(ObjectKey::of).orElse(new ObjectKey(track.id())), Kind.TRACK);
    }

    private void put(ObjectKey key, SeenTrack track, BitSet takers, Map<ObjectKey, BitSet> touched) {
        BitSet users = policy.usable(track.label(), key, Kind.TRACK);
        users.and(users(track));
        put(key, users, takers, track.input(key), touched);
    }

    private void put(ObjectKey key, BitSet users, BitSet takers, Input input, Map<ObjectKey, BitSet> touched) {
        associations(input.label().mode()).divide(users);
        BitSet both = (BitSet) takers.clone();
        both.and(users);
        synchronized (objects) {
            objects.computeIfAbsent(new Subject(input.label().mode(), key), none -> new Compartments<>(Input::order))
                    .add(users, both, input);
        }
        touched.computeIfAbsent(key, none -> new BitSet()).or(both);
    }

    private void list(Mode mode, PublicElements one) {
        ObjectKey key = one.key();
        try {
            associations(mode)
                    .list(
                            key,
                            one.order(),
                            one.contributionId(),
                            policy.usable(policy.bundle().label(one.label().toProto()), key, Kind.TRACK),
                            one.elements());
        } catch (LabelException e) {
            LOG.error("label is unknown to the policy in force, elements not used, reason={}", e.reason());
        } catch (IllegalArgumentException e) {
            // elements that make no orbit predict nothing; they are passed on as they are
            LOG.debug("elements predict nothing, object={} reason={}", key.text(), e.getMessage());
        }
    }

    /** Takes a withdrawn contribution out of every compartment; the views that held it are due. */
    private void takeOut(Withdrawal withdrawal, Map<ObjectKey, BitSet> touched, BitSet elementsTakenOut)
            throws InterruptedException {
        // what still runs may rest on it, and must not be taken up afterwards
        finishAll();
        String id = withdrawal.getContributionId();
        associations.values().forEach(one -> one.withdraw(id));
        objects.forEach((subject, compartments) -> {
            BitSet audiences;
            synchronized (objects) {
                audiences = compartments.remove(input -> input.contributionId().equals(id));
            }
            if (!audiences.isEmpty()) {
                associations(subject.mode()).unlearn(subject.object(), audiences);
                audiences.stream().forEach(audience -> forget(subject.mode(), subject.object(), audience));
                shared.ifPresent(fits -> fits.takenBack(subject.mode(), subject.object(), audiences));
                touched.computeIfAbsent(subject.object(), none -> new BitSet()).or(audiences);
            }
        });
        catalogues
                .values()
                .forEach(catalogue -> elementsTakenOut.or(
                        catalogue.remove(elements -> elements.contributionId().equals(id))));
    }

    /** Public elements are where a fit may start from; alone they make none due. */
    private void addStart(Input start, ObjectKey key) {
        synchronized (objects) {
            objects.computeIfAbsent(new Subject(start.label().mode(), key), none -> new Compartments<>(Input::order))
                    .add(policy.usable(start.label(), key, Kind.TRACK), start);
        }
    }

    /** A conjunction message belongs to the encounters of those who may use it. */
    private Solution conjunction(StoredContribution contribution, SecurityLabel label, ConjunctionWarning message) {
        return usedInWarnings(
                passOn(contribution).setConjunction(message),
                label,
                List.of(message.getObject1().getObject(), message.getObject2().getObject()));
    }

    /** An ephemeris is screened for those who may use it. */
    private Solution ephemeris(StoredContribution contribution, SecurityLabel label, Ephemeris ephemeris) {
        return usedInWarnings(passOn(contribution).setEphemeris(ephemeris), label, List.of(ephemeris.getObject()));
    }

    private Solution usedInWarnings(Solution.Builder solution, SecurityLabel label, List<ObjectReference> objects) {
        BitSet users = new BitSet();
        users.set(0, policy.bundle().audiences().size());
        for (ObjectReference object : objects) {
            users.and(ObjectKey.of(object)
                    .map(key -> policy.usable(label, key, Kind.CONJUNCTION))
                    .orElseGet(BitSet::new));
        }
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

    /**
     * What came of the fits of one object.
     *
     * @param solutions tracks
     * @param kept what the audiences of each view keep
     */
    private record Fitted(List<Solution> solutions, Map<BitSet, Kept> kept) {}

    private Map<Subject, Future<Fitted>> startFits(Mode mode, Map<ObjectKey, BitSet> due) throws InterruptedException {
        Map<Subject, Future<Fitted>> running = new LinkedHashMap<>();
        for (Map.Entry<ObjectKey, BitSet> one : due.entrySet()) {
            Subject subject = new Subject(mode, one.getKey());
            finish(subject::equals);
            BitSet audiences = one.getValue();
            List<Compartments.View<Input>> views =
                    Objects.requireNonNull(objects.get(subject)).views(audiences);
            running.put(subject, startFit(subject, audiences, views));
        }
        return running;
    }

    private Future<Fitted> startFit(Subject subject, BitSet audiences, List<Compartments.View<Input>> views) {
        List<ObjectFit.Due> due = due(subject, views);
        if (shared.isEmpty()) {
            return fits.submit(() -> fit(subject.mode(), subject.object(), audiences, due));
        }
        return shared.get()
                .order(policy.bundle(), subject.mode(), subject.object(), audiences, views)
                .thenApply(solutions -> new Fitted(solutions, Map.of()))
                .exceptionallyAsync(
                        failure -> {
                            LOG.warn(
                                    "fitted here: no other node did, object={} reason={}",
                                    subject.object().text(),
                                    failure.getMessage());
                            try {
                                return fit(subject.mode(), subject.object(), audiences, due);
                            } catch (LabelException e) {
                                throw new CompletionException(e);
                            }
                        },
                        fits);
    }

    private List<Solution> finishFits(Map<Subject, Future<Fitted>> running, Map<ObjectKey, BitSet> learnt)
            throws InterruptedException {
        List<Solution> solutions = new ArrayList<>();
        for (Map.Entry<Subject, Future<Fitted>> one : running.entrySet()) {
            try {
                Fitted fitted = one.getValue().get();
                fitted.kept().forEach((audiences, now) -> keep(one.getKey(), audiences, now));
                for (Solution solution : fitted.solutions()) {
                    solutions.add(solution);
                    if (solution.hasTrack() && learn(one.getKey().mode(), solution)) {
                        learnt.computeIfAbsent(one.getKey().object(), none -> new BitSet())
                                .or(audiences(solution));
                    }
                }
            } catch (ExecutionException e) {
                // one object that can't be fitted must not keep the others from theirs
                count("failed").increment();
                LOG.error("fit failed", e.getCause());
            }
        }
        return solutions;
    }

    /**
     * The fit of some views on behalf of the node that formed them.
     *
     * @param formedUnder the policy under which they were formed
     * @param due audiences whose view has changed
     */
    List<Solution> fit(
            Usability.InForce formedUnder,
            Mode mode,
            ObjectKey object,
            BitSet due,
            List<Compartments.View<Input>> views)
            throws LabelException {
        policy = formedUnder;
        Subject subject = new Subject(mode, object);
        Fitted fitted = fit(mode, object, due, due(subject, views));
        fitted.kept().forEach((audiences, now) -> keep(subject, audiences, now));
        return fitted.solutions();
    }

    /** Has the next fit of an audience go on from nothing that came before. */
    void forget(Mode mode, ObjectKey object, int audience) {
        kept.getOrDefault(new Subject(mode, object), new HashMap<>()).remove(audience);
    }

    /** Takes note of who registered a sensor. */
    void registered(String sensorId, String tenant) {
        comparisons.registered(sensorId, tenant);
    }

    /** The views of some audiences; those that hold the same now but were fitted apart before go on apart. */
    private List<ObjectFit.Due> due(Subject subject, List<Compartments.View<Input>> views) {
        Map<Integer, Kept> by = kept.getOrDefault(subject, Map.of());
        List<ObjectFit.Due> due = new ArrayList<>();
        for (Compartments.View<Input> view : views) {
            Map<Kept, BitSet> alike = new LinkedHashMap<>();
            view.audiences().stream()
                    .forEach(audience -> alike.computeIfAbsent(
                                    by.getOrDefault(audience, Kept.NOTHING), none -> new BitSet())
                            .set(audience));
            alike.forEach((one, some) ->
                    due.add(new ObjectFit.Due(new Compartments.View<>(some, view.entries(), view.parts()), one)));
        }
        return due;
    }

    private Fitted fit(Mode mode, ObjectKey object, BitSet due, List<ObjectFit.Due> views) throws LabelException {
        long start = System.nanoTime();
        List<Solution> solutions = new ArrayList<>();
        Map<BitSet, Kept> next = new HashMap<>();
        List<ObjectFit.Outcome> outcomes = outcomes(object, views);
        for (ObjectFit.Outcome outcome : outcomes) {
            count(outcome.result().verdict().name().toLowerCase(Locale.ROOT)).increment();
            outcome.manoeuvre()
                    .ifPresent(one -> counter(
                                    "manoeuvres",
                                    "fits that found a manoeuvre",
                                    one.isConfirmed() ? "confirmed" : "suspected")
                            .increment());
            next.put(outcome.view().audiences(), outcome.kept());
            if (outcome.track().isPresent()) {
                List<Input> inputs = outcome.inputs();
                solutions.add(Solution.newBuilder()
                        .setBasis(basis(
                                outcome.view().audiences(),
                                inputs.stream()
                                        .map(Input::contributionId)
                                        .distinct()
                                        .toList(),
                                inputs.stream().map(Input::label).toList(),
                                inputs.stream().map(Input::received).toList()))
                        .setTrack(outcome.track().get())
                        .setFitted(FittedOrbits.message(outcome.result()))
                        .build());
            }
        }
        solutions.addAll(comparisons.of(policy.bundle(), mode, object.reference(), due, outcomes));
        fitTime.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        return new Fitted(solutions, next);
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
        Usability.InForce now = usability.inForce();
        Compartments<Input> known = new Compartments<>(Input::order);
        Compartments<Input> others = new Compartments<>(Input::order);
        synchronized (objects) {
            Compartments<Input> inputs = objects.get(new Subject(mode, object));
            if (inputs == null) {
                return List.of();
            }
            inputs.forEachTaken((takers, input) -> {
                BitSet audiences = usable(now, input.label(), object, Kind.TRACK);
                audiences.and(reader.known(input.label(), object));
                known.add(audiences, takers, input);
                if (!reader.isOwn(input.label())) {
                    others.add(audiences, takers, input);
                }
            });
        }
        BitSet all = new BitSet();
        all.set(0, now.bundle().audiences().size());
        return Explanation.of(
                now.bundle(),
                outcomes(object, first(known.views(all))),
                outcomes(object, first(others.views(all))),
                reader);
    }

    private static List<ObjectFit.Due> first(List<Compartments.View<Input>> views) {
        return views.stream().map(view -> new ObjectFit.Due(view, Kept.NOTHING)).toList();
    }

    /** A view that can't be fitted must not keep the others from theirs, nor tell them of itself: each then goes alone. */
    private List<ObjectFit.Outcome> outcomes(ObjectKey object, List<ObjectFit.Due> views) {
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

    /** What a contribution says of the public elements: what was there before stays. */
    private List<Solution> listed(Map<PublicElements, BitSet> users) {
        List<Solution> solutions = new ArrayList<>();
        PublicElements.shares(users)
                .forEach((share, audiences) ->
                        solutions.addAll(elements(audiences, PublicElements.latest(share), false)));
        return solutions;
    }

    /** All public elements of the views that hold some no longer. */
    private List<Solution> listedAnew(Mode mode, BitSet due) {
        Compartments<PublicElements> catalogue = catalogues.get(mode);
        return catalogue == null
                ? List.of()
                : catalogue.views(due).stream()
                        .flatMap(view ->
                                elements(view.audiences(), PublicElements.latest(view.entries()), true).stream())
                        .toList();
    }

    private List<Solution> elements(BitSet audiences, List<PublicElements> inOrder, boolean anew) {
        List<Solution> solutions = new ArrayList<>();
        List<List<PublicElements>> parts = PublicElements.parts(inOrder);
        for (List<PublicElements> part : parts) {
            PublicElements first = part.get(0);
            solutions.add(Solution.newBuilder()
                    .setBasis(basis(audiences, first))
                    .setElements(ElementSets.newBuilder()
                            .addAllElements(
                                    part.stream().map(PublicElements::elements).toList())
                            .setAnew(anew && solutions.isEmpty())
                            .setMore(solutions.size() + 1 < parts.size()))
                    .build());
        }
        return solutions;
    }

    private Basis basis(BitSet audiences, PublicElements one) {
        Label label = one.label().toProto();
        return Basis.newBuilder()
                .addAllAudiences(audienceIds(audiences))
                .addContributionIds(one.contributionId())
                .setLabel(label)
                .addSourceLabels(label)
                .setReceived(Times.timestamp(one.received()))
                .build();
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
        audienceIds(audiences).forEach(basis::addAudiences);
        return basis.build();
    }

    private List<String> audienceIds(BitSet audiences) {
        return audiences.stream()
                .mapToObj(i -> AudienceId.of(policy.bundle().audiences().get(i)).text())
                .toList();
    }

    private Counter counter(String what, String description, String outcome) {
        return Counter.builder("sluis.fusion." + what)
                .description(description)
                .tag("outcome", outcome)
                .register(meters);
    }

    private Counter count(String verdict) {
        return Counter.builder("sluis.fusion.fits")
                .description("fits by verdict")
                .tag("verdict", verdict)
                .register(meters);
    }
}
