package nl.sluis.gateway.demo;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import nl.sluis.gateway.item.Times;
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
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Who takes part in the demonstration and what each contributes, under which label. */
final class Scene {
    static final String HOST_OFFICER = "nld/ssa-centre";

    /** Who signs the bundle: an officer of each owner of a policy, two of the United States, which declares a downgrade. */
    static final List<String> OFFICERS = List.of(
            HOST_OFFICER + ":first-officer",
            "usa/castle-rock:first-officer",
            "usa/castle-rock:second-officer",
            "ita/fucino:first-officer",
            "kor/kumsan:first-officer",
            "zaf/pretoria:first-officer",
            "aus/uralla:first-officer");

    /** The subscribers, from the one with most rights to the one with least. */
    static final List<Subscriber> SUBSCRIBERS = List.of(
            new Subscriber("deu/space-watch", "ally cleared for all"),
            new Subscriber("nor/north-watch", "ally cleared for part"),
            new Subscriber("lux/acme-space", "commercial operator"));

    static final List<Station> STATIONS = List.of(
            new Station(
                    "usa/castle-rock",
                    "CastleRock",
                    "w3b-castlerock.tdm",
                    "{NATO: restricted, rel: [NATO], owner: USA/castle-rock}"),
            new Station("ita/fucino", "Fucino", "w3b-fucino.tdm", "{EU: restricted, rel: [EU], owner: ITA/fucino}"),
            new Station("kor/kumsan", "Kumsan", "w3b-kumsan.tdm", "{NLD: restricted, rel: [DEU], owner: KOR/kumsan}"),
            new Station(
                    "zaf/pretoria",
                    "Pretoria",
                    "w3b-pretoria.tdm",
                    "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: ZAF/pretoria}"),
            new Station(
                    "aus/uralla",
                    "Uralla",
                    "w3b-uralla.tdm",
                    "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: AUS/uralla}"));

    static final String CATALOGUE = "nld/catalogue";
    static final String CATALOGUE_LABEL = "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: NLD/catalogue}";
    static final List<String> CATALOGUE_GROUPS =
            List.of("stations.tle.gz", "weather.tle.gz", "geo.tle.gz", "oneweb.tle.gz", "starlink-part.tle.gz");
    static final String REFERENCE_ORBIT = "w3b-initial.opm";

    static final String CONJUNCTIONS = "usa/conjunctions";
    static final String CONJUNCTIONS_LABEL = "{NATO: restricted, rel: [NATO], owner: USA/conjunctions}";
    static final List<String> CONJUNCTION_FILES = List.of(
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

    private final @Nullable Path replacements;
    private final Spifs spifs;
    private final Instant now;

    /**
     * @param replacements folder whose files take the place of the built-in ones of the same name, or null
     * @param spifs security policies and communities that labels may name
     * @param now creation time of the labels
     */
    Scene(@Nullable Path replacements, Spifs spifs, Instant now) {
        this.replacements = replacements;
        this.spifs = spifs;
        this.now = now;
    }

    /**
     * A subscriber.
     *
     * @param tenant its identifier
     * @param rights what it is, in a few words
     */
    record Subscriber(String tenant, String rights) {}

    /**
     * A station that stands for a nation.
     *
     * @param tenant its identifier
     * @param participant its name in the tracking file
     * @param file the tracking file
     * @param label label of its observations, in short notation
     */
    record Station(String tenant, String participant, String file, String label) {
        String sensorId() {
            return tenant;
        }
    }

    /** The sensors of the stations, by participant. */
    Map<String, Map<?, ?>> sensors() throws IOException {
        Object root = new Load(LoadSettings.builder().build())
                .loadFromString(new String(read("w3b", "w3b-sensors.yaml"), StandardCharsets.UTF_8));
        Map<String, Map<?, ?>> sensors = new TreeMap<>();
        for (Object one : (List<?>) Objects.requireNonNull(((Map<?, ?>) root).get("sensors"))) {
            Map<?, ?> sensor = (Map<?, ?>) one;
            sensors.put((String) Objects.requireNonNull(sensor.get("id")), sensor);
        }
        return sensors;
    }

    Sensor sensor(Station station) throws IOException {
        Map<?, ?> data = Objects.requireNonNull(sensors().get(station.participant()));
        Map<?, ?> sigma = (Map<?, ?>) Objects.requireNonNull(data.get("sigma"));
        return Sensor.newBuilder()
                .setSensorId(station.sensorId())
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

    private static double number(Map<?, ?> data, String key) {
        return ((Number) Objects.requireNonNull(data.get(key))).doubleValue();
    }

    Contribution tracking(Station station) throws IOException {
        return document("w3b", station.file(), DocumentFormat.DOCUMENT_FORMAT_TDM_KVN, station.label());
    }

    Contribution referenceOrbit() throws IOException {
        return document("w3b", REFERENCE_ORBIT, DocumentFormat.DOCUMENT_FORMAT_OPM_KVN, CATALOGUE_LABEL);
    }

    /** The catalogue as one document, so that it is screened once. */
    Contribution catalogue() throws IOException {
        ByteString all = ByteString.EMPTY;
        for (String group : CATALOGUE_GROUPS) {
            all = all.concat(ByteString.copyFrom(read("catalogue", group)));
        }
        return contribution("catalogue.tle", DocumentFormat.DOCUMENT_FORMAT_TLE, CATALOGUE_LABEL, all);
    }

    List<Contribution> conjunctions() throws IOException {
        List<Contribution> all = new ArrayList<>();
        for (String file : CONJUNCTION_FILES) {
            all.add(document("cdm", file, DocumentFormat.DOCUMENT_FORMAT_CDM_KVN, CONJUNCTIONS_LABEL));
        }
        return all;
    }

    private Contribution document(String folder, String file, DocumentFormat format, String label) throws IOException {
        return contribution(file, format, label, ByteString.copyFrom(read(folder, file)));
    }

    private Contribution contribution(String name, DocumentFormat format, String label, ByteString content) {
        return Contribution.newBuilder()
                .setClientId(name)
                .setLabel(label(label))
                .setDocument(
                        Document.newBuilder().setName(name).setFormat(format).setContent(content))
                .build();
    }

    private Label label(String notation) {
        try {
            return LabelNotation.parse(notation, spifs).toProto().toBuilder()
                    .setCreated(Times.timestamp(now))
                    .build();
        } catch (PolicyException e) {
            throw new IllegalStateException("label of the demonstration: " + notation, e);
        }
    }

    private byte[] read(String folder, String file) throws IOException {
        Optional<Path> other = replacement(file);
        try (InputStream in = other.isPresent()
                ? Files.newInputStream(other.get())
                : Objects.requireNonNull(Scene.class.getResourceAsStream("/demo/" + folder + "/" + file), file)) {
            return file.endsWith(".gz") ? new GZIPInputStream(in).readAllBytes() : in.readAllBytes();
        }
    }

    private Optional<Path> replacement(String file) {
        return Optional.ofNullable(replacements)
                .map(folder -> folder.resolve(file))
                .filter(Files::isRegularFile);
    }
}
