package nl.sluis.gateway.ingest;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.journal.v1.StoredRecord;
import nl.sluis.orbit.ccsds.CdmReader;
import nl.sluis.orbit.ccsds.ElementsReader;
import nl.sluis.orbit.ccsds.EphemerisMessage;
import nl.sluis.orbit.ccsds.MessageException;
import nl.sluis.orbit.ccsds.OrbitMessage;
import nl.sluis.orbit.ccsds.OrbitReader;
import nl.sluis.orbit.ccsds.Problem;
import nl.sluis.orbit.ccsds.TdmReader;
import nl.sluis.orbit.ccsds.TrackingMessage;
import nl.sluis.proto.v1.AzimuthElevation;
import nl.sluis.proto.v1.Corrections;
import nl.sluis.proto.v1.Document;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.Magnitude;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Observation;
import nl.sluis.proto.v1.ObservationSeries;
import nl.sluis.proto.v1.RadarCrossSection;
import nl.sluis.proto.v1.Range;
import nl.sluis.proto.v1.RangeMode;
import nl.sluis.proto.v1.RangeRate;
import nl.sluis.proto.v1.RefusedPart;
import nl.sluis.proto.v1.RightAscensionDeclination;
import nl.sluis.proto.v1.Sensor;
import nl.sluis.proto.v1.TimeScale;

/** Reads documents in standard formats. A faulty line is named and passed over; the rest of the document stands. */
final class Documents {
    private static final Pattern DESIGNATOR = Pattern.compile("\\d{4}-\\d{3}[A-Z]{1,3}");
    private static final Pattern CATALOGUE_NUMBER = Pattern.compile("\\d{1,9}");
    private static final int REFUSED_PARTS_MAX = 1_000; // named in one answer; the count tells of the rest

    private final Function<String, Optional<Sensor>> sensors;

    /** @param sensors the contributor's sensors by the name under which they stand in documents */
    Documents(Function<String, Optional<Sensor>> sensors) {
        this.sensors = sensors;
    }

    ContributionIngest.Read read(Document document) throws RefusedException {
        try {
            return switch (document.getFormat()) {
                case DOCUMENT_FORMAT_TDM_KVN -> tracking(text(document.getContent()));
                case DOCUMENT_FORMAT_OPM_KVN -> orbit(OrbitReader.readOpm(text(document.getContent())));
                case DOCUMENT_FORMAT_OEM_KVN -> ephemerides(OrbitReader.readOem(text(document.getContent())));
                case DOCUMENT_FORMAT_OMM_KVN,
                        DOCUMENT_FORMAT_OMM_XML,
                        DOCUMENT_FORMAT_OMM_JSON,
                        DOCUMENT_FORMAT_OMM_CSV,
                        DOCUMENT_FORMAT_TLE -> elements(ElementsReader.read(text(document.getContent())));
                case DOCUMENT_FORMAT_CDM_KVN, DOCUMENT_FORMAT_CDM_XML ->
                    one(StoredRecord.newBuilder()
                            .setConjunction(ConjunctionDocuments.warning(CdmReader.read(text(document.getContent())))));
                case DOCUMENT_FORMAT_UNSPECIFIED, UNRECOGNIZED ->
                    throw new RefusedException(Refusal.invalid(
                            "contribution.document.format",
                            "`" + document.getFormat() + "` (expected: a format of the contract)"));
            };
        } catch (MessageException e) {
            throw refused(e.problem());
        }
    }

    private static RefusedException refused(Problem problem) {
        return new RefusedException(new Refusal(
                Code.INVALID_ARGUMENT, List.of(new Refusal.Fault("contribution.document.content", problem.message()))));
    }

    private static String text(ByteString content) throws RefusedException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new RefusedException(
                    Refusal.invalid("contribution.document.content", "not text in UTF-8 (expected: UTF-8)"));
        }
    }

    private static ContributionIngest.Read one(StoredRecord.Builder record) {
        return new ContributionIngest.Read(List.of(record.build()), List.of());
    }

    private static ContributionIngest.Read orbit(OrbitMessage message) {
        Ephemeris.Builder orbit = Ephemeris.newBuilder()
                .setObject(object(message.objectId()).toBuilder().setName(message.objectName()))
                .setMadeBy(message.originator())
                .addStates(OrbitMessages.state(message.state()));
        message.covariance()
                .ifPresent(matrix -> orbit.addCovariances(OrbitMessages.covariance(
                        OrbitMessages.frame(message.state().frame()), matrix)));
        return one(StoredRecord.newBuilder().setEphemeris(orbit));
    }

    private static ContributionIngest.Read ephemerides(EphemerisMessage message) {
        List<StoredRecord> records = new ArrayList<>();
        for (EphemerisMessage.Segment segment : message.segments()) {
            Ephemeris.Builder ephemeris = Ephemeris.newBuilder()
                    .setObject(object(segment.objectId()).toBuilder().setName(segment.objectName()))
                    .setMadeBy(message.originator());
            segment.ephemeris().points().forEach(point -> ephemeris.addStates(OrbitMessages.state(point.state())));
            if (segment.ephemeris().points().stream()
                    .allMatch(point -> point.covariance().isPresent())) {
                segment.ephemeris()
                        .points()
                        .forEach(point -> ephemeris.addCovariances(OrbitMessages.covariance(
                                OrbitMessages.frame(point.state().frame()),
                                point.covariance().orElseThrow())));
            }
            records.add(StoredRecord.newBuilder().setEphemeris(ephemeris).build());
        }
        return new ContributionIngest.Read(records, List.of());
    }

    private static ContributionIngest.Read elements(ElementsReader.Result result) {
        List<RefusedPart> refused = new ArrayList<>();
        result.problems().forEach(problem -> refuse(refused, problem, "malformed"));
        return new ContributionIngest.Read(
                result.elements().stream()
                        .map(one -> StoredRecord.newBuilder()
                                .setElements(OrbitMessages.elements(one))
                                .build())
                        .toList(),
                refused);
    }

    private ContributionIngest.Read tracking(String text) throws MessageException {
        TrackingMessage message = TdmReader.read(text, "line", TdmReader.RangeConvention.HALF_ROUND_TRIP);
        List<StoredRecord> records = new ArrayList<>();
        List<RefusedPart> refused = new ArrayList<>();
        message.problems().forEach(problem -> refuse(refused, problem, "malformed"));
        message.unused().forEach(problem -> refuse(refused, problem, "not-used"));
        for (TrackingMessage.Segment segment : message.segments()) {
            Optional<Sensor> sensor = sensors.apply(segment.sensorId());
            if (sensor.isEmpty()) {
                refuse(
                        refused,
                        new Problem(
                                segment.firstLine(),
                                "PARTICIPANT",
                                segment.sensorId(),
                                "a sensor that this tenant has registered under this name"),
                        "unknown-sensor");
                continue;
            }
            ObservationSeries.Builder series = ObservationSeries.newBuilder()
                    .setSensorId(sensor.get().getSensorId())
                    .setObject(object(segment.objectId()))
                    .setTimeScale(timeScale(segment.timeSystem()))
                    .setCorrections(Corrections.newBuilder()
                            .setTroposphere(segment.correctionsApplied().orElse(false))
                            .setIonosphere(segment.correctionsApplied().orElse(false)));
            for (TrackingMessage.Item item : segment.items()) {
                observation(item).ifPresent(series::addObservations);
            }
            if (series.getObservationsCount() > 0) {
                records.add(StoredRecord.newBuilder().setObservations(series).build());
            }
        }
        return new ContributionIngest.Read(records, refused);
    }

    private static void refuse(List<RefusedPart> refused, Problem problem, String rule) {
        if (refused.size() < REFUSED_PARTS_MAX) {
            refused.add(RefusedPart.newBuilder()
                    .setLine(problem.line())
                    .setField(problem.keyword())
                    .setFound(problem.found())
                    .setExpected(problem.expected())
                    .setRule(rule)
                    .build());
        }
    }

    private static TimeScale timeScale(String system) {
        try {
            return TimeScale.valueOf("TIME_SCALE_" + system);
        } catch (IllegalArgumentException e) {
            return TimeScale.TIME_SCALE_UNSPECIFIED;
        }
    }

    /** Documents name an object by its designator, its catalogue number or a name. */
    static ObjectReference object(String name) {
        ObjectReference.Builder object = ObjectReference.newBuilder();
        if (DESIGNATOR.matcher(name).matches()) {
            object.setInternationalDesignator(name);
        } else if (CATALOGUE_NUMBER.matcher(name).matches()) {
            object.setCatalogueNumber(Integer.parseInt(name));
        } else {
            object.setName(name);
        }
        return object.build();
    }

    private static Optional<Observation> observation(TrackingMessage.Item item) {
        Observation.Builder result = Observation.newBuilder()
                .setLine(item.line())
                .setEpoch(Times.timestamp(item.observation().epoch()));
        if (item.observation() instanceof nl.sluis.orbit.measurement.Observation.Range range) {
            Range.Builder value = Range.newBuilder().setRangeM(range.rangeM()).setMode(mode(range.path()));
            sigma(range.sigmaM(), value::setSigmaM);
            return Optional.of(result.setRange(value).build());
        }
        if (item.observation() instanceof nl.sluis.orbit.measurement.Observation.RangeRate rate) {
            RangeRate.Builder value =
                    RangeRate.newBuilder().setRangeRateMS(rate.rangeRateMps()).setMode(mode(rate.path()));
            sigma(rate.sigmaMps(), value::setSigmaMS);
            return Optional.of(result.setRangeRate(value).build());
        }
        if (item.observation() instanceof nl.sluis.orbit.measurement.Observation.AzimuthElevation direction) {
            AzimuthElevation.Builder value = AzimuthElevation.newBuilder()
                    .setAzimuthRad(direction.azimuthRad())
                    .setElevationRad(direction.elevationRad());
            sigma(direction.azimuthSigmaRad(), value::setAzimuthSigmaRad);
            sigma(direction.elevationSigmaRad(), value::setElevationSigmaRad);
            return Optional.of(result.setAzimuthElevation(value).build());
        }
        if (item.observation() instanceof nl.sluis.orbit.measurement.Observation.RightAscensionDeclination sky) {
            RightAscensionDeclination.Builder value = RightAscensionDeclination.newBuilder()
                    .setRightAscensionRad(sky.rightAscensionRad())
                    .setDeclinationRad(sky.declinationRad());
            sigma(sky.declinationSigmaRad(), value::setSigmaRad);
            return Optional.of(result.setRightAscensionDeclination(value).build());
        }
        if (item.observation() instanceof nl.sluis.orbit.measurement.Observation.Magnitude magnitude) {
            return Optional.of(result.setMagnitude(Magnitude.newBuilder().setMagnitude(magnitude.magnitude()))
                    .build());
        }
        if (item.observation() instanceof nl.sluis.orbit.measurement.Observation.RadarCrossSection rcs) {
            return Optional.of(
                    result.setRadarCrossSection(RadarCrossSection.newBuilder().setRadarCrossSectionM2(rcs.rcsM2()))
                            .build());
        }
        return Optional.empty();
    }

    private static RangeMode mode(nl.sluis.orbit.measurement.Observation.Path path) {
        return switch (path) {
            case ONE_WAY -> RangeMode.RANGE_MODE_ONE_WAY;
            case TWO_WAY -> RangeMode.RANGE_MODE_TWO_WAY;
        };
    }

    private static void sigma(OptionalDouble sigma, DoubleConsumer set) {
        sigma.ifPresent(set);
    }
}
