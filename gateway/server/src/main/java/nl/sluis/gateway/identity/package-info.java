/**
 * Who is calling: a tenant is its certificate and nothing else.
 *
 * <p>Called by {@code rpc} when a connection is accepted and before each call. In: certificate chains, trust domains,
 * revocation lists. Out: a {@link nl.sluis.gateway.identity.CallerIdentity}, or a refusal with a typed reason that the
 * peer never sees. Always true: what is not positively established is refused. Start reading at {@link nl.sluis.gateway.identity.Identities}.
 */
@NullMarked
package nl.sluis.gateway.identity;

import org.jspecify.annotations.NullMarked;
