/**
 * The conformance kit: what a gateway promises to partners, as numbered requirements with cases that any certificate
 * holder can run against any gateway.
 *
 * <p>Called by {@link nl.sluis.conformance.ConformanceCommand} and by integrators. In: a partner's context. Out: one
 * result per case, found beside expected. Always true: a case that could not be run is never called passed, and no case
 * leaves data behind. Start reading at {@code requirements.yaml}, then {@link nl.sluis.conformance.Runner}.
 */
@NullMarked
package nl.sluis.conformance;

import org.jspecify.annotations.NullMarked;
