/**
 * The operator's port: is it alive, is it ready, what does it count. Plain HTTP on loopback, reading only.
 *
 * <p>Made and started by {@code Gateway}; called by the operator's own tools. In: checks and a registry of meters. Out:
 * text and JSON. Always true: nothing can be changed here, and nothing of a tenant or an object is shown. Start reading
 * at {@link nl.sluis.gateway.web.AdminServer}.
 */
@NullMarked
package nl.sluis.gateway.web;

import org.jspecify.annotations.NullMarked;
