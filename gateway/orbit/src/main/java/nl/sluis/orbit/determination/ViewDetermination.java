package nl.sluis.orbit.determination;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.measurement.Observation;

/**
 * One object's orbit for several views, for little more than the cost of one.
 *
 * <p>Weighted least squares adds up: about a common reference trajectory each compartment has one information matrix and
 * vector, and a view's solution is the sum over its compartments and one small solve. The reference comes from the
 * view's own compartments alone, else it would carry what the view may not see:
 *
 * <ol>
 *   <li>A view starts from its {@link View#start() own first orbit}, else from the reference of its last fit, else from one
 *       found in its own observations.
 *   <li>Its base is the most widely releasable of its compartments that carries an orbit by itself. The base is fitted
 *       alone, and that fit is the reference. Views with the same start and base share it and the pass about it.
 *   <li>A view without a base, or whose correction leaves the linear range of the reference, goes on about its own
 *       solution.
 * </ol>
 *
 * <p>A shared pass evaluates each observation by itself ({@link Linearisation}) and sums run in the order of compartment
 * ids, so that what a view gets does not depend, to the last bit, on which other views and compartments there are.
 */
public final class ViewDetermination {

    /** Compartments that are tried as base; each that carries no orbit costs a fit. */
    private static final int MOST_CANDIDATES = 3;

    private ViewDetermination() {}

    /**
     * Fits all views.
     *
     * @param request what to fit
     * @return one result for each view, in their order; bad data end in a verdict
     */
    public static List<FitResult> fit(ViewsRequest request) {
        return update(request).stream().map(ViewFit::result).toList();
    }

    /**
     * Fits all views, each about the {@link View#reference() reference of its last fit} as long as that serves.
     *
     * @param request what to fit
     * @return one for each view, in their order, with what its next fit may be linearised about
     */
    public static List<ViewFit> update(ViewsRequest request) {
        OrekitData.load();
        return new Run(request).fit();
    }

    /** Where a view starts and which compartment is its base: views with the same one share a reference. */
    private record Key(Optional<OrbitState> start, String base, Optional<Reference> kept) {}

    /** A fitted base: the pass about it may be shared. */
    private record Base(Key key, Reference reference) {}

    private static final class Run {
        private final ViewsRequest request;
        private final Observed observed;
        private final Map<String, Compartment> compartments = new HashMap<>();
        private final Map<Key, Optional<Base>> bases = new HashMap<>();
        private final Map<String, Optional<OrbitState>> found = new HashMap<>();

        Run(ViewsRequest request) {
            this.request = request;
            this.observed = new Observed(request.sensors(), request.compartments(), request.originators());
            request.compartments().forEach(c -> compartments.put(c.id(), c));
        }

        List<ViewFit> fit() {
            Map<View, ViewFit> results = new HashMap<>();
            Map<Base, List<View>> sharing = new LinkedHashMap<>();
            for (View view : request.views()) {
                Optional<FitResult> outside = outsideCoverage(view);
                if (outside.isPresent()) {
                    results.put(view, new ViewFit(outside.get(), Optional.empty()));
                    continue;
                }
                Optional<Base> base = base(view);
                if (base.isPresent()) {
                    List<View> views = sharing.computeIfAbsent(base.get(), none -> new ArrayList<>());
                    if (!views.contains(view)) {
                        views.add(view);
                    }
                } else {
                    results.computeIfAbsent(view, alone -> new ViewFit(alone(alone), Optional.empty()));
                }
            }
            sharing.forEach((base, views) -> share(base, views, results));
            return request.views().stream()
                    .map(view -> Objects.requireNonNull(results.get(view)))
                    .toList();
        }

        private Optional<FitResult> outsideCoverage(View view) {
            for (String id : view.compartments()) {
                List<Observation> observations = compartment(id).observations();
                if (!observations.isEmpty()) {
                    Optional<FitResult> outside = OrbitDetermination.outsideCoverage(
                            view.start()
                                    .map(OrbitState::epoch)
                                    .orElse(observations.get(0).epoch()),
                            observations);
                    if (outside.isPresent()) {
                        return outside;
                    }
                }
            }
            return Optional.empty();
        }

        private Compartment compartment(String id) {
            return Objects.requireNonNull(compartments.get(id), id);
        }

        private Optional<Base> base(View view) {
            int tried = 0;
            for (String id : view.compartments()) {
                if (tried == MOST_CANDIDATES) {
                    break;
                }
                Optional<Reference> kept = view.reference().filter(one -> one.isOf(compartment(id)));
                Optional<OrbitState> start = kept.isPresent() ? Optional.empty() : start(view, id);
                if (kept.isPresent() || start.isPresent()) {
                    tried++;
                    Optional<Base> base = base(new Key(start, id, kept));
                    if (base.isPresent()) {
                        return base;
                    }
                }
            }
            return Optional.empty();
        }

        private Optional<OrbitState> start(View view, String compartment) {
            return view.start()
                    .or(() -> moved(view, compartment(compartment)))
                    .or(() -> found.computeIfAbsent(
                            compartment,
                            id -> InitialOrbit.find(
                                    request.sensors(), compartment(id).observations())));
        }

        /** Where the orbit of a view's last fit is at the first observation: an arc moves on, and its start with it. */
        private Optional<OrbitState> moved(View view, Compartment base) {
            Optional<Instant> first =
                    base.observations().stream().map(Observation::epoch).min(Comparator.naturalOrder());
            if (view.reference().isEmpty() || first.isEmpty()) {
                return Optional.empty();
            }
            OrbitState last = view.reference().get().pass().trajectory().state();
            try {
                return Optional.of(Propagation.states(last, request.forces().apply(last), List.of(first.get()))
                        .get(0));
            } catch (PropagationException e) {
                return Optional.empty();
            }
        }

        private Optional<Base> base(Key key) {
            Optional<Base> known = bases.get(key);
            if (known == null) {
                known = fitted(key);
                bases.put(key, known);
            }
            return known;
        }

        private Optional<Base> fitted(Key key) {
            List<Part> parts = observed.parts(List.of(key.base()));
            Compartment base = compartment(key.base());
            LeastSquares solver = observed.solver(parts, request.settings());
            LeastSquares.Outcome outcome;
            if (key.kept().isPresent()) {
                Reference kept = key.kept().get();
                kept.pass().extend(observed.all(List.of(key.base())));
                outcome = solver.run(kept.pass(), new LeastSquares.Sums());
                if (outcome.verdict() == Verdict.CONVERGED && outcome.pass() == kept.pass()) {
                    return Optional.of(new Base(key, kept));
                }
            } else {
                outcome = solver.run(trajectory(key.start().orElseThrow()));
            }
            return outcome.verdict() == Verdict.CONVERGED
                    ? Optional.of(
                            new Base(key, new Reference(Linearisation.about(outcome.trajectory(), List.of()), base)))
                    : Optional.empty();
        }

        private Trajectory trajectory(OrbitState start) {
            return Trajectory.of(start, request.forces().apply(start));
        }

        private FitResult alone(View view) {
            List<Observation> own = view.compartments().stream()
                    .flatMap(id -> compartment(id).observations().stream())
                    .toList();
            Optional<OrbitState> start = view.start().or(() -> InitialOrbit.find(request.sensors(), own));
            if (start.isEmpty()) {
                return FitResult.failed(
                        Verdict.NO_INITIAL_ORBIT,
                        "initial orbit: none (expected: one that the view may use, or observations that give one)");
            }
            return observed.fit(view.compartments(), trajectory(start.get()), request.settings());
        }

        private void share(Base base, List<View> views, Map<View, ViewFit> results) {
            TreeSet<String> all = new TreeSet<>();
            views.forEach(view -> all.addAll(view.compartments()));
            Linearisation shared = base.reference().pass();
            shared.extend(observed.all(all));
            LeastSquares.Sums sums = new LeastSquares.Sums();
            for (View view : views) {
                LeastSquares.Outcome outcome = observed.solver(observed.parts(view.compartments()), request.settings())
                        .run(shared, sums);
                results.put(
                        view, new ViewFit(observed.result(outcome, request.settings()), Optional.of(base.reference())));
            }
        }
    }
}
