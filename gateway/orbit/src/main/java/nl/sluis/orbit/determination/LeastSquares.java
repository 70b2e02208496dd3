package nl.sluis.orbit.determination;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;

/**
 * Weighted least squares over the parts of one view.
 *
 * <p>Within one linearisation everything is linear algebra on rows that are already there: solving, and editing by the
 * residuals that the correction leaves, {@code r - J dx}. Where the correction is so large that the bending of the model
 * shows, the parts are linearised again about the corrected trajectory, and only a part of a correction is taken where
 * all of it would make things worse.
 */
final class LeastSquares {

    /** What a linear model leaves out must stay below this part of one sigma, summed over all observations. */
    private static final double MOST_BEND = 0.05;

    /** Below this bend residuals are near enough to their final values to edit by them. */
    private static final double BEND_TO_EDIT = 30;

    /** A step never moves the object by more than this part of its distance from whoever sees it. */
    private static final double LONGEST_STEP = 0.3;

    /** A correction of which less than this part helps is of no use. */
    private static final double SMALLEST_SHARE = 1e-3;

    /**
     * A step may cost this much more, squared sigmas for each number: along a flat valley a right step first climbs its
     * side, and the next one comes down.
     */
    private static final double MOST_CLIMB = 1;

    /** Median absolute value of a Gaussian variable to its sigma. */
    private static final double MEDIAN_TO_SIGMA = 1.4826;

    private final List<Part> parts;
    private final FitSettings settings;
    private final UnaryOperator<String> originators;
    private final int numbers;
    private final long epochs;
    private int iterations;
    private Agreement.Judgement judgement = Agreement.Judgement.AGREED;

    /**
     * Takes what is fitted.
     *
     * @param parts the observations
     * @param settings limits
     * @param originators whose a sensor is
     */
    LeastSquares(List<Part> parts, FitSettings settings, UnaryOperator<String> originators) {
        this.parts = parts;
        this.settings = settings;
        this.originators = originators;
        this.numbers = parts.stream()
                .flatMap(part -> part.modelled().stream())
                .mapToInt(m -> m.components().size())
                .sum();
        this.epochs = parts.stream()
                .flatMap(part -> part.modelled().stream())
                .map(m -> m.observation().epoch())
                .distinct()
                .count();
    }

    /** Sums by compartment over all rows of one linearisation, made when first needed. */
    static final class Sums {
        private final Map<String, NormalEquations> byCompartment = new HashMap<>();
    }

    /**
     * How the iteration ended.
     *
     * @param verdict how
     * @param reason why not better
     * @param trajectory the corrected path; meaningful where the verdict is {@code CONVERGED}
     * @param pass the last linearisation
     * @param solved the correction, empty where there is none
     * @param equations the equations that gave it
     * @param rejected ids of observations that it does not rest on
     * @param rows all rows, with the weights that the correction rests on
     * @param judgement whether the originators agree
     * @param iterations linearisations that were made for these parts alone
     * @param rounds rounds of editing
     */
    record Outcome(
            Verdict verdict,
            String reason,
            Trajectory trajectory,
            Linearisation pass,
            Optional<NormalEquations.Solved> solved,
            Optional<NormalEquations> equations,
            Set<String> rejected,
            List<Row> rows,
            Agreement.Judgement judgement,
            int iterations,
            int rounds) {}

    /** One solution of one linearisation. */
    private record Step(
            NormalEquations.Solved solved,
            NormalEquations equations,
            Set<String> rejected,
            int rounds,
            boolean stable) {}

    /**
     * Iterates to the end.
     *
     * @param start where to linearise first
     */
    Outcome run(Trajectory start) {
        return unfit().map(unfit -> unfit(start, unfit)).orElseGet(() -> iterate(linearise(start), new Sums()));
    }

    /**
     * Iterates to the end from a linearisation that others share.
     *
     * @param shared has a row for each observation of the parts that its path reached
     * @param sums of its compartments
     */
    Outcome run(Linearisation shared, Sums sums) {
        return unfit().map(unfit -> unfit(shared.trajectory(), unfit)).orElseGet(() -> iterate(shared, sums));
    }

    /** Why no iteration is worth while. */
    private record Unfit(Verdict verdict, String reason) {}

    private Optional<Unfit> unfit() {
        Set<BiasKey> biases = new HashSet<>();
        parts.forEach(part -> part.modelled().forEach(m -> m.biases().forEach(key -> key.ifPresent(biases::add))));
        int parameters = 6 + biases.size();
        if (epochs < 2 || numbers < parameters) {
            return Optional.of(new Unfit(
                    Verdict.TOO_FEW_OBSERVATIONS,
                    "observations: " + numbers + " numbers at " + epochs + " epochs (expected: at least " + parameters
                            + " numbers at 2 epochs)"));
        }
        if (isLoneAndWhollyBiased()) {
            return Optional.of(new Unfit(
                    Verdict.NOT_OBSERVABLE,
                    "sensors: 1, all its biases estimated (expected: another sensor, or a component without bias)"));
        }
        return Optional.empty();
    }

    /** A lone sensor whose every bias is estimated can't tell a bias from an orbit; iterations would only say so late. */
    private boolean isLoneAndWhollyBiased() {
        List<MeasurementModel.Modelled> all =
                parts.stream().flatMap(part -> part.modelled().stream()).toList();
        return all.stream().map(m -> m.observation().sensorId()).distinct().count() == 1
                && all.stream().flatMap(m -> m.biases().stream()).allMatch(Optional::isPresent);
    }

    private Outcome unfit(Trajectory start, Unfit unfit) {
        return new Outcome(
                unfit.verdict(),
                unfit.reason(),
                start,
                Linearisation.about(start, List.of()),
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                List.of(),
                judgement,
                0,
                0);
    }

    private Linearisation linearise(Trajectory about) {
        iterations++;
        return Linearisation.once(
                about, parts.stream().flatMap(part -> part.modelled().stream()).toList());
    }

    private Outcome iterate(Linearisation first, Sums firstSums) {
        Linearisation pass = first;
        Sums sums = firstSums;
        if (!isComplete(pass)) {
            return ended(
                    Verdict.DIVERGED, pass.failure().orElse("path: broken off"), pass, Optional.empty(), Set.of(), 0);
        }
        Set<String> rejected = Set.of();
        int rounds = 0;
        boolean judged = false;
        while (true) {
            Optional<Step> undamped = solve(pass, sums, rejected);
            if (undamped.isEmpty()) {
                return ended(
                        Verdict.NOT_OBSERVABLE,
                        "normal matrix: singular (expected: observations that determine all parameters)",
                        pass,
                        Optional.empty(),
                        rejected,
                        rounds);
            }
            Step step = undamped.get();
            double bend = bend(pass, step);
            boolean stable = false;
            if (bend <= BEND_TO_EDIT) {
                step = edit(pass, sums, step);
                rounds = Math.max(rounds, step.rounds());
                Optional<Outcome> refused = refuse(pass, step, rounds);
                if (refused.isPresent()) {
                    return refused.get();
                }
                stable = step.stable();
                rejected = step.rejected();
                bend = bend(pass, step);
            }
            if (bend <= MOST_BEND && stable && !judged) {
                judged = true;
                judgement = judge(pass, step);
                if (!judgement.factors().isEmpty()) {
                    // the same observations again, with other weights
                    continue;
                }
            }
            if (bend <= MOST_BEND) {
                return stable
                        ? converged(pass, step, rounds)
                        : ended(
                                Verdict.NOT_CONVERGED,
                                "rounds of editing: " + rounds + " (expected: a stable set of accepted observations)",
                                pass,
                                Optional.of(step),
                                rejected,
                                rounds);
            }
            Optional<Linearisation> next = Optional.empty();
            double before = cost(pass, rejected);
            double share = firstShare(pass, step, bend, before);
            while (next.isEmpty()) {
                if (iterations >= settings.maxIterations() || share < SMALLEST_SHARE) {
                    return ended(
                            Verdict.NOT_CONVERGED,
                            "iterations: " + iterations
                                    + " (expected: a correction that stays within the linear model)",
                            pass,
                            Optional.of(step),
                            rejected,
                            rounds);
                }
                Linearisation tried =
                        linearise(pass.trajectory().plus(scaled(step.solved().correction(), share)));
                if (isComplete(tried) && cost(tried, rejected) <= before + MOST_CLIMB * numbers) {
                    next = Optional.of(tried);
                } else {
                    share /= 2;
                }
            }
            pass = next.get();
            sums = new Sums();
        }
    }

    private Agreement.Judgement judge(Linearisation pass, Step step) {
        SortedMap<String, List<Row>> byOriginator = new TreeMap<>();
        for (Row row : allRows(pass, step.rejected())) {
            byOriginator
                    .computeIfAbsent(originator(row.modelled()), none -> new ArrayList<>())
                    .add(row);
        }
        return Agreement.of(pass.trajectory(), byOriginator, step.solved(), settings.commonError());
    }

    private String originator(MeasurementModel.Modelled modelled) {
        return originators.apply(modelled.observation().sensorId());
    }

    /** Rows of all parts in the order of estimation. */
    private List<Row> allRows(Linearisation pass, Set<String> rejected) {
        return parts.stream()
                .flatMap(part -> rows(pass, part, rejected).stream())
                .sorted((a, b) -> Observation.ORDER.compare(
                        a.modelled().observation(), b.modelled().observation()))
                .toList();
    }

    private Optional<Outcome> refuse(Linearisation pass, Step step, int rounds) {
        int all = parts.stream().mapToInt(part -> part.modelled().size()).sum();
        if (step.rejected().size() > settings.maxRejectedFraction() * all) {
            return Optional.of(ended(
                    Verdict.TOO_MANY_REJECTED,
                    "rejected observations: " + step.rejected().size() + " of " + all + " (expected: at most "
                            + settings.maxRejectedFraction() + " of them)",
                    pass,
                    Optional.of(step),
                    step.rejected(),
                    rounds));
        }
        return Optional.empty();
    }

    private boolean isComplete(Linearisation pass) {
        return parts.stream()
                .flatMap(part -> part.modelled().stream())
                .allMatch(m -> pass.row(m.observation().inputId()).isPresent());
    }

    private Outcome converged(Linearisation pass, Step step, int rounds) {
        Trajectory corrected = pass.trajectory().plus(step.solved().correction());
        if (!(corrected.state().positionM().norm() > Dynamics.earthRadiusM())) {
            return ended(
                    Verdict.DIVERGED,
                    "position: below the surface (expected: an orbit)",
                    pass,
                    Optional.of(step),
                    step.rejected(),
                    rounds);
        }
        return new Outcome(
                Verdict.CONVERGED,
                "",
                corrected,
                pass,
                Optional.of(step.solved()),
                Optional.of(step.equations()),
                step.rejected(),
                allRows(pass, Set.of()),
                judgement,
                iterations,
                rounds);
    }

    private Outcome ended(
            Verdict verdict, String reason, Linearisation pass, Optional<Step> step, Set<String> rejected, int rounds) {
        return new Outcome(
                verdict,
                reason,
                pass.trajectory(),
                pass,
                step.map(Step::solved),
                step.map(Step::equations),
                rejected,
                step.isPresent() ? allRows(pass, Set.of()) : List.of(),
                judgement,
                iterations,
                rounds);
    }

    private Optional<Step> solve(Linearisation pass, Sums sums, Set<String> rejected) {
        Trajectory about = pass.trajectory();
        int n = about.dimension();
        List<NormalEquations> summands = new ArrayList<>();
        for (Part part : parts) {
            boolean all = part.whole()
                    && part.modelled().stream()
                            .noneMatch(m -> rejected.contains(m.observation().inputId())
                                    || judgement.factors().containsKey(originator(m)));
            // a sum without some rows is made anew: taking rows away would leave their rounding behind
            summands.add(
                    all
                            ? sums.byCompartment.computeIfAbsent(
                                    part.compartment(), none -> NormalEquations.of(n, rows(pass, part, Set.of())))
                            : NormalEquations.of(n, rows(pass, part, rejected)));
        }
        NormalEquations equations = NormalEquations.sum(n, summands);
        addPriors(equations, about);
        return equations.solve().map(solved -> new Step(solved, equations, rejected, 0, false));
    }

    /** Adds what is known of the parameters of the forces beforehand. */
    static void addPriors(NormalEquations equations, Trajectory about) {
        for (int i = 0; i < about.names().size(); i++) {
            double sigma = Dynamics.priorSigma(about.names().get(i), about.forces());
            if (sigma < Double.POSITIVE_INFINITY) {
                double known = Dynamics.priorValue(about.names().get(i), about.forces());
                equations.addPrior(6 + i, known - about.values().get(i), sigma);
            }
        }
    }

    private List<Row> rows(Linearisation pass, Part part, Set<String> rejected) {
        List<Row> rows = new ArrayList<>();
        for (MeasurementModel.Modelled m : part.modelled()) {
            if (!rejected.contains(m.observation().inputId())) {
                Row row = pass.row(m.observation().inputId()).orElseThrow();
                Double factor = judgement.factors().get(originator(m));
                rows.add(factor == null ? row : row.downWeighted(factor));
            }
        }
        return rows;
    }

    private double bend(Linearisation pass, Step step) {
        double sum = 0;
        for (Part part : parts) {
            for (Row row : rows(pass, part, step.rejected())) {
                sum += row.squaredBend(step.solved().correction());
            }
        }
        return Math.sqrt(sum);
    }

    /**
     * Returns the part of a correction to take: what the model bends on the way, which grows with the square of the
     * part, must not cost more than there is to gain.
     */
    private double firstShare(Linearisation pass, Step step, double bend, double cost) {
        double share = Math.min(1, Math.sqrt(Math.sqrt(Math.max(cost, numbers) / 2) / (2 * bend)));
        double longest = parts.stream()
                .flatMap(part -> rows(pass, part, step.rejected()).stream())
                .mapToDouble(row -> row.relativeStep(step.solved().correction()))
                .max()
                .orElse(0);
        return longest * share > LONGEST_STEP ? LONGEST_STEP / longest : share;
    }

    private static double[] scaled(double[] correction, double share) {
        double[] scaled = correction.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= share;
        }
        return scaled;
    }

    /** Weighted squares of the residuals at the trajectory itself, each bias at its best: what a step must lower. */
    private double cost(Linearisation pass, Set<String> rejected) {
        double cost = 0;
        TreeMap<BiasKey, double[]> groups = new TreeMap<>();
        for (Part part : parts) {
            for (Row row : rows(pass, part, rejected)) {
                MeasurementModel.Modelled m = row.modelled();
                for (int c = 0; c < m.components().size(); c++) {
                    double r = row.residual(c);
                    cost += r * r;
                    double d = 1 / m.sigmas().get(c);
                    m.biases().get(c).ifPresent(key -> {
                        double[] sums = groups.computeIfAbsent(key, none -> new double[2]);
                        sums[0] += d * r;
                        sums[1] += d * d;
                    });
                }
            }
        }
        for (double[] sums : groups.values()) {
            cost -= sums[0] * sums[0] / sums[1];
        }
        return cost;
    }

    /** Edits until the accepted set is stable; an observation rejected early can come back. */
    private Step edit(Linearisation pass, Sums sums, Step first) {
        Step step = first;
        for (int round = 1; round <= settings.maxEditingRounds(); round++) {
            Set<String> outliers = outliers(pass, step);
            if (outliers.equals(step.rejected())) {
                return new Step(step.solved(), step.equations(), outliers, round, true);
            }
            Optional<Step> next = solve(pass, sums, outliers);
            if (next.isEmpty()) {
                return new Step(step.solved(), step.equations(), outliers, round, false);
            }
            step = next.get();
        }
        return new Step(step.solved(), step.equations(), step.rejected(), settings.maxEditingRounds(), false);
    }

    /** Returns what a correction leaves of a component of a row, in sigmas. */
    static double residual(Row row, int component, NormalEquations.Solved solved) {
        double left = row.residual(component);
        double[] j = row.jacobian(component);
        for (int i = 0; i < j.length; i++) {
            left -= j[i] * solved.correction()[i];
        }
        Optional<BiasKey> bias = row.modelled().biases().get(component);
        if (bias.isPresent()) {
            left -= solved.bias(bias.get()) / row.modelled().sigmas().get(component);
        }
        return left;
    }

    /** An observation is an outlier when one of its numbers is; the scatter is judged per sensor and component. */
    private Set<String> outliers(Linearisation pass, Step step) {
        record Left(String inputId, double size) {}
        Set<String> outliers = new TreeSet<>();
        Map<String, Map<Component, List<Left>>> groups = new TreeMap<>();
        for (Part part : parts) {
            for (Row row : rows(pass, part, Set.of())) {
                MeasurementModel.Modelled m = row.modelled();
                for (int c = 0; c < m.components().size(); c++) {
                    if (m.biases().get(c).isPresent()
                            && !step.equations()
                                    .biases()
                                    .contains(m.biases().get(c).get())) {
                        // all of its sensor is out, so there is no bias to judge it by
                        outliers.add(m.observation().inputId());
                        continue;
                    }
                    groups.computeIfAbsent(m.observation().sensorId(), none -> new TreeMap<>())
                            .computeIfAbsent(m.components().get(c), none -> new ArrayList<>())
                            .add(new Left(m.observation().inputId(), Math.abs(residual(row, c, step.solved()))));
                }
            }
        }
        groups.values()
                .forEach(components -> components.values().forEach(group -> {
                    double[] sizes =
                            group.stream().mapToDouble(Left::size).sorted().toArray();
                    double scatter = Math.max(1, MEDIAN_TO_SIGMA * sizes[sizes.length / 2]);
                    for (Left left : group) {
                        if (!(left.size() <= settings.editingSigma() * scatter)) {
                            outliers.add(left.inputId());
                        }
                    }
                }));
        return outliers;
    }
}
