/**
 * The partner port: gRPC over HTTP/2 with mutual TLS, from the accepted connection to the handler and back.
 *
 * <p>Made and started by {@code Gateway}; called by partners. In: calls of {@code sluis.v1}, health and reflection. Out:
 * one call of a handler for each permitted call, and its answer or a {@code google.rpc.Status}. Always true: no handler
 * is reached without a caller and a permission, and no queue here is without a limit of {@code PartnerLimits}. Start
 * reading at {@link nl.sluis.gateway.rpc.PartnerServer}, then {@code Door}.
 */
@NullMarked
package nl.sluis.gateway.rpc;

import org.jspecify.annotations.NullMarked;
