package nl.sluis.orbit.association;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import nl.sluis.orbit.W3b;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.determination.Propagation;
import nl.sluis.orbit.measurement.Sensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class NewObjectsTest {

    /** Passes of six unknown objects come as they are seen; those that are linked are of one object, and few stay behind. */
    @Test
    @Tag("long")
    void tracks_of_unknown_objects_become_objects() {
        Sky sky = new Sky(4, 6);
        List<Tracklet> pool = new ArrayList<>();
        int made = 0;
        for (int object = 0; object < 6; object++) {
            pool.addAll(sky.passes(object, Duration.ofHours(6)));
        }
        pool.sort(Comparator.comparing(Tracklet::start));
        int all = pool.size();
        List<Tracklet> waiting = new ArrayList<>();
        for (Tracklet track : pool) {
            Optional<NewObjects.Found> found = NewObjects.find(track, waiting);
            waiting.add(track);
            if (found.isPresent()) {
                String object = Sky.objectOf(track);
                assertThat(found.get().tracks())
                        .allMatch(one -> Sky.objectOf(one).equals(object));
                var truth = sky.truth(Integer.parseInt(object));
                var ours = Propagation.at(found.get().orbit(), Sky.EPOCH).state();
                assertThat(LocalAxes.difference(truth, ours).positionM().norm())
                        .as(
                                "%s from %s",
                                object,
                                found.get().tracks().stream().map(Tracklet::id).toList())
                        .isLessThan(50_000);
                made += found.get().tracks().size();
                waiting.removeAll(found.get().tracks());
            }
        }
        assertThat(made).as("of %d tracks", all).isGreaterThanOrEqualTo((int) (0.75 * all));
    }

    /** No station has an orbit by itself, for all its biases are unknown; two together have. */
    @Test
    void real_tracks_of_w3b_make_an_object_without_its_name() {
        List<Sensor> stations = W3b.sensors();
        Tracklet first = AssociationTest.track(stations.get(0));
        List<Tracklet> others =
                stations.subList(1, 5).stream().map(AssociationTest::track).toList();
        Optional<NewObjects.Found> found = NewObjects.find(first, others);
        assertThat(found).isPresent();
        assertThat(found.get().tracks()).contains(first).hasSizeGreaterThanOrEqualTo(2);
        var ours = Propagation.at(found.get().orbit(), W3b.initial().epoch()).state();
        // the leak, which nobody told of, moves it by as much
        assertThat(LocalAxes.difference(W3b.initial(), ours).positionM().norm()).isLessThan(300_000);
    }
}
