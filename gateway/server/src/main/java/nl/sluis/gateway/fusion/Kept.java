package nl.sluis.gateway.fusion;

import java.time.Instant;
import java.util.Optional;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.determination.Reference;
import nl.sluis.orbit.manoeuvre.Manoeuvre;
import nl.sluis.proto.v1.OrbitChange;
import nl.sluis.proto.v1.Track;
import nl.sluis.proto.v1.TrackStatus;

/**
 * What an audience keeps of one fit of an object for the next, of its own history alone.
 *
 * @param reference what it was linearised about
 * @param since the manoeuvre since which observations count
 */
record Kept(Optional<Reference> reference, Optional<Since> since) {
    static final Kept NOTHING = new Kept(Optional.empty(), Optional.empty());

    boolean isNothing() {
        return equals(NOTHING);
    }

    /**
     * A manoeuvre. What was observed before is of another orbit.
     *
     * @param from epoch of the first observation that counts, UTC
     * @param start an orbit since
     * @param change as the track tells it
     */
    record Since(Instant from, OrbitState start, OrbitChange change) {

        static Since of(Manoeuvre manoeuvre) {
            return new Since(
                    manoeuvre.from(), manoeuvre.fit().solution().orElseThrow().state(), Kept.change(manoeuvre));
        }

        /** The manoeuvre since which a track is. */
        static Optional<Since> of(Track track) {
            return track.hasChange() && track.getStatus() != TrackStatus.TRACK_STATUS_MANOEUVRE_SUSPECTED
                    ? Optional.of(new Since(
                            Times.instant(track.getChange().getSince()),
                            OrbitMessages.state(track.getState()),
                            track.getChange()))
                    : Optional.empty();
        }
    }

    static OrbitChange change(Manoeuvre manoeuvre) {
        OrbitChange.Builder change = OrbitChange.newBuilder()
                .setWindowStart(Times.timestamp(manoeuvre.notBefore()))
                .setWindowEnd(Times.timestamp(manoeuvre.notAfter()))
                .setSince(Times.timestamp(manoeuvre.from()));
        manoeuvre
                .change()
                .ifPresent(one -> change.setEpoch(Times.timestamp(one.epoch()))
                        .setDeltaVRtnMS(OrbitMessages.vector(one.rtnMps()))
                        .setSigmaMS(one.sigmaMps()));
        return change.build();
    }
}
