package nl.sluis.gateway;

/** A configuration, folder or key that the gateway can't start with; the message says which and what is expected. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param message what is wrong with what, one line */
    public ConfigException(String message) {
        super(message);
    }

    /**
     * @param message what is wrong with what, one line
     * @param cause what was thrown
     */
    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
