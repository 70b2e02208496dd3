/**
 * What a partner uses to talk to a gateway: a client that reconnects, resumes, checks what it gets and sends what it has.
 *
 * <p>Called by the commands in {@code nl.sluis.partner.command} and by partners' own programs. In: a
 * {@link nl.sluis.partner.PartnerContext} and requests. Out: verified products, answers per contribution, and the
 * condition of each stream. Always true: nothing reaches a listener unless its digest matches its label, and a cursor
 * moves only over what a listener has taken. Start reading at {@link nl.sluis.partner.PartnerClient}.
 */
@NullMarked
package nl.sluis.partner;

import org.jspecify.annotations.NullMarked;
