package nl.sluis.gateway.analyst;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.ccsds.ElementsReader;
import nl.sluis.orbit.ccsds.EphemerisMessage;
import nl.sluis.orbit.ccsds.MeanElements;
import nl.sluis.orbit.ccsds.MessageException;
import nl.sluis.orbit.ccsds.OrbitMessage;
import nl.sluis.orbit.ccsds.OrbitReader;
import nl.sluis.orbit.determination.Ephemeris;
import nl.sluis.orbit.encounter.Sgp4;
import nl.sluis.orbit.ilrs.CpfReader;

/**
 * An orbit that a file states, whatever its form: OPM, OMM or TLE, OEM, CPF.
 *
 * @param form name of the form
 * @param ephemerides where it has tables of states; empty: none
 * @param states where it has single states; empty: none
 * @param elements where it has mean elements; empty: none
 */
record OrbitFile(String form, List<Ephemeris> ephemerides, List<OrbitState> states, List<MeanElements> elements) {

    /**
     * Reads a text; its form is recognised by its content.
     *
     * @throws MessageException if it has none of the forms, or a faulty record
     */
    static OrbitFile read(String text) throws MessageException {
        String head = text.substring(0, Math.min(4_000, text.length())).toUpperCase(Locale.ROOT);
        if (CpfReader.recognises(text)) {
            return new OrbitFile("CPF", List.of(CpfReader.read(text)), List.of(), List.of());
        }
        if (head.contains("CCSDS_OEM_VERS") || head.contains("<OEM")) {
            return new OrbitFile(
                    "OEM",
                    OrbitReader.readOem(text).segments().stream()
                            .map(EphemerisMessage.Segment::ephemeris)
                            .toList(),
                    List.of(),
                    List.of());
        }
        if (head.contains("CCSDS_OPM_VERS") || head.contains("<OPM")) {
            OrbitMessage opm = OrbitReader.readOpm(text);
            return new OrbitFile("OPM", List.of(), List.of(opm.state()), List.of());
        }
        ElementsReader.Result elements = ElementsReader.read(text);
        if (elements.elements().isEmpty() && !elements.problems().isEmpty()) {
            throw new MessageException(elements.problems().get(0));
        }
        return new OrbitFile("OMM or TLE", List.of(), List.of(), elements.elements());
    }

    /**
     * Returns an orbit to start a fit from.
     *
     * @param epoch about when the observations begin: the state nearest to it is taken, and mean elements are propagated
     *     to it
     * @return empty if the file states no orbit, or its elements do not reach the epoch
     */
    Optional<OrbitState> near(Instant epoch) {
        List<OrbitState> candidates = new ArrayList<>(states);
        for (Ephemeris ephemeris : ephemerides) {
            Instant inside = epoch.isBefore(ephemeris.start())
                    ? ephemeris.start()
                    : epoch.isAfter(ephemeris.end()) ? ephemeris.end() : epoch;
            ephemeris.at(inside).map(Ephemeris.Point::state).ifPresent(candidates::add);
        }
        for (MeanElements one : elements) {
            try {
                candidates.add(Sgp4.state(one, epoch));
            } catch (IllegalArgumentException e) {
                // decayed before the epoch; another set may reach it
            }
        }
        return candidates.stream()
                .min(Comparator.comparing(
                        state -> Duration.between(state.epoch(), epoch).abs()));
    }
}
