package nl.sluis.gateway.fusion;

import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.journal.v1.FittedOrbit;
import nl.sluis.journal.v1.ForceParameter;
import nl.sluis.journal.v1.Solution;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.determination.DynamicParameter;
import nl.sluis.orbit.determination.FitResult;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.determination.OrbitSolution;
import nl.sluis.orbit.determination.Residual;

/** A fitted orbit as the journal keeps it beside its track. */
final class FittedOrbits {
    private static final int STATE_DIMENSION = 6;

    private FittedOrbits() {}

    /** What the journal keeps of a fit that has a solution. */
    static FittedOrbit message(FitResult fit) {
        OrbitSolution solution = fit.solution().orElseThrow();
        Instant last = fit.residuals().stream()
                .filter(Residual::accepted)
                .map(Residual::epoch)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        FittedOrbit.Builder message = FittedOrbit.newBuilder().setLastObservation(Times.timestamp(last));
        for (DynamicParameter parameter : solution.parameters()) {
            message.addParameters(ForceParameter.newBuilder()
                    .setName(parameter.name())
                    .setValue(parameter.value())
                    .setSigma(parameter.sigma()));
        }
        // an acceleration that was fitted over an arc is one of that arc's epoch
        boolean isOfItsEpoch = solution.forces().empiricalDegree().isPresent();
        OrbitSolution kept = isOfItsEpoch ? solution : fit.latest().orElse(solution);
        if (!isOfItsEpoch) {
            message.setState(OrbitMessages.state(kept.state()));
        }
        Arrays.stream(kept.fullCovariance().lowerTriangle()).forEach(message::addCovariance);
        return message.build();
    }

    /** The orbit to predict from, of a track that has a fit beside it. */
    static OrbitSolution solution(Solution kept, Function<OrbitState, ForceModel> forces) {
        FittedOrbit fitted = kept.getFitted();
        List<DynamicParameter> parameters = fitted.getParametersList().stream()
                .map(one -> new DynamicParameter(one.getName(), one.getValue(), one.getSigma()))
                .toList();
        double[] covariance = fitted.getCovarianceList().stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
        if (fitted.hasState()) {
            OrbitState state = OrbitMessages.state(fitted.getState());
            return OrbitSolution.of(
                    state,
                    SymmetricMatrix.ofLowerTriangle(STATE_DIMENSION, covariance),
                    forces.apply(state).known(parameters));
        }
        OrbitState state = OrbitMessages.state(kept.getTrack().getState());
        SymmetricMatrix full = SymmetricMatrix.ofLowerTriangle(STATE_DIMENSION + parameters.size(), covariance);
        SymmetricMatrix leading = full.leading(STATE_DIMENSION);
        return new OrbitSolution(
                state, leading, LocalAxes.toRtn(state, leading), forces.apply(state), parameters, full);
    }
}
