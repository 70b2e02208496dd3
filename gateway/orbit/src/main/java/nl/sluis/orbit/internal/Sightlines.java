package nl.sluis.orbit.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.hipparchus.util.FastMath;
import org.orekit.bodies.GeodeticPoint;
import org.orekit.frames.TopocentricFrame;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.PVCoordinates;

/** Where sensors are and look, in one inertial frame; geometry alone, without light time and refraction. */
public final class Sightlines {
    private final org.orekit.frames.Frame frame;
    private final Map<String, TopocentricFrame> sites = new HashMap<>();

    /** Prepares for some sensors and an inertial frame. */
    public Sightlines(List<Sensor> sensors, Frame frame) {
        this.frame = Convert.frame(frame);
        for (Sensor sensor : sensors) {
            sensor.site()
                    .ifPresent(site -> sites.put(
                            sensor.id(),
                            new TopocentricFrame(
                                    Convert.earth(),
                                    new GeodeticPoint(site.latitudeRad(), site.longitudeRad(), site.altitudeM()),
                                    sensor.id())));
        }
    }

    /** Returns the frame. */
    public org.orekit.frames.Frame frame() {
        return frame;
    }

    /** Returns where the sensor of an observation is, and how it moves. */
    public PVCoordinates site(Observation observation, AbsoluteDate date) {
        return observation instanceof Observation.FromSatellite o
                ? Convert.pv(o.platform(), frame)
                : site(observation.sensorId(), date);
    }

    /** Returns where a sensor that is fixed to the Earth is, and how it moves. */
    public PVCoordinates site(String sensor, AbsoluteDate date) {
        return Objects.requireNonNull(sites.get(sensor), sensor).getPVCoordinates(date, frame);
    }

    /** Returns the unit vector from the sensor to the object; empty where the observation holds no direction. */
    public Optional<Vector3D> direction(Observation observation, AbsoluteDate date) {
        if (observation instanceof Observation.AzimuthElevation o) {
            double cos = FastMath.cos(o.elevationRad());
            Vector3D local = new Vector3D(
                    FastMath.sin(o.azimuthRad()) * cos,
                    FastMath.cos(o.azimuthRad()) * cos,
                    FastMath.sin(o.elevationRad()));
            return Optional.of(Objects.requireNonNull(sites.get(o.sensorId()), o.sensorId())
                    .getTransformTo(frame, date)
                    .transformVector(local));
        }
        if (observation.measured() instanceof Observation.RightAscensionDeclination o) {
            return Optional.of(Convert.frame(o.frame())
                    .getTransformTo(frame, date)
                    .transformVector(new Vector3D(o.rightAscensionRad(), o.declinationRad())));
        }
        return Optional.empty();
    }
}
