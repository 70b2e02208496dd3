/**
 * The values that the stages hand each other, and their translation to and from the orbit module's own types.
 *
 * <p>Called by every stage; calls none. In and out: messages of the contract and of the journal on one side, records in
 * SI of {@code nl.sluis.orbit} on the other. Always true: a value here was checked at the door, epochs are UTC.
 * Start reading at {@link nl.sluis.gateway.item.OrbitMessages}.
 */
@NullMarked
package nl.sluis.gateway.item;

import org.jspecify.annotations.NullMarked;
