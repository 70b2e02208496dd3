package nl.sluis.policy.change;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.sat4j.core.VecInt;
import org.sat4j.minisat.SolverFactory;
import org.sat4j.specs.ContradictionException;
import org.sat4j.specs.ISolver;
import org.sat4j.specs.TimeoutException;

/** Builds a propositional formula for a SAT solver: every connective is a fresh variable that is equal to it. */
final class Formula {
    /** One query takes milliseconds; after 20 s it is given up and counts as not proved. */
    private static final int TIMEOUT_S = 20;

    private final ISolver solver = SolverFactory.newDefault();
    private final int yes;
    private int last;
    private boolean contradictory;

    Formula() {
        solver.setTimeout(TIMEOUT_S);
        yes = fresh();
        clause(yes);
    }

    int fresh() {
        return ++last;
    }

    int constant(boolean value) {
        return value ? yes : -yes;
    }

    int and(Collection<Integer> terms) {
        if (terms.contains(-yes)) {
            return -yes;
        }
        List<Integer> needed = terms.stream().filter(t -> t != yes).distinct().toList();
        if (needed.isEmpty()) {
            return yes;
        }
        if (needed.size() == 1) {
            return needed.get(0);
        }
        int all = fresh();
        int[] back = new int[needed.size() + 1];
        for (int i = 0; i < needed.size(); i++) {
            clause(-all, needed.get(i));
            back[i] = -needed.get(i);
        }
        back[needed.size()] = all;
        clause(back);
        return all;
    }

    int and(int... terms) {
        return and(Arrays.stream(terms).boxed().toList());
    }

    int or(Collection<Integer> terms) {
        return -and(terms.stream().map(t -> -t).toList());
    }

    int or(int... terms) {
        return or(Arrays.stream(terms).boxed().toList());
    }

    void exactlyOne(List<Integer> terms) {
        clause(terms.stream().mapToInt(Integer::intValue).toArray());
        for (int i = 0; i < terms.size(); i++) {
            for (int j = i + 1; j < terms.size(); j++) {
                clause(-terms.get(i), -terms.get(j));
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
        return !contradictory
                && solver.isSatisfiable(new VecInt(
                        assumptions.stream().mapToInt(Integer::intValue).toArray()));
    }

    boolean holds(int literal) {
        return literal > 0 ? solver.model(literal) : !solver.model(-literal);
    }
}
