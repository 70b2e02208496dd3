/**
 * The gateway process and the {@code sluis} command.
 *
 * <p>{@link nl.sluis.gateway.Gateway} puts all parts together; nothing else constructs. In: one configuration file, a
 * policy folder, a trust folder. Out: the partner port and the operator's port. Always true: data moves from ingest to
 * stream and never back. Start reading at {@code Gateway}.
 */
@NullMarked
package nl.sluis.gateway;

import org.jspecify.annotations.NullMarked;
