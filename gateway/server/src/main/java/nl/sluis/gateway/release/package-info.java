/**
 * Release: decides who gets a product and in what form, and turns the decision into bytes.
 *
 * <p>A stage: reads the products log, writes the released log, one place for each audience; streams ask it for the bytes
 * when they send. Always true: nothing leaves that policy did not release at the moment of sending, and what fails is
 * withheld. Only this package turns a decision into bytes that leave. Start reading at
 * {@link nl.sluis.gateway.release.Releases}, then {@link nl.sluis.gateway.release.Variants}.
 */
@NullMarked
package nl.sluis.gateway.release;

import org.jspecify.annotations.NullMarked;
