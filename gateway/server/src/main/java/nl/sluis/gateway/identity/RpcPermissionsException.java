package nl.sluis.gateway.identity;

/** A table of permissions that cannot be read as one. */
public final class RpcPermissionsException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final int line;
    private final int column;

    RpcPermissionsException(String file, int line, int column, String rule) {
        super(file + ":" + line + ":" + column + ": " + rule);
        this.file = file;
        this.line = line;
        this.column = column;
    }

    /** The file as it was named. */
    public String file() {
        return file;
    }

    /** The line, from 1; 0 if it is not known. */
    public int line() {
        return line;
    }

    /** The column, from 1; 0 if it is not known. */
    public int column() {
        return column;
    }
}
