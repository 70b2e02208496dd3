/**
 * Live subscriptions: each is a cursor into its audience's own log of released products, never a buffer.
 *
 * <p>Called by {@code rpc}. In: a caller and its request. Out: gRPC frames, ready to write. Always true: what a
 * subscription is sent depends on what its audience may see alone; a slow reader costs a cursor. Start reading at
 * {@link nl.sluis.gateway.stream.Subscriptions}.
 */
@NullMarked
package nl.sluis.gateway.stream;

import org.jspecify.annotations.NullMarked;
