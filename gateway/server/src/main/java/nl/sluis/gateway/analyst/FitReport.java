package nl.sluis.gateway.analyst;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.determination.BiasEstimate;
import nl.sluis.orbit.determination.DynamicParameter;
import nl.sluis.orbit.determination.FitResult;
import nl.sluis.orbit.determination.OrbitSolution;
import nl.sluis.orbit.determination.Residual;
import nl.sluis.orbit.determination.SensorStatistics;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;

/** Says how a fit went: as a table for people, as JSON for programs (SI, angles in rad). */
final class FitReport {

    /** Rejected observations that a table lists one by one. */
    private static final int MOST_LISTED = 20;

    private FitReport() {}

    static void table(String object, List<Observation> observations, FitResult result, PrintWriter out) {
        out.printf(Locale.ROOT, "object    %s%n", object);
        out.printf(
                Locale.ROOT,
                "verdict   %s%s%n",
                result.verdict(),
                result.reason().isEmpty() ? "" : ": " + result.reason());
        out.printf(
                Locale.ROOT,
                "data      %d used, %d rejected, %s to %s%n",
                result.used(),
                result.rejected(),
                observations.get(0).epoch(),
                observations.get(observations.size() - 1).epoch());
        result.solution().ifPresent(solution -> solution(result, solution, out));
        if (!result.statistics().isEmpty()) {
            out.printf(
                    Locale.ROOT,
                    "%n%-22s %-20s %6s %8s %14s %14s %9s %14s%n",
                    "sensor",
                    "quantity",
                    "used",
                    "rejected",
                    "mean",
                    "rms",
                    "rms/sigma",
                    "bias");
            for (SensorStatistics s : result.statistics()) {
                out.printf(
                        Locale.ROOT,
                        "%-22s %-20s %6d %8d %14s %14s %9.2f %14s%n",
                        s.sensorId(),
                        words(s.component()),
                        s.used(),
                        s.rejected(),
                        value(s.component(), s.mean()),
                        value(s.component(), s.rms()),
                        s.weightedRms(),
                        result.biases().stream()
                                .filter(b -> b.sensorId().equals(s.sensorId()) && b.component() == s.component())
                                .map(b -> value(b.component(), b.value()))
                                .findFirst()
                                .orElse("-"));
            }
        }
        rejected(result, out);
    }

    private static void solution(FitResult result, OrbitSolution solution, PrintWriter out) {
        OrbitState s = solution.state();
        out.printf(
                Locale.ROOT,
                "fit       rms/sigma %.3f, %d linearisations%n",
                result.weightedRms(),
                result.iterations());
        out.printf(Locale.ROOT, "epoch     %s %s%n", s.epoch(), s.frame());
        out.printf(Locale.ROOT, "position  %s m%n", vector(s.positionM(), "%.3f"));
        out.printf(Locale.ROOT, "velocity  %s m/s%n", vector(s.velocityMps(), "%.6f"));
        SymmetricMatrix p = solution.covarianceRtn();
        out.printf(
                Locale.ROOT,
                "1-sigma   R %.3g  T %.3g  N %.3g m; R %.3g  T %.3g  N %.3g m/s%n",
                Math.sqrt(p.get(0, 0)),
                Math.sqrt(p.get(1, 1)),
                Math.sqrt(p.get(2, 2)),
                Math.sqrt(p.get(3, 3)),
                Math.sqrt(p.get(4, 4)),
                Math.sqrt(p.get(5, 5)));
        for (DynamicParameter parameter : solution.parameters()) {
            out.printf(
                    Locale.ROOT, "estimated %s %.6g ± %.2g%n", parameter.name(), parameter.value(), parameter.sigma());
        }
        out.println("covariance, " + s.frame() + ", x y z vx vy vz, m and m/s:");
        for (int i = 0; i < 6; i++) {
            StringBuilder line = new StringBuilder(" ");
            for (int j = 0; j <= i; j++) {
                line.append(String.format(
                        Locale.ROOT, " %14.6e", solution.covariance().get(i, j)));
            }
            out.println(line);
        }
    }

    private static void rejected(FitResult result, PrintWriter out) {
        List<Residual> rejected =
                result.residuals().stream().filter(r -> !r.accepted()).toList();
        if (rejected.isEmpty()) {
            return;
        }
        out.printf(Locale.ROOT, "%nrejected%n");
        rejected.stream()
                .limit(MOST_LISTED)
                .forEach(r -> out.printf(
                        Locale.ROOT,
                        "  %-28s %s %-16s %s (%.1f sigma)%n",
                        r.inputId(),
                        r.epoch(),
                        words(r.component()),
                        value(r.component(), r.value()),
                        Math.abs(r.value()) / r.sigma()));
        if (rejected.size() > MOST_LISTED) {
            out.printf(Locale.ROOT, "  and %d more; -o json lists all%n", rejected.size() - MOST_LISTED);
        }
    }

    private static String vector(Vector3 v, String format) {
        return String.format(Locale.ROOT, format + " " + format + " " + format, v.x(), v.y(), v.z());
    }

    private static String words(Component component) {
        return component.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Angles are printed in degrees, all else in SI. */
    private static String value(Component component, double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        return component.unit().equals("rad")
                ? String.format(Locale.ROOT, "%.6f deg", Math.toDegrees(value))
                : String.format(Locale.ROOT, "%.4g %s", value, component.unit());
    }

    static JsonObject json(String object, List<Observation> observations, FitResult result) {
        JsonObject json = new JsonObject()
                .put("object", object)
                .put("verdict", result.verdict().name())
                .put("reason", result.reason())
                .put("observations_used", result.used())
                .put("observations_rejected", result.rejected())
                .put("span_start", observations.get(0).epoch().toString())
                .put(
                        "span_end",
                        observations.get(observations.size() - 1).epoch().toString());
        if (Double.isFinite(result.weightedRms())) {
            json.put("weighted_rms", result.weightedRms());
        }
        result.solution().ifPresent(solution -> {
            OrbitState s = solution.state();
            json.put("epoch", s.epoch().toString())
                    .put("frame", s.frame().name())
                    .put("position_m", array(s.positionM()))
                    .put("velocity_m_s", array(s.velocityMps()))
                    .put("position_sigma_m", solution.positionSigmaM())
                    .put("covariance", array(solution.covariance()))
                    .put("covariance_rtn", array(solution.covarianceRtn()));
            JsonArray parameters = new JsonArray();
            solution.parameters()
                    .forEach(p -> parameters.add(new JsonObject()
                            .put("name", p.name())
                            .put("value", p.value())
                            .put("sigma", p.sigma())));
            json.put("force_parameters", parameters);
        });
        Map<String, BiasEstimate> biases = new TreeMap<>();
        result.biases().forEach(b -> biases.put(b.sensorId() + "/" + b.component(), b));
        JsonArray sensors = new JsonArray();
        for (SensorStatistics s : result.statistics()) {
            JsonObject one = new JsonObject()
                    .put("sensor", s.sensorId())
                    .put("quantity", s.component().name().toLowerCase(Locale.ROOT))
                    .put("unit", s.component().unit())
                    .put("used", s.used())
                    .put("rejected", s.rejected());
            if (s.used() > 0) {
                one.put("mean", s.mean()).put("rms", s.rms()).put("weighted_rms", s.weightedRms());
            }
            BiasEstimate bias = biases.get(s.sensorId() + "/" + s.component());
            if (bias != null) {
                one.put("bias", bias.value()).put("bias_sigma", bias.sigma());
            }
            sensors.add(one);
        }
        json.put("sensors", sensors);
        JsonArray rejected = new JsonArray();
        result.residuals().stream()
                .filter(r -> !r.accepted())
                .forEach(r -> rejected.add(new JsonObject()
                        .put("observation", r.inputId())
                        .put("sensor", r.sensorId())
                        .put("epoch", r.epoch().toString())
                        .put("quantity", r.component().name().toLowerCase(Locale.ROOT))
                        .put("residual", r.value())
                        .put("sigma", r.sigma())));
        return json.put("rejected", rejected);
    }

    private static JsonArray array(Vector3 v) {
        return new JsonArray().add(v.x()).add(v.y()).add(v.z());
    }

    private static JsonArray array(SymmetricMatrix m) {
        JsonArray rows = new JsonArray();
        for (double[] row : m.rows()) {
            JsonArray values = new JsonArray();
            for (double value : row) {
                values.add(value);
            }
            rows.add(values);
        }
        return rows;
    }
}
