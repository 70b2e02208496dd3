/**
 * Release-aware fusion: each audience gets the best orbit that its own data allows.
 *
 * <p>A stage: reads the contributions log, writes the solutions log. Contributions are sorted into compartments by who may
 * use them; a view is the set of compartments of one audience. Equal views are one, and the views of an object are solved
 * together. Always true: a contribution wakes only the views that may use it, and nothing in a solution depends on what
 * its view does not hold. Start reading at {@link nl.sluis.gateway.fusion.Fusion}.
 */
@NullMarked
package nl.sluis.gateway.fusion;

import org.jspecify.annotations.NullMarked;
