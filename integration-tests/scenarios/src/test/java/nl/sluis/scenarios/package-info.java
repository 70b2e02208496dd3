/**
 * Numbered stories against a running gateway, each one class.
 *
 * <p>Called by nobody. In: the input of the demonstration and what is made of it here; out: what partners receive.
 * Every story uses the wire and real certificates, and waits for the stream's own words, never for time to pass.
 * Start at S01DifferentSkiesTest.
 */
@org.jspecify.annotations.NullMarked
package nl.sluis.scenarios;
