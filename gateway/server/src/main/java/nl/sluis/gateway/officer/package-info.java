/**
 * What security officers may see and do: decisions with their reasons, and the commands that check, test, compare,
 * explain and sign policies.
 *
 * <p>Called by {@code rpc} and the command line. In: an officer's tenant and its question, or files of a bundle. Out:
 * decisions, problems, differences, signatures. Always true: an officer sees reasons and counts only for items that its
 * own nation owns, the host's officers as the host's clearance allows; partners never see reasons. Start reading at
 * {@link nl.sluis.gateway.officer.Decisions} and {@link nl.sluis.gateway.officer.PolicyCommand}.
 */
@NullMarked
package nl.sluis.gateway.officer;

import org.jspecify.annotations.NullMarked;
