/**
 * What an analyst does with files and without a gateway: screens catalogues, computes probabilities of collision, checks and
 * converts messages. Each command reads files, calls {@code orbit} and prints; results go to standard output, progress and
 * what was wrong with the input to standard error.
 *
 * <p>Always true: one bad record costs that record and is named with file and line; a result that nothing supports is not
 * printed. Start reading at {@link nl.sluis.gateway.analyst.ScreenCommand}.
 */
@NullMarked
package nl.sluis.gateway.analyst;

import org.jspecify.annotations.NullMarked;
