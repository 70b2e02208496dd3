package nl.sluis.policy.label;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A label as data attributes of the form {@code https://<authority>/attr/<name>/value/<value>}, as OpenTDF writes them, for
 * systems that take those. Export only: a clause of several members becomes one any-of attribute each, numbered, since the
 * attributes of a document are otherwise all required.
 */
public final class AttributeExport {
    private AttributeExport() {}

    /**
     * The attributes of a label, in a fixed order.
     *
     * @param label the label
     * @param authority host name of who defines the attributes
     */
    public static List<String> attributes(SecurityLabel label, String authority) {
        String base = "https://" + authority + "/attr/";
        List<String> out = new ArrayList<>();
        for (LabelPart part : label.parts()) {
            String policy = word(part.spif().name());
            out.add(base + policy + "-classification/value/" + word(part.level().name()));
            part.restrictive()
                    .forEach(c -> out.add(base + policy + "-restrictive/value/"
                            + word(part.spif().value(c).orElseThrow().name())));
            for (int c = 0; c < part.release().size(); c++) {
                String name = policy + "-releasable-to" + (c == 0 ? "" : "-" + (c + 1));
                part.release().get(c).members().forEach(m -> out.add(base + name + "/value/" + word(m)));
            }
        }
        label.owners().forEach(o -> out.add(base + "owner/value/" + word(o.toString())));
        out.add(base + "data-mode/value/" + label.mode().word());
        return List.copyOf(out);
    }

    private static String word(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    }
}
