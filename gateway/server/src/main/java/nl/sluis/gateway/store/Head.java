package nl.sluis.gateway.store;

/**
 * The ends of a log.
 *
 * @param oldest lowest position kept
 * @param next position that the next entry gets
 * @param bytes payload bytes ever appended
 * @param recordedAtMicros time of the newest entry: the clock may step back, recorded times do not
 */
record Head(long oldest, long next, long bytes, long recordedAtMicros) {
    static final Head EMPTY = new Head(1, 1, 0, Long.MIN_VALUE);

    long watermark() {
        return next - 1;
    }

    Head withOldest(long position) {
        return new Head(position, next, bytes, recordedAtMicros);
    }

    /** Refuses a position that a reader can't start from. */
    void requireReadable(LogName log, long fromPosition) {
        if (fromPosition < oldest) {
            throw new StoreException(
                    StoreException.Code.POSITION_TRIMMED,
                    log.stored() + ": position `" + fromPosition + "` was trimmed (expected: from " + oldest + ")");
        }
        if (fromPosition > next) {
            throw new StoreException(
                    StoreException.Code.POSITION_BEYOND_END,
                    log.stored() + ": position `" + fromPosition + "` was never given (expected: up to " + next + ")");
        }
    }
}
