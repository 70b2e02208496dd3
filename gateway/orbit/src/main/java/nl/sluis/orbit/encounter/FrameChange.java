package nl.sluis.orbit.encounter;

import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.internal.Convert;
import org.orekit.utils.PVCoordinates;

/** States in other frames, for messages that allow only some. */
public final class FrameChange {

    private FrameChange() {}

    /**
     * Returns the same state in another frame; frames that turn add their share to the velocity.
     *
     * @param frame not a local one
     */
    public static OrbitState to(OrbitState state, Frame frame) {
        if (state.frame() == frame) {
            return state;
        }
        OrekitData.load();
        PVCoordinates pv = Convert.pv(state, Convert.frame(frame));
        return new OrbitState(state.epoch(), frame, Convert.vector(pv.getPosition()), Convert.vector(pv.getVelocity()));
    }
}
