/**
 * What security officers use: the commands over policy files, and later the console's actions on drafts and approvals.
 * Called from the command line and the web; folders of files go in, tables, JSON and exit codes come out.
 * Invariant: nothing here decides; every answer comes from the policy module.
 * Start reading at {@link nl.sluis.gateway.officer.PolicyCommand}.
 */
@NullMarked
package nl.sluis.gateway.officer;

import org.jspecify.annotations.NullMarked;
