package nl.sluis.orbit.ccsds;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.orekit.files.ccsds.ndm.cdm.AdditionalCovarianceMetadataKey;
import org.orekit.files.ccsds.ndm.cdm.AdditionalParametersKey;
import org.orekit.files.ccsds.ndm.cdm.CdmHeaderKey;
import org.orekit.files.ccsds.ndm.cdm.CdmMetadataKey;
import org.orekit.files.ccsds.ndm.cdm.CdmRelativeMetadataKey;
import org.orekit.files.ccsds.ndm.cdm.ODParametersKey;
import org.orekit.files.ccsds.ndm.cdm.RTNCovarianceKey;
import org.orekit.files.ccsds.ndm.cdm.SigmaEigenvectorsCovarianceKey;
import org.orekit.files.ccsds.ndm.cdm.StateVectorKey;
import org.orekit.files.ccsds.ndm.cdm.XYZCovarianceKey;
import org.orekit.files.ccsds.section.HeaderKey;

/**
 * The keywords of a conjunction data message. The library takes an unknown keyword for the begin of the next block and then
 * misses a mandatory one far from the fault, so a refused message is looked through for it.
 */
final class CdmKeywords {

    private static final Set<String> KNOWN = known();

    private CdmKeywords() {}

    /** Returns the first keyword of a KVN message that no issue of the standard has. */
    static Optional<Problem> firstUnknown(String text) {
        List<String> lines = Parsing.lines(text);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            int cut = line.indexOf('=');
            if (line.startsWith("<")) {
                return Optional.empty();
            }
            if (cut <= 0 || line.startsWith("COMMENT")) {
                continue;
            }
            String keyword = line.substring(0, cut).strip();
            if (keyword.matches("[A-Z][A-Z0-9_]*")
                    && !KNOWN.contains(keyword)
                    && !keyword.startsWith("USER_DEFINED_")) {
                return Optional.of(new Problem(i + 1, keyword, line, "a keyword of the conjunction data message"));
            }
        }
        return Optional.empty();
    }

    private static Set<String> known() {
        Set<String> known = new HashSet<>(Set.of("CCSDS_CDM_VERS"));
        add(known, HeaderKey.values());
        add(known, CdmHeaderKey.values());
        add(known, CdmRelativeMetadataKey.values());
        add(known, CdmMetadataKey.values());
        add(known, ODParametersKey.values());
        add(known, AdditionalParametersKey.values());
        add(known, AdditionalCovarianceMetadataKey.values());
        add(known, StateVectorKey.values());
        add(known, RTNCovarianceKey.values());
        add(known, XYZCovarianceKey.values());
        add(known, SigmaEigenvectorsCovarianceKey.values());
        return known;
    }

    private static void add(Set<String> known, Enum<?>[] keys) {
        for (Enum<?> key : keys) {
            known.add(key.name());
        }
    }
}
