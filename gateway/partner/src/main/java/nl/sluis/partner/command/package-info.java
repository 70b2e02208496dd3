/**
 * The partner's commands: {@code subscribe}, {@code contribute}, {@code context} and {@code doctor}.
 *
 * <p>Plain picocli classes, put together into {@code sluis} by the gateway's module, or used alone by a partner. In:
 * options, contexts, files. Out: rows for people or JSON for programs on standard output, everything about the stream
 * on standard error, and an exit code from {@link nl.sluis.partner.command.ExitCode}. Always true: standard output
 * carries data only. Start reading at {@link nl.sluis.partner.command.SubscribeCommand}.
 */
@NullMarked
package nl.sluis.partner.command;

import org.jspecify.annotations.NullMarked;
