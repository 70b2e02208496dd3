package nl.sluis.gateway.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.determination.FitRequest;
import nl.sluis.orbit.determination.FitResult;
import nl.sluis.orbit.determination.FitSettings;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.OrbitDetermination;
import nl.sluis.orbit.measurement.Correction;
import nl.sluis.proto.v1.AzimuthElevation;
import nl.sluis.proto.v1.Corrections;
import nl.sluis.proto.v1.FrequencyDifference;
import nl.sluis.proto.v1.GroundSite;
import nl.sluis.proto.v1.Magnitude;
import nl.sluis.proto.v1.MeasurementSigmas;
import nl.sluis.proto.v1.Observation;
import nl.sluis.proto.v1.Observation.ValueCase;
import nl.sluis.proto.v1.ObservationSeries;
import nl.sluis.proto.v1.RadarCrossSection;
import nl.sluis.proto.v1.Range;
import nl.sluis.proto.v1.RangeRate;
import nl.sluis.proto.v1.RightAscensionDeclination;
import nl.sluis.proto.v1.Sensor;
import nl.sluis.proto.v1.TimeDifference;
import org.junit.jupiter.api.Test;

/** Every kind of observation of the contract is taken, and counts in a fit with as many numbers as it has. */
class ObservationKindsTest {
    private static final Instant EPOCH = Instant.parse("2020-03-01T00:00:00Z");

    private static final Map<String, Sensor> SENSORS = Map.of(
            "zaf/one", sensor("zaf/one", -26),
            "zaf/two", sensor("zaf/two", -30));

    /** An observation of each kind, and how many numbers an orbit can rest on. */
    private record Kind(Observation observation, int numbers) {}

    private static final Map<ValueCase, Kind> KINDS = kinds();

    private static Map<ValueCase, Kind> kinds() {
        Map<ValueCase, Kind> kinds = new EnumMap<>(ValueCase.class);
        Stream.of(
                        new Kind(
                                of().setRange(Range.newBuilder().setRangeM(3.7e7))
                                        .build(),
                                1),
                        new Kind(of().setRangeRate(RangeRate.newBuilder()).build(), 1),
                        new Kind(
                                of().setAzimuthElevation(
                                                AzimuthElevation.newBuilder().setElevationRad(1))
                                        .build(),
                                2),
                        new Kind(
                                of().setRightAscensionDeclination(RightAscensionDeclination.newBuilder())
                                        .build(),
                                2),
                        new Kind(
                                of().setTimeDifference(TimeDifference.newBuilder()
                                                .setSecondSensorId("zaf/two")
                                                .setTimeDifferenceS(1e-3))
                                        .build(),
                                1),
                        new Kind(
                                of().setFrequencyDifference(FrequencyDifference.newBuilder()
                                                .setSecondSensorId("zaf/two")
                                                .setTransmitFrequencyHz(12e9)
                                                .setFrequencyDifferenceHz(10))
                                        .build(),
                                1),
                        new Kind(
                                of().setMagnitude(Magnitude.newBuilder().setMagnitude(12))
                                        .build(),
                                0),
                        new Kind(
                                of().setRadarCrossSection(
                                                RadarCrossSection.newBuilder().setRadarCrossSectionM2(1))
                                        .build(),
                                0))
                .forEach(kind -> kinds.put(kind.observation().getValueCase(), kind));
        return kinds;
    }

    private static Observation.Builder of() {
        return Observation.newBuilder().setEpoch(Times.timestamp(EPOCH));
    }

    private static Sensor sensor(String id, double latitudeDeg) {
        return Sensor.newBuilder()
                .setSensorId(id)
                .setGround(GroundSite.newBuilder().setLatitudeRad(Math.toRadians(latitudeDeg)))
                .setSigmas(MeasurementSigmas.newBuilder()
                        .setRangeM(10)
                        .setRangeRateMS(0.1)
                        .setAzimuthRad(1e-4)
                        .setElevationRad(1e-4)
                        .setRightAscensionDeclinationRad(1e-5)
                        .setTimeDifferenceS(1e-8)
                        .setFrequencyDifferenceHz(0.1))
                .build();
    }

    private static ObservationSeries series(Observation observation) {
        return ObservationSeries.newBuilder()
                .setSensorId("zaf/one")
                .addObservations(observation)
                .build();
    }

    private static List<Refusal.Fault> faults(Observation observation) {
        return checks().check("series", series(observation));
    }

    private static ObservationChecks checks() {
        return new ObservationChecks(
                OrekitData.coverage(), EPOCH, Objects.requireNonNull(SENSORS.get("zaf/one")), SENSORS::containsKey);
    }

    @Test
    void there_is_an_example_of_every_kind_of_the_contract() {
        assertThat(KINDS.keySet().stream().map(ValueCase::getNumber))
                .containsExactlyInAnyOrderElementsOf(Observation.getDescriptor().getOneofs().get(0).getFields().stream()
                        .map(FieldDescriptor::getNumber)
                        .toList());
    }

    @Test
    void every_kind_is_taken_and_becomes_as_many_numbers_of_a_fit_as_it_has() {
        OrbitState orbit = new OrbitState(EPOCH, Frame.GCRF, new Vector3(42_164_000, 0, 0), new Vector3(0, 3_074.6, 0));
        KINDS.forEach((name, kind) -> {
            assertThat(faults(kind.observation())).as(name.name()).isEmpty();
            List<OrbitMessages.Tracked> tracked = OrbitMessages.observations(series(kind.observation()), SENSORS);
            assertThat(tracked).as(name.name()).hasSize(1);
            FitResult fit = OrbitDetermination.fit(new FitRequest(
                    orbit,
                    tracked.get(0).sensors(),
                    List.of(tracked.get(0).observation()),
                    ForceModel.forOrbit(orbit),
                    FitSettings.DEFAULT));
            assertThat(fit.reason()).as(name.name()).startsWith("observations: " + kind.numbers() + " numbers");
        });
    }

    @Test
    void a_difference_says_how_much_later_and_higher_it_came_to_the_second_receiver() {
        nl.sluis.orbit.measurement.Observation.TimeDifference time =
                (nl.sluis.orbit.measurement.Observation.TimeDifference) tracked(ValueCase.TIME_DIFFERENCE);
        nl.sluis.orbit.measurement.Observation.FrequencyDifference frequency =
                (nl.sluis.orbit.measurement.Observation.FrequencyDifference) tracked(ValueCase.FREQUENCY_DIFFERENCE);

        // the orbit module subtracts the second from the first
        assertThat(time.differenceS()).isEqualTo(-1e-3);
        assertThat(frequency.differenceHz()).isEqualTo(-10);
        assertThat(OrbitMessages.registeredSensorId(time.secondSensorId())).isEqualTo("zaf/two");
        assertThat(OrbitMessages.registeredSensorId(frequency.secondSensorId())).isEqualTo("zaf/two");
    }

    private static nl.sluis.orbit.measurement.Observation tracked(ValueCase kind) {
        return OrbitMessages.observations(
                        series(Objects.requireNonNull(KINDS.get(kind)).observation()), SENSORS)
                .get(0)
                .observation();
    }

    @Test
    void a_second_receiver_that_is_not_the_contributors_is_refused() {
        for (String other : List.of("nld/leiden-1", "zaf/one", "")) {
            Observation observation = of().setTimeDifference(
                            TimeDifference.newBuilder().setSecondSensorId(other).setTimeDifferenceS(1e-3))
                    .build();
            assertThat(faults(observation))
                    .extracting(Refusal.Fault::field)
                    .containsExactly("series.observations[0].time_difference.second_sensor_id");
        }
    }

    @Test
    void a_value_may_be_without_the_light_time_unless_it_is_a_difference_of_light_time() {
        KINDS.forEach((name, kind) -> {
            ObservationSeries series = series(kind.observation()).toBuilder()
                    .setCorrections(Corrections.newBuilder().setLightTime(true))
                    .build();
            boolean isDifference = name == ValueCase.TIME_DIFFERENCE || name == ValueCase.FREQUENCY_DIFFERENCE;

            assertThat(checks().check("series", series))
                    .as(name.name())
                    .extracting(Refusal.Fault::field)
                    .containsExactlyElementsOf(isDifference ? List.of("series.observations[0].value") : List.of());
            assertThat(OrbitMessages.observations(series, SENSORS).get(0).sensors())
                    .as(name.name())
                    .allMatch(nl.sluis.orbit.measurement.Sensor::isAtOnce);
        });
    }

    @Test
    void the_same_value_is_of_another_sensor_where_another_effect_was_taken_out_of_it() {
        Map<String, Sensor> radar = Map.of(
                "zaf/one",
                Objects.requireNonNull(SENSORS.get("zaf/one")).toBuilder()
                        .setFrequencyHz(4.4e8)
                        .build());
        List<String> sensors = new ArrayList<>();
        List<String> inputs = new ArrayList<>();
        Stream.of(
                        Corrections.newBuilder(),
                        Corrections.newBuilder().setLightTime(true),
                        Corrections.newBuilder().setAberration(true),
                        Corrections.newBuilder().setTroposphere(true),
                        Corrections.newBuilder().setIonosphere(true))
                .forEach(corrections -> {
                    ObservationSeries series =
                            series(Objects.requireNonNull(KINDS.get(ValueCase.RANGE))
                                            .observation())
                                    .toBuilder()
                                    .setCorrections(corrections)
                                    .build();
                    nl.sluis.orbit.measurement.Observation made =
                            OrbitMessages.observations(series, radar).get(0).observation();
                    sensors.add(made.sensorId());
                    inputs.add(made.inputId());
                });

        assertThat(sensors).doesNotHaveDuplicates();
        assertThat(inputs).doesNotHaveDuplicates();
        assertThat(sensors.stream().map(OrbitMessages::registeredSensorId)).containsOnly("zaf/one");
    }

    @Test
    void the_ionosphere_is_modelled_where_the_source_left_it_in_and_the_frequency_is_known() {
        Sensor mute = Objects.requireNonNull(SENSORS.get("zaf/one"));
        Sensor radar = mute.toBuilder().setFrequencyHz(4.4e8).build();
        Corrections out = Corrections.newBuilder().setIonosphere(true).build();

        assertThat(modelsIonosphere(radar, Corrections.getDefaultInstance())).isTrue();
        assertThat(modelsIonosphere(radar, out)).isFalse();
        assertThat(modelsIonosphere(mute, Corrections.getDefaultInstance())).isFalse();
    }

    private static boolean modelsIonosphere(Sensor sensor, Corrections corrections) {
        return OrbitMessages.sensor(sensor, corrections).corrections().contains(Correction.IONOSPHERE);
    }

    @Test
    void a_difference_that_light_can_not_make_is_refused() {
        Observation time = of().setTimeDifference(
                        TimeDifference.newBuilder().setSecondSensorId("zaf/two").setTimeDifferenceS(0.051))
                .build();
        Observation frequency = of().setFrequencyDifference(FrequencyDifference.newBuilder()
                        .setSecondSensorId("zaf/two")
                        .setTransmitFrequencyHz(1e9)
                        .setFrequencyDifferenceHz(2e5))
                .build();
        assertThat(faults(time))
                .extracting(Refusal.Fault::field)
                .containsExactly("series.observations[0].time_difference.time_difference_s");
        assertThat(faults(frequency))
                .extracting(Refusal.Fault::field)
                .containsExactly("series.observations[0].frequency_difference.frequency_difference_hz");
    }
}
