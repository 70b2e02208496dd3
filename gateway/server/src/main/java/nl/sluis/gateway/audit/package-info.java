/**
 * The audit log: Merkle trees (RFC 9162, section 2.1) over the entries of the journal's AUDIT log, one for each tenant
 * and a whole one.
 * Release, officers and the gateway append what they did; the audit service hands out heads and proofs.
 * In: {@code AuditEntry} messages. Out: leaf indexes, signed tree heads, inclusion and consistency proofs.
 * Always true: a leaf is the stored bytes, and a head is signed only if it extends the head signed before it.
 * Start reading at {@link nl.sluis.partner.audit.MerkleTree}, then {@link nl.sluis.gateway.audit.AuditLog}.
 */
@NullMarked
package nl.sluis.gateway.audit;

import org.jspecify.annotations.NullMarked;
