package nl.sluis.benchmarks.fusion;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nl.sluis.gateway.item.Times;
import nl.sluis.orbit.GeodeticPosition;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import nl.sluis.proto.v1.AzimuthElevation;
import nl.sluis.proto.v1.Corrections;
import nl.sluis.proto.v1.GroundSite;
import nl.sluis.proto.v1.MeasurementSigmas;
import nl.sluis.proto.v1.ObservationSeries;
import nl.sluis.proto.v1.Range;
import nl.sluis.proto.v1.RangeMode;
import nl.sluis.proto.v1.TimeScale;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.orekit.frames.FramesFactory;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.TimeScalesFactory;
import org.orekit.utils.IERSConventions;

/** Radars on a grid of 15 degrees, one of which sees each low object at any time. */
public final class RadarNetwork {
    private static final double RANGE_SIGMA_M = 30;
    private static final double ANGLE_SIGMA_RAD = 2e-4;
    private static final int GRID_DEG = 15;

    private final List<Sensor> sites = new ArrayList<>();

    /** @param prefix what the identifier of each site begins with */
    public RadarNetwork(String prefix) {
        OrekitData.load();
        for (int latitude = -75; latitude <= 75; latitude += GRID_DEG) {
            for (int longitude = -180; longitude < 180; longitude += GRID_DEG) {
                sites.add(new Sensor(
                        prefix + "site-" + latitude + "-" + longitude,
                        GeodeticPosition.ofDegrees(latitude, longitude, 0),
                        Map.of(
                                Component.RANGE, RANGE_SIGMA_M,
                                Component.AZIMUTH, ANGLE_SIGMA_RAD,
                                Component.ELEVATION, ANGLE_SIGMA_RAD),
                        Map.of(),
                        Set.of()));
            }
        }
    }

    /** The sites as they are registered, without a label. */
    public List<nl.sluis.proto.v1.Sensor> registrations() {
        return sites.stream()
                .map(site -> nl.sluis.proto.v1.Sensor.newBuilder()
                        .setSensorId(site.id())
                        .setGround(GroundSite.newBuilder()
                                .setLatitudeRad(site.position().latitudeRad())
                                .setLongitudeRad(site.position().longitudeRad()))
                        .setSigmas(MeasurementSigmas.newBuilder()
                                .setRangeM(RANGE_SIGMA_M)
                                .setAzimuthRad(ANGLE_SIGMA_RAD)
                                .setElevationRad(ANGLE_SIGMA_RAD))
                        .build())
                .toList();
    }

    /** The site nearest below an object. */
    public Sensor below(OrbitState object) {
        Vector3D down = FramesFactory.getGCRF()
                .getTransformTo(
                        FramesFactory.getITRF(IERSConventions.IERS_2010, true),
                        new AbsoluteDate(object.epoch(), TimeScalesFactory.getUTC()))
                .transformPosition(new Vector3D(
                        object.positionM().x(),
                        object.positionM().y(),
                        object.positionM().z()));
        return sites.stream()
                .max(Comparator.comparingDouble(site -> new Vector3D(
                                site.position().longitudeRad(), site.position().latitudeRad())
                        .dotProduct(down)))
                .orElseThrow();
    }

    /** What a site saw, as it is contributed, without the name of an object. */
    public static ObservationSeries.Builder series(Sensor site, List<Observation> seen) {
        ObservationSeries.Builder series = ObservationSeries.newBuilder()
                .setSensorId(site.id())
                .setTimeScale(TimeScale.TIME_SCALE_UTC)
                .setCorrections(Corrections.newBuilder()
                        .setTroposphere(true)
                        .setIonosphere(true)
                        .setAberration(true));
        for (Observation one : seen) {
            nl.sluis.proto.v1.Observation.Builder observation =
                    nl.sluis.proto.v1.Observation.newBuilder().setEpoch(Times.timestamp(one.epoch()));
            if (one instanceof Observation.Range range) {
                observation.setRange(
                        Range.newBuilder().setRangeM(range.rangeM()).setMode(RangeMode.RANGE_MODE_TWO_WAY));
            } else if (one instanceof Observation.AzimuthElevation direction) {
                observation.setAzimuthElevation(AzimuthElevation.newBuilder()
                        .setAzimuthRad(direction.azimuthRad())
                        .setElevationRad(direction.elevationRad()));
            }
            series.addObservations(observation);
        }
        return series;
    }
}
