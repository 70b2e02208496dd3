package nl.sluis.partner;

import java.nio.file.Path;

/** A file of a context that cannot be used. The message names the file, what was found and what was expected. */
public final class ContextFileException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Path file;

    /**
     * @param file the file at fault
     * @param finding what was found and what was expected, without the file's name
     */
    public ContextFileException(Path file, String finding) {
        super("`" + file + "`: " + finding);
        this.file = file;
    }

    /** As the other constructor, with the cause. */
    public ContextFileException(Path file, String finding, Throwable cause) {
        super("`" + file + "`: " + finding, cause);
        this.file = file;
    }

    /** The file at fault. */
    public Path file() {
        return file;
    }
}
