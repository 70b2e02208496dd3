package nl.sluis.orbit.data;

import org.jspecify.annotations.Nullable;

/** A table of physical data is missing or cannot be read. */
public final class DataException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Code {
        /** The file is not on the class path. */
        MISSING,
        /** The file is there but its content is refused. */
        UNREADABLE
    }

    private final Code code;
    private final String file;

    DataException(Code code, String file, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.file = file;
    }

    /** Returns what is wrong. */
    public Code code() {
        return code;
    }

    /** Returns the resource name of the file. */
    public String file() {
        return file;
    }
}
