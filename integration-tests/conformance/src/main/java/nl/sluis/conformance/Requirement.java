package nl.sluis.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * A promise of a gateway.
 *
 * @param id its number, for example {@code "TLS-1"}
 * @param text the promise
 * @param danger what happens if a gateway without it is accepted
 * @param cases its cases, at least one
 */
public record Requirement(String id, String text, String danger, List<Case> cases) {
    /** Copies the list. */
    public Requirement {
        cases = List.copyOf(cases);
    }

    /** All requirements, in their order. */
    public static List<Requirement> all() {
        List<Requirement> all = new ArrayList<>();
        for (Object entry : (List<?>) yaml("requirements.yaml")) {
            Map<?, ?> fields = (Map<?, ?>) entry;
            List<Case> cases = new ArrayList<>();
            for (Object name : (List<?>) required(fields, "cases")) {
                cases.add(Case.of(name.toString(), (Map<?, ?>) yaml("cases/" + name + ".yaml")));
            }
            all.add(new Requirement(
                    required(fields, "id").toString(),
                    required(fields, "text").toString(),
                    required(fields, "danger").toString(),
                    cases));
        }
        return all;
    }

    static Object required(Map<?, ?> fields, String key) {
        Object value = fields.get(key);
        if (value == null) {
            throw new IllegalStateException("conformance kit: no `" + key + "` in " + fields);
        }
        return value;
    }

    private static Object yaml(String name) {
        try (InputStream resource = Requirement.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalStateException("conformance kit: no `" + name + "`");
            }
            return new Load(LoadSettings.builder().setLabel(name).build()).loadFromInputStream(resource);
        } catch (IOException e) {
            throw new IllegalStateException("conformance kit: `" + name + "` cannot be read", e);
        }
    }
}
