/**
 * Messages of the CCSDS navigation family, and catalogues of mean elements, to our own values and back.
 * Called by ingest, release and the commands; in: text, out: records in SI, rad and UTC with the line each came from.
 * Always true: a malformed data line costs that line and is reported; a broken header or metadata costs the message and
 * is one {@code MessageException} with line, keyword, found and expected; no text of a TLE is ever kept as a key.
 * Start reading at {@link nl.sluis.orbit.ccsds.TdmReader}.
 */
@NullMarked
package nl.sluis.orbit.ccsds;

import org.jspecify.annotations.NullMarked;
