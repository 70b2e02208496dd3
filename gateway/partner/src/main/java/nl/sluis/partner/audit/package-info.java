/**
 * Checks what a gateway says of its audit log, with nothing but its answers and its public key.
 *
 * <p>Called by {@code sluis audit}, and by the gateway for its own log. In: entries, signed tree heads and proofs (RFC
 * 9162, 2.1). Out: whether they hold together. Always true: nothing is believed that was not computed here. Start reading
 * at {@link nl.sluis.partner.audit.AuditCheck}, then {@link nl.sluis.partner.audit.MerkleTree}.
 */
@NullMarked
package nl.sluis.partner.audit;

import org.jspecify.annotations.NullMarked;
