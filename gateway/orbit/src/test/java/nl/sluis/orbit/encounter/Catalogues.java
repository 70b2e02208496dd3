package nl.sluis.orbit.encounter;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import nl.sluis.orbit.ccsds.ElementsReader;
import nl.sluis.orbit.ccsds.MeanElements;
import nl.sluis.orbit.ccsds.MessageException;

/** Real catalogues for the tests. */
final class Catalogues {

    private static final Path COMMITTED = Path.of("..", "server", "src", "main", "resources", "demo", "catalogue");

    private Catalogues() {}

    /** The committed groups, each object once, by number. */
    static List<MeanElements> committed() {
        TreeMap<Integer, MeanElements> all = new TreeMap<>();
        for (String group : List.of("stations", "weather", "oneweb", "starlink-part", "geo")) {
            group(group).forEach(e -> all.putIfAbsent(e.catalogueNumber(), e));
        }
        return new ArrayList<>(all.values());
    }

    static List<MeanElements> group(String group) {
        return read(COMMITTED.resolve(group + ".tle.gz"));
    }

    /** The whole public catalogue, where it lies beside the project: it may not be handed on. */
    static Optional<List<MeanElements>> whole() {
        Path file = Path.of(
                System.getProperty("sluis.shared-data", "../../../shared/data"),
                "catalogue-20250808",
                "20250808.tle.gz");
        return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
    }

    /** Some objects, drawn by seed. */
    static List<MeanElements> some(List<MeanElements> all, int count, long seed) {
        List<MeanElements> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, new Random(seed));
        return shuffled.subList(0, count);
    }

    static List<ScreenedObject> objects(List<MeanElements> elements) {
        return elements.stream().map(ScreenedObject::of).toList();
    }

    private static List<MeanElements> read(Path file) {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return ElementsReader.read(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .elements();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (MessageException e) {
            throw new IllegalStateException(e);
        }
    }
}
