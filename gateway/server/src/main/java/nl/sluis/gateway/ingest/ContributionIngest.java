package nl.sluis.gateway.ingest;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.Digests;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.Appended;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.StoreException;
import nl.sluis.journal.v1.QuarantinedContribution;
import nl.sluis.journal.v1.StoredContribution;
import nl.sluis.journal.v1.StoredRecord;
import nl.sluis.orbit.data.Coverage;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.proto.v1.Accepted;
import nl.sluis.proto.v1.ContributeResponse;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.ObservationSeries;
import nl.sluis.proto.v1.Owner;
import nl.sluis.proto.v1.RefusedPart;
import nl.sluis.proto.v1.Sensor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks contributions, stores what is accepted and quarantines what is refused. */
public final class ContributionIngest implements Ingest {
    private static final int CLIENT_ID_LENGTH_MAX = 128; // characters; it stands in keys and messages
    /** Unanswered contributions from which on what follows in the flow gives way: as many as one stream may have. */
    private static final double FREQUENCY_HZ_MIN = 3e7; // below, waves are bent and do not pass

    private static final double FREQUENCY_HZ_MAX = 3e11;
    private static final int PRESSED_MIN = 64;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1); // an outage of the journal is seldom shorter
    private static final Refusal REUSED = new Refusal(
            Code.ALREADY_EXISTS,
            List.of(new Refusal.Fault(
                    "contribution.client_id",
                    "used before with other content (expected: a new identifier, or the same bytes)")));
    private static final Logger LOG = LoggerFactory.getLogger(ContributionIngest.class);

    private final Journal journal;
    private final Supplier<PolicyBundle> bundle;
    private final Coverage coverage;
    private final SensorRegistry sensors;
    private final OwnProducts ownProducts;
    private final Executor workers;
    private final InstantSource clock;
    private final AtomicInteger unanswered = new AtomicInteger();
    private final Counter accepted;
    private final Counter refused;

    /**
     * @param journal where contributions and quarantine are kept
     * @param bundle the bundle in force: labels and tenants
     * @param coverage how far the physical tables reach
     * @param workers runs the checks; they may block
     * @param clock the gateway's clock
     * @param meters where to count
     */
    public ContributionIngest(
            Journal journal,
            Supplier<PolicyBundle> bundle,
            Coverage coverage,
            Executor workers,
            InstantSource clock,
            MeterRegistry meters) {
        this.journal = journal;
        this.bundle = bundle;
        this.coverage = coverage;
        this.sensors = SensorRegistry.open(journal, workers);
        this.ownProducts = new OwnProducts(journal);
        this.workers = workers;
        this.clock = clock;
        this.accepted = counter(meters, "accepted");
        this.refused = counter(meters, "refused");
    }

    private static Counter counter(MeterRegistry meters, String outcome) {
        return Counter.builder("sluis.ingest.contributions")
                .description("contributions by outcome")
                .tag("outcome", outcome)
                .register(meters);
    }

    @Override
    public CompletionStage<ContributeResponse> contribute(CallerIdentity source, Contribution item) {
        return contribute(source, List.of(item)).get(0);
    }

    @Override
    public List<CompletionStage<ContributeResponse>> contribute(CallerIdentity source, List<Contribution> items) {
        Instant received = clock.instant();
        unanswered.addAndGet(items.size());
        List<CompletableFuture<ContributeResponse>> answers = new ArrayList<>(items.size());
        items.forEach(item -> answers.add(new CompletableFuture<>()));
        // one task for them all: to hand each over costs more than to check it
        workers.execute(() -> {
            for (int i = 0; i < items.size(); i++) {
                answer(source, items.get(i), received, answers.get(i));
            }
        });
        return List.copyOf(answers);
    }

    private void answer(
            CallerIdentity source, Contribution item, Instant received, CompletableFuture<ContributeResponse> answer) {
        try {
            var unused = take(source, item, received).whenComplete((response, failure) -> {
                unanswered.decrementAndGet();
                if (failure == null) {
                    answer.complete(response);
                } else {
                    answer.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException | StackOverflowError e) {
            unanswered.decrementAndGet();
            answer.completeExceptionally(e);
        }
    }

    /** True while contributions come faster than they can be answered at once: an acknowledgement goes before a fit. */
    public boolean isPressed() {
        return unanswered.get() > PRESSED_MIN;
    }

    /** Checks on the calling thread; the answer comes after the commit, which no thread waits for. */
    private CompletableFuture<ContributeResponse> take(CallerIdentity source, Contribution item, Instant received) {
        String key = "item/" + source.tenant() + "/" + item.getClientId();
        Checked checked;
        try {
            checked = check(source, item, received);
        } catch (RefusedException e) {
            return refused(source, item, received, key, e.refusal());
        }
        NewEntry entry = NewEntry.of(checked.stored().toByteArray()).withClientId(key);
        return journal.append(LogName.CONTRIBUTIONS, entry)
                .thenApply(appended -> {
                    if (!appended.duplicate()) {
                        accepted.increment();
                    }
                    return response(
                            item,
                            answer(checked.stored(), appended.duplicate()).addAllRefusedParts(checked.refusedParts()));
                })
                // not on the journal's thread, for it may read
                .exceptionallyComposeAsync(
                        failure -> codeOf(failure) == StoreException.Code.CLIENT_ID_REUSED
                                ? refused(source, item, received, key, REUSED)
                                : CompletableFuture.failedFuture(unavailable(failure)),
                        workers);
    }

    private static ContributeResponse response(Contribution item, Accepted.Builder accepted) {
        return ContributeResponse.newBuilder()
                .setClientId(item.getClientId())
                .setAccepted(accepted)
                .build();
    }

    /** The answer to what can't be taken, unless the same bytes were taken before: then they are known. */
    private CompletableFuture<ContributeResponse> refused(
            CallerIdentity source, Contribution item, Instant received, String key, Refusal refusal) {
        try {
            Optional<StoredContribution> before = storedBefore(key);
            if (before.isPresent()
                    && ContributionChanges.publicId(before.get().getContributionId())
                            .equals(contributionId(source, item))) {
                return CompletableFuture.completedFuture(response(item, answer(before.get(), true)));
            }
            Refusal told = before.isPresent() ? REUSED : refusal;
            return quarantine(source, item, received, told)
                    .thenApply(kept -> ContributeResponse.newBuilder()
                            .setClientId(item.getClientId())
                            .setRefused(told.status())
                            .build());
        } catch (StoreException e) {
            return CompletableFuture.failedFuture(unavailable(e));
        }
    }

    private Optional<StoredContribution> storedBefore(String key) {
        return journal.find(LogName.CONTRIBUTIONS, key).map(entry -> {
            try {
                return StoredContribution.parseFrom(entry.payload());
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("stored contribution can't be read", e);
            }
        });
    }

    private static StoreException.@Nullable Code codeOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof StoreException store ? store.code() : null;
    }

    /** What a caller is told while the journal takes nothing: to send the same again, for nothing was acknowledged. */
    private static RuntimeException unavailable(Throwable failure) {
        StoreException.Code code = codeOf(failure);
        return code == null
                ? new CompletionException(failure)
                : new IngestException(
                        Status.newBuilder()
                                .setCode(Code.UNAVAILABLE_VALUE)
                                .setMessage("the journal takes nothing now (expected: the same again later)")
                                .addDetails(Any.pack(ErrorInfo.newBuilder()
                                        .setDomain("sluis")
                                        .setReason("JOURNAL_" + code.name())
                                        .build()))
                                .addDetails(Any.pack(RetryInfo.newBuilder()
                                        .setRetryDelay(Times.duration(RETRY_AFTER))
                                        .build()))
                                .build(),
                        failure);
    }

    /**
     * What was found good.
     *
     * @param stored what is kept
     * @param refusedParts parts of a document that were refused
     */
    private record Checked(StoredContribution stored, List<RefusedPart> refusedParts) {}

    private Checked check(CallerIdentity source, Contribution item, Instant received) throws RefusedException {
        String clientId = item.getClientId();
        if (clientId.isBlank() || clientId.length() > CLIENT_ID_LENGTH_MAX) {
            throw refuse(
                    "contribution.client_id",
                    clientId.length() + " characters (expected: 1 to " + CLIENT_ID_LENGTH_MAX + ")");
        }
        SecurityLabel label = label(source, item.getLabel(), received);
        if (item.hasOriginator() && !item.getLabel().getOwnersList().contains(item.getOriginator())) {
            throw refuse("contribution.originator", "is no owner in the label (expected: one of the label's owners)");
        }
        String tenant = source.tenant().toString();
        Read read = read(tenant, item, received);
        Optional<Label> resubmitted = resubmitted(source, label.toProto(), read.records());
        StoredContribution.Builder stored = StoredContribution.newBuilder()
                .setContributionId(contributionId(source, item))
                .setSource(tenant)
                .setReceived(Times.timestamp(received))
                .setLabel(resubmitted.orElse(label.toProto()))
                .addAllRecords(read.records())
                .setResubmitted(resubmitted.isPresent());
        if (item.hasDocument()) {
            // of anything else the record says all, and to keep it twice would halve how fast the log grows
            stored.setOriginal(item.toByteString());
        }
        return new Checked(stored.build(), read.refusedParts());
    }

    /** The same for the same bytes of one source under one client id, and for nothing else. */
    private static String contributionId(CallerIdentity source, Contribution item) {
        return Digests.id("contribution", List.of(source.tenant().toString(), item.getClientId()), item.toByteArray());
    }

    /** The label of a product of ours that comes back; empty where it is the contributor's own data all along. */
    private Optional<Label> resubmitted(CallerIdentity source, Label label, List<StoredRecord> records) {
        if (records.stream().noneMatch(OwnProducts::isRecognised)) {
            return Optional.empty();
        }
        Set<String> audiences = audiencesOf(source.tenant().nation().toUpperCase(Locale.ROOT));
        Set<Owner> claimed = new HashSet<>(label.getOwnersList());
        return records.stream()
                .map(record -> ownProducts.labelOf(record, audiences))
                .flatMap(Optional::stream)
                .filter(product -> !claimed.containsAll(product.getOwnersList()))
                .findFirst();
    }

    private Set<String> audiencesOf(String nation) {
        PolicyBundle now = bundle.get();
        return now.audiences().stream()
                .filter(audience -> audience.tenants().stream()
                        .map(now.tenants()::get)
                        .anyMatch(tenant -> tenant != null && tenant.nations().contains(nation)))
                .map(audience -> AudienceId.of(audience).text())
                .collect(Collectors.toSet());
    }

    private static Accepted.Builder answer(StoredContribution stored, boolean duplicate) {
        return Accepted.newBuilder()
                .setContributionId(ContributionChanges.publicId(stored.getContributionId()))
                .setReceived(stored.getReceived())
                .setDuplicate(duplicate)
                .setRecords(stored.getRecordsCount())
                .setObservations(stored.getRecordsList().stream()
                        .mapToInt(record -> record.getObservations().getObservationsCount())
                        .sum());
    }

    private SecurityLabel label(CallerIdentity source, Label label, Instant received) throws RefusedException {
        SecurityLabel checked;
        try {
            checked = bundle.get().label(label);
        } catch (LabelException e) {
            throw refuse("contribution.label." + e.field(), "`" + e.found() + "` (expected: " + e.expected() + ")");
        }
        Instant created = checked.created();
        if (created.isAfter(received)) {
            throw refuse("contribution.label.created", "`" + created + "` (expected: not after " + received + ")");
        }
        for (OwnerId owner : checked.owners()) {
            if (!isSelf(source, owner) && !bundle.get().mayRelay(source.tenant().name(), owner, checked)) {
                throw new RefusedException(Refusal.forbidden(
                        "contribution.label.owners",
                        "`" + owner + "` (expected: the tenant of the certificate, or an owner whose policy names it as"
                                + " relay under this label)"));
            }
        }
        return checked;
    }

    private static boolean isSelf(CallerIdentity source, OwnerId owner) {
        return owner.nation().equals(source.tenant().nation().toUpperCase(Locale.ROOT))
                && (owner.tenant().isEmpty()
                        || owner.tenant().equals(source.tenant().name()));
    }

    /**
     * What was read from an item.
     *
     * @param records records, at least one
     * @param refusedParts parts of a document that were refused
     */
    record Read(List<StoredRecord> records, List<RefusedPart> refusedParts) {}

    private Read read(String tenant, Contribution item, Instant received) throws RefusedException {
        StoredRecord.Builder one = StoredRecord.newBuilder();
        switch (item.getContentCase()) {
            case OBSERVATIONS -> one.setObservations(observations(tenant, item.getObservations(), received));
            case EPHEMERIS -> {
                identified("contribution.ephemeris.object", item.getEphemeris().getObject());
                if (item.getEphemeris().getStatesCount() == 0) {
                    throw refuse("contribution.ephemeris.states", "none (expected: at least one)");
                }
                one.setEphemeris(item.getEphemeris());
            }
            case ELEMENTS -> {
                identified("contribution.elements.object", item.getElements().getObject());
                one.setElements(item.getElements());
            }
            case CONJUNCTION -> {
                identified(
                        "contribution.conjunction.object1",
                        item.getConjunction().getObject1().getObject());
                identified(
                        "contribution.conjunction.object2",
                        item.getConjunction().getObject2().getObject());
                one.setConjunction(item.getConjunction());
            }
            case MANOEUVRE_PLAN -> {
                identified(
                        "contribution.manoeuvre_plan.object",
                        item.getManoeuvrePlan().getObject());
                one.setManoeuvrePlan(item.getManoeuvrePlan());
            }
            case REENTRY -> {
                identified("contribution.reentry.object", item.getReentry().getObject());
                one.setReentry(item.getReentry());
            }
            case FRAGMENTATION -> one.setFragmentation(item.getFragmentation());
            case LAUNCH -> one.setLaunch(item.getLaunch());
            case INTERFERENCE -> one.setInterference(item.getInterference());
            case DOCUMENT -> {
                return document(tenant, item, received);
            }
            case CONTENT_NOT_SET -> throw refuse("contribution.content", "none (expected: one)");
        }
        return new Read(List.of(one.build()), List.of());
    }

    private static void identified(String field, ObjectReference object) throws RefusedException {
        if (ObjectKey.of(object).isEmpty()) {
            throw refuse(
                    field, "no identifier (expected: a catalogue number, an international designator or an object id)");
        }
    }

    private ObservationSeries observations(String tenant, ObservationSeries series, Instant received)
            throws RefusedException {
        Sensor sensor = sensors.get(tenant, series.getSensorId())
                .orElseThrow(() -> refuse(
                        "contribution.observations.sensor_id",
                        "`" + series.getSensorId() + "` (expected: a sensor that this tenant has registered)"));
        List<Refusal.Fault> faults = new ObservationChecks(coverage, received, sensor, id -> isOnGround(tenant, id))
                .check("contribution.observations", series);
        if (!faults.isEmpty()) {
            throw new RefusedException(new Refusal(Code.INVALID_ARGUMENT, List.copyOf(faults)));
        }
        return series;
    }

    private boolean isOnGround(String tenant, String sensorId) {
        return sensors.get(tenant, sensorId).filter(Sensor::hasGround).isPresent();
    }

    private Read document(String tenant, Contribution item, Instant received) throws RefusedException {
        Read read = new Documents(participant -> sensors.byParticipant(tenant, participant)).read(item.getDocument());
        List<StoredRecord> good = new ArrayList<>();
        List<RefusedPart> parts = new ArrayList<>(read.refusedParts());
        for (StoredRecord record : read.records()) {
            if (record.hasObservations()) {
                sift(tenant, record.getObservations(), received, parts)
                        .ifPresent(series -> good.add(StoredRecord.newBuilder()
                                .setObservations(series)
                                .build()));
            } else {
                good.add(record);
            }
        }
        if (good.isEmpty()) {
            List<Refusal.Fault> faults = parts.stream()
                    .map(part -> new Refusal.Fault(
                            "contribution.document",
                            "line " + part.getLine() + ", " + part.getField() + ": `" + part.getFound()
                                    + "` (expected: " + part.getExpected() + ")"))
                    .toList();
            throw new RefusedException(
                    faults.isEmpty()
                            ? Refusal.invalid("contribution.document", "no record (expected: at least one)")
                            : new Refusal(Code.INVALID_ARGUMENT, faults));
        }
        return new Read(good, parts);
    }

    /** Keeps the good observations of a series; each of the others is named by its line. */
    private Optional<ObservationSeries> sift(
            String tenant, ObservationSeries series, Instant received, List<RefusedPart> parts) {
        Sensor sensor = sensors.get(tenant, series.getSensorId()).orElseThrow();
        ObservationSeries.Builder sifted = series.toBuilder().clearObservations();
        series.getObservationsList().forEach(observation -> {
            List<Refusal.Fault> faults = new ObservationChecks(coverage, received, sensor, id -> isOnGround(tenant, id))
                    .check(
                            "",
                            series.toBuilder()
                                    .clearObservations()
                                    .addObservations(observation)
                                    .build());
            if (faults.isEmpty()) {
                sifted.addObservations(observation);
            } else {
                String field = faults.get(0).field();
                parts.add(RefusedPart.newBuilder()
                        .setLine(observation.getLine())
                        .setField(field.substring(field.lastIndexOf('.') + 1))
                        .setFound(faults.get(0).message())
                        .setExpected("an observation within its limits")
                        .setRule("out-of-range")
                        .build());
            }
        });
        return sifted.getObservationsCount() == 0 ? Optional.empty() : Optional.of(sifted.build());
    }

    private CompletableFuture<Appended> quarantine(
            CallerIdentity source, Contribution item, Instant received, Refusal refusal) {
        refused.increment();
        QuarantinedContribution kept = QuarantinedContribution.newBuilder()
                .setSource(source.tenant().toString())
                .setReceived(Times.timestamp(received))
                .addAllFaults(
                        refusal.faults().stream().map(Refusal.Fault::toString).toList())
                .setOriginal(item.toByteString())
                .build();
        return journal.append(LogName.QUARANTINE, NewEntry.of(kept.toByteArray()))
                .handle((appended, failure) -> {
                    if (failure != null) {
                        throw unavailable(failure);
                    }
                    LOG.info(
                            "contribution refused, source={} code={} quarantine={}",
                            source.tenant(),
                            refusal.code(),
                            appended.position());
                    return appended;
                });
    }

    private static RefusedException refuse(String field, String message) {
        return new RefusedException(Refusal.invalid(field, message));
    }

    /** Registers a sensor of the caller's tenant; the stage completes when it is durable. */
    public CompletionStage<Instant> putSensor(CallerIdentity source, Sensor sensor) {
        return CompletableFuture.supplyAsync(() -> storeSensor(source, sensor), workers);
    }

    private Instant storeSensor(CallerIdentity source, Sensor sensor) {
        Instant received = clock.instant();
        try {
            String tenant = source.tenant().toString();
            String prefix = source.tenant().nation() + "/";
            if (!sensor.getSensorId().startsWith(prefix) || sensor.getSensorId().length() > CLIENT_ID_LENGTH_MAX) {
                throw refuse(
                        "sensor.sensor_id", "`" + sensor.getSensorId() + "` (expected: `" + prefix + "` and a name)");
            }
            if (sensors.isOthers(tenant, sensor.getSensorId())) {
                throw refuse("sensor.sensor_id", "`" + sensor.getSensorId() + "` (expected: a name not yet taken)");
            }
            if (!sensor.hasGround() && sensor.getHostCatalogueNumber() == 0) {
                throw refuse(
                        "sensor.place", "none (expected: a ground site, or the satellite that carries the sensor)");
            }
            if (sensor.hasFrequencyHz()
                    && !(sensor.getFrequencyHz() >= FREQUENCY_HZ_MIN && sensor.getFrequencyHz() <= FREQUENCY_HZ_MAX)) {
                throw refuse(
                        "sensor.frequency_hz",
                        "`" + sensor.getFrequencyHz() + "` (expected: " + FREQUENCY_HZ_MIN + " to " + FREQUENCY_HZ_MAX
                                + ")");
            }
            if (!(Math.abs(sensor.getGround().getLatitudeRad()) <= Math.PI / 2)) {
                throw refuse(
                        "sensor.ground.latitude_rad",
                        "`" + sensor.getGround().getLatitudeRad() + "` (expected: -π/2 to π/2)");
            }
            SecurityLabel label = label(source, sensor.getLabel(), received);
            StoredContribution stored = StoredContribution.newBuilder()
                    .setContributionId(Digests.id("sensor", tenant, sensor.getSensorId(), received.toString()))
                    .setSource(tenant)
                    .setReceived(Times.timestamp(received))
                    .setLabel(label.toProto())
                    .addRecords(StoredRecord.newBuilder().setSensor(sensor))
                    .setOriginal(sensor.toByteString())
                    .build();
            sensors.put(stored);
            return received;
        } catch (RefusedException e) {
            throw new IngestException(e.refusal().status(), e);
        } catch (CompletionException | StoreException e) {
            throw unavailable(e);
        }
    }

    /** A sensor of the caller's tenant. */
    public Optional<Sensor> sensor(CallerIdentity source, String sensorId) {
        return sensors.get(source.tenant().toString(), sensorId);
    }

    /** The sensors of the caller's tenant, by identifier. */
    public List<Sensor> sensors(CallerIdentity source) {
        return sensors.of(source.tenant().toString());
    }
}
