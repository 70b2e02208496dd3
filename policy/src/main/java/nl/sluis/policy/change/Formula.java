package nl.sluis.policy.change;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sat4j.core.VecInt;
import org.sat4j.minisat.SolverFactory;
import org.sat4j.specs.ContradictionException;
import org.sat4j.specs.ISolver;
import org.sat4j.specs.TimeoutException;

/**
 * Builds a propositional formula for a SAT solver. Equal parts are one variable, so what two bundles have in common
 * cancels before the solver is asked; and the solver is told only of the parts that a question reaches.
 */
final class Formula {
    /** One query meets some hundred conflicts; after 500,000, some seconds, it is given up and counts as not proved. */
    private static final int CONFLICTS_MAX = 500_000;

    private final ISolver solver = SolverFactory.newDefault();

    /** By variable: the literals whose conjunction it is, null where it is free. */
    private final List<int @Nullable []> conjunctions = new ArrayList<>();

    private final Map<Terms, Integer> known = new HashMap<>();
    private final BitSet told = new BitSet();
    private final int yes;
    private boolean contradictory;

    /** Literals as a key: sorted, without repeats. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Terms(int[] literals) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Terms terms && Arrays.equals(literals, terms.literals);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(literals);
        }
    }

    Formula() {
        // by conflicts, not by time: the same question always has the same answer, and no timer is started
        solver.setTimeoutOnConflicts(CONFLICTS_MAX);
        conjunctions.add(null);
        yes = fresh();
        clause(yes);
    }

    int fresh() {
        conjunctions.add(null);
        return conjunctions.size() - 1;
    }

    int constant(boolean value) {
        return value ? yes : -yes;
    }

    boolean isNever(int literal) {
        return literal == -yes;
    }

    boolean isAlways(int literal) {
        return literal == yes;
    }

    int and(int... literals) {
        int[] sorted = new int[literals.length];
        for (int i = 0; i < literals.length; i++) {
            // a literal and its negation stand side by side
            sorted[i] = literals[i] > 0 ? 2 * literals[i] : -2 * literals[i] + 1;
        }
        Arrays.sort(sorted);
        int[] needed = new int[sorted.length];
        int count = 0;
        for (int i = 0; i < sorted.length; i++) {
            int literal = (sorted[i] & 1) == 0 ? sorted[i] / 2 : -(sorted[i] / 2);
            if (literal == -yes || (count > 0 && needed[count - 1] == -literal)) {
                return -yes;
            }
            if (literal != yes && (count == 0 || needed[count - 1] != literal)) {
                needed[count++] = literal;
            }
        }
        if (count <= 1) {
            return count == 0 ? yes : needed[0];
        }
        Terms terms = new Terms(Arrays.copyOf(needed, count));
        Integer same = known.get(terms);
        if (same == null) {
            same = fresh();
            conjunctions.set(same, terms.literals());
            known.put(terms, same);
        }
        return same;
    }

    int and(Collection<Integer> literals) {
        int[] all = new int[literals.size()];
        int count = 0;
        for (int literal : literals) {
            all[count++] = literal;
        }
        return and(all);
    }

    int or(int... literals) {
        int[] not = new int[literals.length];
        for (int i = 0; i < not.length; i++) {
            not[i] = -literals[i];
        }
        return -and(not);
    }

    int or(Collection<Integer> literals) {
        int[] not = new int[literals.size()];
        int count = 0;
        for (int literal : literals) {
            not[count++] = -literal;
        }
        return -and(not);
    }

    void exactlyOne(List<Integer> literals) {
        clause(literals.stream().mapToInt(Integer::intValue).toArray());
        for (int i = 0; i < literals.size(); i++) {
            for (int j = i + 1; j < literals.size(); j++) {
                clause(-literals.get(i), -literals.get(j));
            }
        }
    }

    void clause(int... literals) {
        try {
            solver.addClause(new VecInt(literals));
        } catch (ContradictionException e) {
            contradictory = true;
        }
    }

    /** Whether the assumptions can hold together; if so, {@link #holds} tells how. */
    boolean isSatisfiable(Collection<Integer> assumptions) throws TimeoutException {
        VecInt assumed = new VecInt(assumptions.size());
        for (int literal : assumptions) {
            if (literal == -yes) {
                return false;
            }
            tell(Math.abs(literal));
            assumed.push(literal);
        }
        return !contradictory && solver.isSatisfiable(assumed);
    }

    private void tell(int variable) {
        int[] terms = conjunctions.get(variable);
        if (terms == null || told.get(variable)) {
            return;
        }
        told.set(variable);
        int[] back = new int[terms.length + 1];
        for (int i = 0; i < terms.length; i++) {
            tell(Math.abs(terms[i]));
            clause(-variable, terms[i]);
            back[i] = -terms[i];
        }
        back[terms.length] = variable;
        clause(back);
    }

    /** The value in the last answer; what the question did not reach is false. */
    boolean holds(int literal) {
        int variable = Math.abs(literal);
        boolean value = variable <= solver.nVars() && solver.model(variable);
        return value == (literal > 0);
    }
}
