/**
 * Takes contributions: checks them, keeps what is refused in quarantine, and makes what is accepted durable.
 *
 * <p>Called by {@code rpc}. In: a caller and its item. Out: one answer for each item, given only after the item is
 * durable; and entries of the contributions log. Always true: a refused item harms no other, and its bytes are kept.
 * Start reading at {@link nl.sluis.gateway.ingest.Ingest}.
 */
@NullMarked
package nl.sluis.gateway.ingest;

import org.jspecify.annotations.NullMarked;
