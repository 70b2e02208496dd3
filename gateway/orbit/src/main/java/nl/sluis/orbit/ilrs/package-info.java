/**
 * Files of laser ranging as the International Laser Ranging Service defines them: ranges (CRD), predictions (CPF), and the
 * stations' places (SINEX).
 * Called by the commands that work on files; in: text, out: observations, ephemerides and places in SI and UTC.
 * Always true: a record that cannot be used is reported with its line; the rest of the file stands.
 * Start reading at {@link nl.sluis.orbit.ilrs.CrdReader}.
 */
@NullMarked
package nl.sluis.orbit.ilrs;

import org.jspecify.annotations.NullMarked;
