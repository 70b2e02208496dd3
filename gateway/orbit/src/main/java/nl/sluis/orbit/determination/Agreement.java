package nl.sluis.orbit.determination;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Whether the originators of one view agree.
 *
 * <p>An originator disagrees with others where its observations raise the weighted squares of a fit of the others by far more
 * than chance does, or where large biases of its sensors explain far more than chance; errors that a sensor's observations
 * share within a while are reckoned with, and its own scatter. Where
 * the smallest minority without which the rest agree is the only one of its size, or biases of its sensors explain all far
 * better than those of any other, that minority is wrong, and its sigmas are enlarged to its residuals about the orbit of the
 * rest. Otherwise, as always with two originators, nobody can tell: then the covariance is widened by how far the orbit would
 * move without each of them.
 */
final class Agreement {

    /** Chance raises the squares of m numbers by m, give or take the root of 2 m; so many of those are no chance. */
    private static final double CHANCE_SIGMAS = 6;

    /** Few numbers have a longer tail than that. */
    private static final double CHANCE_MIN = 20;

    /** Biases explain more than chance where they lower the squares by this: for three, once in a million times. */
    private static final double BIAS_GAIN_MIN = 30;

    /** Sensors have small biases that nobody calibrated; below so many sigmas they are no disagreement. */
    private static final double BIAS_SIGMAS_MIN = 4;

    /** One explanation is far better than another where its weighted squares are lower by this: odds of 150 to 1. */
    private static final double DECISIVE = 10;

    /** Larger minorities of more originators are not searched: each set costs a solve for each of its members. */
    private static final int MOST_SETS = 200;

    private final int dimension;
    private final Trajectory about;
    private final List<String> originators;
    /** By originator, with sigmas as large as its own scatter says; and by what they were enlarged. */
    private final List<List<Row>> rows = new ArrayList<>();

    private final List<Double> factors = new ArrayList<>();
    private final List<NormalEquations> sums = new ArrayList<>();
    private final List<NormalEquations> freedSums = new ArrayList<>();

    /**
     * What came out.
     *
     * @param disagreements who disagrees, by name
     * @param factors by what the sigmas of an originator are to be enlarged
     * @param shifts corrections of the trajectory's numbers, by each of which the covariance is to be widened
     */
    record Judgement(List<Disagreement> disagreements, Map<String, Double> factors, List<double[]> shifts) {
        static final Judgement AGREED = new Judgement(List.of(), Map.of(), List.of());

        /** Copies the lists. */
        Judgement {
            disagreements = List.copyOf(disagreements);
            factors = Map.copyOf(factors);
            shifts = List.copyOf(shifts);
        }
    }

    private Agreement(
            Trajectory about,
            SortedMap<String, List<Row>> byOriginator,
            NormalEquations.Solved solved,
            CommonError common) {
        this.dimension = about.dimension();
        this.about = about;
        this.originators = List.copyOf(byOriginator.keySet());
        byOriginator.values().forEach(own -> {
            double factor = scatter(own, solved, common);
            List<Row> judged = factor > 1
                    ? own.stream().map(row -> row.downWeighted(factor)).toList()
                    : own;
            rows.add(judged);
            factors.add(factor);
            sums.add(NormalEquations.correlated(dimension, judged, common));
            freedSums.add(NormalEquations.correlated(
                    dimension, judged.stream().map(Row::freed).toList(), common));
        });
    }

    /**
     * Judges.
     *
     * @param about what the rows are linearised about
     * @param byOriginator accepted rows in the order of estimation
     * @param solved the fit of all
     * @param common what errors have in common
     */
    static Judgement of(
            Trajectory about,
            SortedMap<String, List<Row>> byOriginator,
            NormalEquations.Solved solved,
            CommonError common) {
        if (byOriginator.size() < 2) {
            return Judgement.AGREED;
        }
        return new Agreement(about, byOriginator, solved, common).judge();
    }

    /**
     * Noise where it is larger than stated, in sigmas, else 1: from differences of residuals that follow each other within a
     * while, so that what bends the orbit does not count as noise.
     */
    private static double scatter(List<Row> rows, NormalEquations.Solved solved, CommonError common) {
        Map<String, Double> before = new HashMap<>();
        double square = 0;
        int pairs = 0;
        for (Row row : rows) {
            for (int c = 0; c < row.modelled().components().size(); c++) {
                double now = LeastSquares.residual(row, c, solved);
                Double last = before.put(
                        common.group(
                                row.modelled().observation(),
                                row.modelled().components().get(c)),
                        now);
                if (last != null) {
                    square += (now - last) * (now - last) / 2;
                    pairs++;
                }
            }
        }
        return pairs == 0 ? 1 : Math.max(1, Math.sqrt(square / pairs));
    }

    private Judgement judge() {
        BitSet all = new BitSet();
        all.set(0, originators.size());
        BitSet disagreeing = disagreeing(all);
        if (disagreeing.isEmpty()) {
            return Judgement.AGREED;
        }
        return minority(all).map(wrong -> downWeighted(all, wrong)).orElseGet(() -> widened(all, disagreeing));
    }

    /** Those of a set whose observations do not fit those of the others of the set. */
    private BitSet disagreeing(BitSet set) {
        BitSet disagreeing = new BitSet();
        Optional<Double> together = cost(set);
        if (together.isEmpty()) {
            return disagreeing;
        }
        set.stream().forEach(one -> {
            BitSet others = without(set, one);
            cost(others).ifPresent(cost -> {
                double free = numbers(one) - (biases(set) - biases(others));
                double limit = free + CHANCE_SIGMAS * Math.sqrt(2 * Math.max(0, free)) + CHANCE_MIN;
                if (together.get() - cost > limit) {
                    disagreeing.set(one);
                }
            });
            BitSet alone = new BitSet();
            alone.set(one);
            NormalEquations freed = equations(set, alone);
            freed.solve()
                    .filter(solved -> together.get() - freed.cost(solved) > BIAS_GAIN_MIN
                            && largestBias(one, solved) > BIAS_SIGMAS_MIN)
                    .ifPresent(solved -> disagreeing.set(one));
        });
        return disagreeing;
    }

    /** The one smallest minority without which the rest agree; empty where there is none, or more than one. */
    private Optional<BitSet> minority(BitSet all) {
        int searched = 0;
        for (int size = 1; 2 * size < originators.size(); size++) {
            List<BitSet> candidates = new ArrayList<>();
            for (BitSet wrong : sets(size)) {
                if (++searched > MOST_SETS) {
                    return Optional.empty();
                }
                BitSet rest = (BitSet) all.clone();
                rest.andNot(wrong);
                if (cost(rest).isPresent() && disagreeing(rest).isEmpty()) {
                    candidates.add(wrong);
                }
            }
            if (!candidates.isEmpty()) {
                return best(all, candidates);
            }
        }
        return Optional.empty();
    }

    private Optional<BitSet> best(BitSet all, List<BitSet> candidates) {
        if (candidates.size() == 1) {
            return Optional.of(candidates.get(0));
        }
        BitSet best = candidates.get(0);
        double lowest = Double.POSITIVE_INFINITY;
        double second = Double.POSITIVE_INFINITY;
        for (BitSet candidate : candidates) {
            NormalEquations freed = equations(all, candidate);
            double cost = freed.solve().map(freed::cost).orElse(Double.POSITIVE_INFINITY);
            if (cost < lowest) {
                second = lowest;
                lowest = cost;
                best = candidate;
            } else {
                second = Math.min(second, cost);
            }
        }
        return second - lowest > DECISIVE ? Optional.of(best) : Optional.empty();
    }

    /** The largest bias of an originator that a fit takes as known, in sigmas. */
    private double largestBias(int originator, NormalEquations.Solved solved) {
        double largest = 0;
        for (Row row : rows.get(originator)) {
            MeasurementModel.Modelled m = row.modelled();
            for (int c = 0; c < m.components().size(); c++) {
                if (m.biases().get(c).isEmpty()) {
                    BiasKey key = new BiasKey(
                            m.observation().sensorId(), m.components().get(c));
                    largest = Math.max(
                            largest, Math.abs(solved.bias(key)) / m.sigmas().get(c));
                }
            }
        }
        return largest;
    }

    private List<BitSet> sets(int size) {
        List<BitSet> sets = List.of(new BitSet());
        for (int members = 0; members < size; members++) {
            List<BitSet> larger = new ArrayList<>();
            for (BitSet set : sets) {
                for (int next = set.length(); next < originators.size(); next++) {
                    BitSet more = (BitSet) set.clone();
                    more.set(next);
                    larger.add(more);
                }
            }
            sets = larger;
        }
        return sets;
    }

    private Judgement downWeighted(BitSet all, BitSet wrong) {
        BitSet rest = (BitSet) all.clone();
        rest.andNot(wrong);
        NormalEquations.Solved solved = solved(rest).orElseThrow();
        List<Disagreement> disagreements = new ArrayList<>();
        Map<String, Double> factors = new TreeMap<>();
        wrong.stream().forEach(one -> {
            double factor = Math.max(1, rms(one, solved));
            disagreements.add(new Disagreement(originators.get(one), factor, true));
            factors.put(originators.get(one), factor);
        });
        return new Judgement(disagreements, factors, List.of());
    }

    private Judgement widened(BitSet all, BitSet disagreeing) {
        NormalEquations.Solved together = solved(all).orElseThrow();
        List<Disagreement> disagreements = new ArrayList<>();
        List<double[]> shifts = new ArrayList<>();
        all.stream()
                .forEach(one -> solved(without(all, one)).ifPresent(others -> {
                    if (disagreeing.get(one)) {
                        disagreements.add(new Disagreement(originators.get(one), rms(one, others), false));
                    }
                    double[] shift = new double[dimension];
                    for (int i = 0; i < dimension; i++) {
                        shift[i] = others.correction()[i] - together.correction()[i];
                    }
                    shifts.add(shift);
                }));
        return new Judgement(disagreements, Map.of(), shifts);
    }

    /** Root mean square of an originator's residuals about an orbit, each bias at its best, in its own sigmas. */
    private double rms(int originator, NormalEquations.Solved orbit) {
        TreeMap<BiasKey, double[]> biases = new TreeMap<>();
        double square = 0;
        for (Row row : rows.get(originator)) {
            for (int c = 0; c < row.modelled().components().size(); c++) {
                double left = LeastSquares.residual(row, c, orbit);
                square += left * left;
                double d = 1 / row.modelled().sigmas().get(c);
                row.modelled().biases().get(c).ifPresent(key -> {
                    double[] sums = biases.computeIfAbsent(key, none -> new double[2]);
                    sums[0] += d * left;
                    sums[1] += d * d;
                });
            }
        }
        for (double[] sums : biases.values()) {
            square -= sums[0] * sums[0] / sums[1];
        }
        return factors.get(originator) * Math.sqrt(Math.max(0, square) / numbers(originator));
    }

    private int numbers(int originator) {
        return rows.get(originator).stream()
                .mapToInt(row -> row.modelled().components().size())
                .sum();
    }

    private int biases(BitSet set) {
        TreeSet<BiasKey> keys = new TreeSet<>();
        set.stream().forEach(one -> keys.addAll(sums.get(one).biases()));
        return keys.size();
    }

    private Optional<Double> cost(BitSet set) {
        NormalEquations equations = equations(set);
        return equations.solve().map(equations::cost);
    }

    private Optional<NormalEquations.Solved> solved(BitSet set) {
        return equations(set).solve();
    }

    private NormalEquations equations(BitSet set) {
        return equations(set, new BitSet());
    }

    /** Sums over a set in which every sensor of some members has biases. */
    private NormalEquations equations(BitSet set, BitSet biased) {
        NormalEquations equations = NormalEquations.sum(
                dimension,
                set.stream()
                        .mapToObj(one -> biased.get(one) ? freedSums.get(one) : sums.get(one))
                        .toList());
        LeastSquares.addPriors(equations, about);
        return equations;
    }

    private static BitSet without(BitSet set, int one) {
        BitSet others = (BitSet) set.clone();
        others.clear(one);
        return others;
    }
}
