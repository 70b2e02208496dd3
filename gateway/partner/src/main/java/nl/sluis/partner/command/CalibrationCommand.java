package nl.sluis.partner.command;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import nl.sluis.proto.v1.GetCalibrationRequest;
import nl.sluis.proto.v1.GetCalibrationResponse;
import nl.sluis.proto.v1.ListSensorsRequest;
import nl.sluis.proto.v1.ListSensorsResponse;
import nl.sluis.proto.v1.Sensor;
import nl.sluis.proto.v1.SensorCalibration;
import nl.sluis.proto.v1.SensorServiceGrpc;
import nl.sluis.proto.v1.SensorServiceGrpc.SensorServiceBlockingStub;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What the other partners' sensors say of one's own. */
@Command(
        name = "calibration",
        header = "Shows bias and noise of your own sensors, as measured against the orbits of your own view.",
        description = {
            "Only the tenant that registered a sensor is told. It rests on the data that this tenant itself may use,"
                    + " so the",
            "tenant needs the role subscriber too."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            ExitCode.OK_TEXT,
            ExitCode.FAILED_TEXT,
            ExitCode.USAGE_TEXT,
            ExitCode.UNREACHABLE_TEXT,
            ExitCode.NOT_PERMITTED_TEXT
        })
public final class CalibrationCommand implements Callable<Integer> {
    private static final int PAGE = 500;

    /** People read angles in seconds of arc. */
    private static final double RAD_TO_ARCSEC = Math.toDegrees(1) * 3600;

    /** Units by quantity; what is an angle is shown in seconds of arc. */
    private static final Map<String, String> UNITS = Map.of(
            "range", "m",
            "range_rate", "m/s",
            "azimuth", "arcsec",
            "elevation", "arcsec",
            "right_ascension", "arcsec",
            "declination", "arcsec",
            "time_difference", "s",
            "frequency_difference", "Hz");

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Parameters(arity = "0..*", paramLabel = "SENSOR", description = "Sensors by identifier; all of yours if left out.")
    private List<String> sensors = new ArrayList<>();

    @Option(names = "--json", description = "One line of JSON for each sensor, in SI units.")
    private boolean json;

    @Override
    public Integer call() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        return Asking.gateway(line, connection, channel -> {
            SensorServiceBlockingStub service = SensorServiceGrpc.newBlockingStub(channel);
            PrintWriter out = line.getOut();
            if (!json) {
                out.printf(
                        Locale.ROOT,
                        "%-28s %-20s %14s %14s %12s %6s%n",
                        "sensor",
                        "quantity",
                        "bias",
                        "1-sigma",
                        "noise",
                        "obs");
            }
            for (String sensor : sensors.isEmpty() ? all(service) : sensors) {
                print(out, sensor, service);
            }
        });
    }

    private static SensorServiceBlockingStub timed(SensorServiceBlockingStub service) {
        return service.withDeadlineAfter(Asking.ANSWER_MAX_S, TimeUnit.SECONDS);
    }

    private static List<String> all(SensorServiceBlockingStub service) {
        List<String> all = new ArrayList<>();
        String token = "";
        do {
            ListSensorsResponse page = timed(service)
                    .listSensors(ListSensorsRequest.newBuilder()
                            .setPageSize(PAGE)
                            .setPageToken(token)
                            .build());
            page.getSensorsList().stream().map(Sensor::getSensorId).forEach(all::add);
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        return all;
    }

    private void print(PrintWriter out, String sensor, SensorServiceBlockingStub service) {
        GetCalibrationResponse found;
        try {
            found = timed(service)
                    .getCalibration(GetCalibrationRequest.newBuilder()
                            .setSensorId(sensor)
                            .build());
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND && sensors.isEmpty()) {
                // one of several that says nothing yet does not end the list
                if (!json) {
                    out.printf(Locale.ROOT, "%-28s %s%n", Words.printable(sensor), "not compared with others yet");
                }
                return;
            }
            throw e;
        }
        if (json) {
            out.println(JsonWriter.json(found));
            return;
        }
        for (SensorCalibration one : found.getQuantitiesList()) {
            String unit = UNITS.getOrDefault(one.getQuantity(), "");
            double scale = unit.equals("arcsec") ? RAD_TO_ARCSEC : 1;
            out.printf(
                    Locale.ROOT,
                    "%-28s %-20s %14s %14s %12s %6d%n",
                    Words.printable(sensor),
                    Words.printable(one.getQuantity().replace('_', ' ') + " [" + unit + "]"),
                    number(one.getBias() * scale),
                    number(one.getBiasSigma() * scale),
                    number(one.getNoise() * scale),
                    one.getObservations());
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) < 0.01 && value != 0 ? "%.2e" : "%.2f", value);
    }
}
