package nl.sluis.policy.rule;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nl.sluis.policy.text.Names;
import nl.sluis.policy.text.ProblemKind;
import nl.sluis.policy.text.Problems;
import nl.sluis.policy.text.Yaml;
import org.jspecify.annotations.Nullable;

/** Numbers with units, as officers write them, in SI. */
public final class Quantity {
    private static final Pattern FORM =
            Pattern.compile("([0-9]+(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?)\\s*([A-Za-z/%]*)");
    private static final Map<String, Double> TIME =
            new TreeMap<>(Map.of("s", 1.0, "min", 60.0, "h", 3600.0, "d", 86400.0));
    private static final Map<String, Double> LENGTH = new TreeMap<>(Map.of("m", 1.0, "km", 1000.0));

    private Quantity() {}

    /** A time such as {@code 6 h}, s. */
    static OptionalDouble time(Yaml.@Nullable Text text, Problems problems) {
        return read(text, TIME, "a time such as `6 h`", problems);
    }

    /** A length such as {@code 1 km}, m. */
    static OptionalDouble length(Yaml.@Nullable Text text, Problems problems) {
        return read(text, LENGTH, "a length such as `1 km`", problems);
    }

    /** A length or a time, or a number without a unit, in SI. */
    static OptionalDouble any(Yaml.@Nullable Text text, Problems problems) {
        Map<String, Double> units = new TreeMap<>(TIME);
        units.putAll(LENGTH);
        units.put("", 1.0);
        return read(text, units, "a quantity such as `100 m`", problems);
    }

    /** A plain number. */
    public static OptionalDouble number(Yaml.@Nullable Text text, Problems problems) {
        return read(text, Map.of("", 1.0), "a number such as `1e-5`", problems);
    }

    /** A time in seconds as short as it can be written: {@code 6h}. */
    public static String time(long seconds) {
        for (var unit : List.of(Map.entry("d", 86400L), Map.entry("h", 3600L), Map.entry("min", 60L))) {
            if (seconds != 0 && seconds % unit.getValue() == 0) {
                return seconds / unit.getValue() + unit.getKey();
            }
        }
        return seconds + "s";
    }

    /** A length in metres as short as it can be written: {@code 1km}. */
    public static String length(double metres) {
        return metres != 0 && metres % 1000 == 0
                ? Math.round(metres / 1000) + "km"
                : (metres == Math.rint(metres) ? Long.toString(Math.round(metres)) : Double.toString(metres)) + "m";
    }

    private static OptionalDouble read(
            Yaml.@Nullable Text text, Map<String, Double> units, String expected, Problems problems) {
        if (text == null) {
            return OptionalDouble.empty();
        }
        Matcher form = FORM.matcher(text.value().strip());
        Double unit = form.matches() ? units.get(form.group(2)) : null;
        double value = unit == null ? Double.NaN : Double.parseDouble(form.group(1)) * unit;
        if (!Double.isFinite(value)) {
            problems.add(
                    ProblemKind.BAD_VALUE,
                    text.at(),
                    "`" + Names.shown(text.value()) + "` cannot be read",
                    text.value(),
                    expected);
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(value);
    }
}
