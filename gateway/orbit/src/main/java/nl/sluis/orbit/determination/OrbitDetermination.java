package nl.sluis.orbit.determination;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import nl.sluis.orbit.data.Coverage;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.measurement.Observation;

/**
 * Weighted least squares of one object's orbit from one set of observations.
 *
 * <p>Model: Cowell propagation with {@link ForceModel}, Orekit's measurement models (light time, tropospheric delay,
 * refraction as the sensor says), Gauss-Newton steps, cut short where a whole one would make things worse. Editing: observations
 * beyond the threshold lose their weight until the accepted set is stable; one rejected early can come back. The same
 * machinery solves the views of {@link ViewDetermination}: a single set is a view of one compartment.
 *
 * <p>Assumptions: errors are independent and Gaussian with the given sigmas.
 */
public final class OrbitDetermination {

    private static final String ALL = "";

    private OrbitDetermination() {}

    /**
     * Fits an orbit.
     *
     * @param request what to fit
     * @return always a result; bad data end in its verdict
     */
    public static FitResult fit(FitRequest request) {
        OrekitData.load();
        return outsideCoverage(request.initial().epoch(), request.observations())
                .orElseGet(() -> new Observed(request.sensors(), List.of(new Compartment(ALL, request.observations())))
                        .fit(List.of(ALL), Trajectory.of(request.initial(), request.forces()), request.settings()));
    }

    static Optional<FitResult> outsideCoverage(Instant start, List<Observation> observations) {
        Coverage coverage = OrekitData.coverage();
        Instant worst = start;
        for (Observation observation : observations) {
            if (!coverage.covers(observation.epoch())) {
                worst = observation.epoch();
                break;
            }
        }
        if (coverage.covers(worst)) {
            return Optional.empty();
        }
        return Optional.of(FitResult.failed(
                Verdict.OUTSIDE_DATA_COVERAGE,
                "epoch: `" + worst + "` (expected: " + coverage.from() + " to " + coverage.until() + ")"));
    }
}
