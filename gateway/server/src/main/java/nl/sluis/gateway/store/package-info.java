/**
 * The journal: named append-only logs with a latest value by key, on an embedded or a Redis engine.
 * Every stage calls it: ingest, fusion, hazard, release and audit read one log and write the next. Gateways that share a
 * Redis take turns at the stages through {@link nl.sluis.gateway.store.Node}.
 * In: batches of bytes under a key and a client id. Out: entries in a dense order, and a call when a log grew.
 * Always true: a position is handed out only after its bytes are durable, and positions have no holes.
 * Start reading at {@link nl.sluis.gateway.store.Journal}, then {@link nl.sluis.gateway.store.EmbeddedJournal}.
 */
@NullMarked
package nl.sluis.gateway.store;

import org.jspecify.annotations.NullMarked;
