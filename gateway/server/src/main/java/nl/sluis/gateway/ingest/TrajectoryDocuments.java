package nl.sluis.gateway.ingest;

import java.util.List;
import java.util.Optional;
import nl.sluis.journal.v1.StoredRecord;
import nl.sluis.proto.v1.Document;
import nl.sluis.proto.v1.Ephemeris;

/** Trajectories that are asked about and not contributed: they are read as a contribution is, and kept nowhere. */
public final class TrajectoryDocuments {
    private TrajectoryDocuments() {}

    /**
     * Reads a document that holds one trajectory.
     *
     * @throws IllegalArgumentException if it holds another thing, or can't be read; the message names line, field and reason
     */
    public static Ephemeris read(Document document) {
        List<StoredRecord> records;
        try {
            records = new Documents(sensor -> Optional.empty()).read(document).records();
        } catch (RefusedException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        if (records.size() != 1 || !records.get(0).hasEphemeris()) {
            throw new IllegalArgumentException(records.size() + " records (expected: an OEM with one segment)");
        }
        return records.get(0).getEphemeris();
    }
}
