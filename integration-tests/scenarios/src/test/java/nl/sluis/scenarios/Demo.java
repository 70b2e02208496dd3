package nl.sluis.scenarios;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import nl.sluis.gateway.Gateway;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.Spifs;
import nl.sluis.policy.text.PolicyException;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Document;
import nl.sluis.proto.v1.DocumentFormat;
import nl.sluis.proto.v1.EstimatedBiases;
import nl.sluis.proto.v1.GroundSite;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.MeasurementSigmas;
import nl.sluis.proto.v1.Sensor;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The input of the demonstration, as contributions. */
final class Demo {
    static final String SPACE_WATCH = "deu/space-watch";
    static final String NORTH_WATCH = "nor/north-watch";
    static final String ACME_SPACE = "lux/acme-space";
    static final String CATALOGUE = "nld/catalogue";
    static final String CONJUNCTIONS = "usa/conjunctions";
    static final String PUBLIC_LABEL = "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: NLD/catalogue}";
    static final String CONJUNCTIONS_LABEL = "{NATO: restricted, rel: [NATO], owner: USA/conjunctions}";

    static final Station CASTLE_ROCK = new Station(
            "usa/castle-rock",
            "CastleRock",
            "w3b-castlerock.tdm",
            "{NATO: restricted, rel: [NATO], owner: USA/castle-rock}");
    static final Station FUCINO =
            new Station("ita/fucino", "Fucino", "w3b-fucino.tdm", "{EU: restricted, rel: [EU], owner: ITA/fucino}");
    static final Station PRETORIA = new Station(
            "zaf/pretoria",
            "Pretoria",
            "w3b-pretoria.tdm",
            "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: ZAF/pretoria}");
    static final Station URALLA = new Station(
            "aus/uralla",
            "Uralla",
            "w3b-uralla.tdm",
            "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: AUS/uralla}");

    private static final List<String> CONJUNCTION_FILES = List.of(
            "000020580_conj_000002017_20230613_001923_20230608_063715.cdm",
            "000025994_conj_000026132_20220224_100307_20220221_225515.cdm",
            "000025994_conj_000037558_20210324_151047_20210323_154356.cdm",
            "000027424_conj_000041740_20220530_042037_20220525_221911.cdm",
            "000029479_conj_000054630_20230725_134006_20230718_222924.cdm",
            "000032060_conj_000049574_20220227_152525_20220222_065043.cdm",
            "000039574_conj_000039477_20220711_110033_20220705_220442.cdm",
            "000043613_conj_000048526_20220521_201359_20220517_152316.cdm",
            "000048901_conj_000048903_20211219_182317_20211217_232706.cdm",
            "000048901_conj_000048903_20211220_012535_20211215_145954.cdm");

    private final Spifs spifs;
    private final Instant labelled;

    /**
     * @param spifs security policies and communities that labels may name
     * @param labelled creation time of the labels
     */
    Demo(Spifs spifs, Instant labelled) {
        this.spifs = spifs;
        this.labelled = labelled;
    }

    /**
     * A station that stands for a nation.
     *
     * @param tenant its identifier
     * @param participant its name in the tracking file
     * @param file the tracking file
     * @param label label of its observations
     */
    record Station(String tenant, String participant, String file, String label) {}

    Sensor sensor(Station station) throws IOException {
        Map<?, ?> data = sensorData(station.participant());
        Map<?, ?> sigma = (Map<?, ?>) data.get("sigma");
        return Sensor.newBuilder()
                .setSensorId(station.tenant())
                .setParticipant(station.participant())
                .setGround(GroundSite.newBuilder()
                        .setLatitudeRad(Math.toRadians(number(data, "latitude_deg")))
                        .setLongitudeRad(Math.toRadians(number(data, "longitude_deg")))
                        .setAltitudeM(number(data, "altitude_m")))
                .setSigmas(MeasurementSigmas.newBuilder()
                        .setRangeM(number(sigma, "range_m"))
                        .setAzimuthRad(Math.toRadians(number(sigma, "azimuth_deg")))
                        .setElevationRad(Math.toRadians(number(sigma, "elevation_deg"))))
                .setEstimatedBiases(EstimatedBiases.newBuilder().setRange(true).setAzimuthElevation(true))
                .setLabel(label(station.label()))
                .build();
    }

    private static Map<?, ?> sensorData(String participant) throws IOException {
        Object root = new Load(LoadSettings.builder().build())
                .loadFromString(new String(read("w3b/w3b-sensors.yaml"), StandardCharsets.UTF_8));
        for (Object one : (List<?>) ((Map<?, ?>) root).get("sensors")) {
            if (participant.equals(((Map<?, ?>) one).get("id"))) {
                return (Map<?, ?>) one;
            }
        }
        throw new IllegalArgumentException(participant);
    }

    private static double number(Map<?, ?> data, String key) {
        return ((Number) data.get(key)).doubleValue();
    }

    Contribution tracking(Station station) throws IOException {
        return tracking(station, trackingText(station));
    }

    Contribution tracking(Station station, String text) {
        return document(
                station.file(),
                DocumentFormat.DOCUMENT_FORMAT_TDM_KVN,
                station.label(),
                text.getBytes(StandardCharsets.UTF_8));
    }

    static String trackingText(Station station) throws IOException {
        return new String(read("w3b/" + station.file()), StandardCharsets.UTF_8);
    }

    Contribution referenceOrbit() throws IOException {
        return document(
                "w3b-initial.opm", DocumentFormat.DOCUMENT_FORMAT_OPM_KVN, PUBLIC_LABEL, read("w3b/w3b-initial.opm"));
    }

    List<Contribution> conjunctions() throws IOException {
        return conjunctionsUnder(label(CONJUNCTIONS_LABEL));
    }

    List<Contribution> conjunctionsUnder(Label label) throws IOException {
        List<Contribution> all = new ArrayList<>();
        for (String file : CONJUNCTION_FILES) {
            all.add(document(file, DocumentFormat.DOCUMENT_FORMAT_CDM_KVN, label, read("cdm/" + file)));
        }
        return all;
    }

    /** The crewed stations and the weather satellites, in one document. */
    Contribution catalogue() throws IOException {
        ByteString all = ByteString.copyFrom(read("catalogue/stations.tle.gz"))
                .concat(ByteString.copyFrom(read("catalogue/weather.tle.gz")));
        return document("catalogue.tle", DocumentFormat.DOCUMENT_FORMAT_TLE, PUBLIC_LABEL, all.toByteArray());
    }

    Contribution document(String name, DocumentFormat format, String label, byte[] content) {
        return document(name, format, label(label), content);
    }

    private static Contribution document(String name, DocumentFormat format, Label label, byte[] content) {
        return Contribution.newBuilder()
                .setClientId(name)
                .setLabel(label)
                .setDocument(
                        Document.newBuilder().setName(name).setFormat(format).setContent(ByteString.copyFrom(content)))
                .build();
    }

    Label label(String notation) {
        try {
            return LabelNotation.parse(notation, spifs).toProto().toBuilder()
                    .setCreated(Timestamp.newBuilder()
                            .setSeconds(labelled.getEpochSecond())
                            .setNanos(labelled.getNano()))
                    .build();
        } catch (PolicyException e) {
            throw new IllegalArgumentException(notation, e);
        }
    }

    /** A resource of the demonstration; what is packed is unpacked. */
    static byte[] read(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(Gateway.class.getResourceAsStream("/demo/" + name), name)) {
            return name.endsWith(".gz") ? new GZIPInputStream(in).readAllBytes() : in.readAllBytes();
        }
    }
}
