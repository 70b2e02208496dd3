/**
 * Hazards and the products that tell of them.
 *
 * <p>A stage: reads the solutions log, writes the products log. Every solution becomes a product; public elements are
 * screened all on all for close approaches, per view; a partner's conjunction gets a probability with its method and
 * validity. Always true: an identifier is a digest of the view's own content, and epochs of different stories never meet.
 * Start reading at {@link nl.sluis.gateway.hazard.Hazards}.
 */
@NullMarked
package nl.sluis.gateway.hazard;

import org.jspecify.annotations.NullMarked;
