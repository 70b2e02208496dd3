package nl.sluis.partner;

/** What arrived is not what was labelled, signed or counted. */
public final class IntegrityException extends Exception {
    private static final long serialVersionUID = 1L;

    IntegrityException(String message) {
        super(message);
    }

    IntegrityException(String message, Throwable cause) {
        super(message, cause);
    }
}
