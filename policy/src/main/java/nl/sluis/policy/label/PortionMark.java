package nl.sluis.policy.label;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import nl.sluis.policy.label.LabelException.Reason;

/**
 * US portion marks, as data libraries put them beside records: {@code U}, {@code S//NF}, {@code (C//REL TO USA, FVEY)}.
 *
 * <p>Assumptions: NOFORN is releasable to the USA alone; a mark without releasability is for its owners alone; a control
 * that is not known is refused, since it could be the one that restricts.
 *
 * <p>Source: the forms of the US register of authorised markings (CAPCO) that are public, read at ingest only.
 */
public final class PortionMark {
    private static final Map<String, List<String>> TETRAGRAPHS =
            Map.of("FVEY", List.of("AUS", "CAN", "GBR", "NZL", "USA"), "ACGU", List.of("AUS", "CAN", "GBR", "USA"));
    private static final Map<String, String> CONTROLS =
            Map.of("OC", "orcon", "ORCON", "orcon", "IMC", "imcon", "IMCON", "imcon");
    private static final Map<String, String> NOTES = Map.of("FOUO", "fouo", "CUI", "cui", "RELIDO", "relido");

    private PortionMark() {}

    /**
     * Reads a mark.
     *
     * @param mark the mark, with or without parentheses
     * @param owner who owns the record
     * @param created the record's time, UTC
     * @param mode the record's data mode
     * @param spifs policies, with that of the USA
     */
    public static SecurityLabel read(String mark, OwnerId owner, Instant created, Mode mode, Spifs spifs)
            throws LabelException {
        Spif usa = spifs.named("USA");
        if (usa == null) {
            throw new LabelException(Reason.UNKNOWN, "portion", "no security policy of the USA", "", "spif/usa.yaml");
        }
        String text = mark.strip().toUpperCase(Locale.ROOT);
        if (text.startsWith("(") && text.endsWith(")")) {
            text = text.substring(1, text.length() - 1);
        }
        List<String> fields = List.of(text.split("//", -1));
        Spif.Level level = usa.levels().stream()
                .filter(l -> l.portion().equals(fields.get(0).strip())
                        || l.marking().equals("USA " + fields.get(0).strip()))
                .findFirst()
                .orElseThrow(() -> new LabelException(
                        Reason.UNKNOWN,
                        "portion",
                        "unknown classification `" + fields.get(0) + "` in `" + mark + "`",
                        fields.get(0),
                        "U, C, S or TS"));
        List<Clause> release = new ArrayList<>();
        Set<CategoryRef> restrictive = new TreeSet<>();
        Set<CategoryRef> informative = new TreeSet<>();
        for (String field : fields.subList(1, fields.size())) {
            for (String control : field.strip().split("/", -1)) {
                control(control.strip(), mark, usa, spifs, release, restrictive, informative);
            }
        }
        LabelPart part = new LabelPart(
                usa,
                level,
                List.copyOf(restrictive),
                release.isEmpty() ? List.of(SecurityLabel.ownersOnly(List.of(owner))) : release,
                List.copyOf(informative));
        return new SecurityLabel(List.of(part), List.of(owner), created, null, mode, List.of());
    }

    private static void control(
            String control,
            String mark,
            Spif usa,
            Spifs spifs,
            List<Clause> release,
            Set<CategoryRef> restrictive,
            Set<CategoryRef> informative)
            throws LabelException {
        if (control.equals("NF") || control.equals("NOFORN")) {
            release.add(new Clause(List.of("USA")));
        } else if (control.startsWith("REL TO ")) {
            Set<String> members = new TreeSet<>();
            for (String code : control.substring("REL TO ".length()).split(",", -1)) {
                List<String> nations = TETRAGRAPHS.get(code.strip());
                if (nations != null) {
                    members.addAll(nations);
                } else {
                    members.add(code.strip());
                }
            }
            release.add(SecurityLabel.clause(members, "portion", spifs));
        } else if (CONTROLS.containsKey(control)) {
            usa.value(Spif.TagType.RESTRICTIVE, CONTROLS.get(control)).ifPresent(restrictive::add);
        } else if (NOTES.containsKey(control)) {
            usa.value(Spif.TagType.INFORMATIVE, NOTES.get(control)).ifPresent(informative::add);
        } else {
            throw new LabelException(
                    Reason.UNKNOWN,
                    "portion",
                    "unknown control `" + control + "` in `" + mark + "`",
                    control,
                    "NF, REL TO, ORCON, IMCON, RELIDO, FOUO or CUI");
        }
    }
}
