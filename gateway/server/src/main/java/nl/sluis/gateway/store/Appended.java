package nl.sluis.gateway.store;

/**
 * Where a durable entry stands.
 *
 * @param position place in its log, from 1
 * @param duplicate true if the same client id with the same content had been appended before; the position is then the
 *     earlier one
 */
public record Appended(long position, boolean duplicate) {}
