package nl.sluis.orbit.determination;

/**
 * An originator whose observations do not fit those of the others in one view.
 *
 * @param originator whose
 * @param sigmas root mean square of its residuals about the orbit of the others, in its own sigmas
 * @param downWeighted true: the others agree among themselves, so its sigmas were enlarged by this factor; false: it can't be
 *     told who is right, so the covariance was widened until it holds what each side says
 */
public record Disagreement(String originator, double sigmas, boolean downWeighted) {}
