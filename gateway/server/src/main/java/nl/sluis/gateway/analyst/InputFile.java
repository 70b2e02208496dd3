package nl.sluis.gateway.analyst;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import picocli.CommandLine;

/** Reads a text file that the caller named; packed ones too. */
final class InputFile {
    /** Largest file, bytes unpacked: 50,000 objects in XML are about 120 million. */
    private static final int LARGEST_FILE = 256 << 20;

    private static final int GZIP_FIRST = 0x1f;
    private static final int GZIP_SECOND = 0x8b;

    private InputFile() {}

    /**
     * Returns the text; {@code -} is standard input.
     *
     * @throws CommandLine.ParameterException if it cannot be read or is too large
     */
    static String text(Path file, CommandLine command) {
        byte[] bytes;
        try (InputStream in = file.toString().equals("-") ? System.in : Files.newInputStream(file)) {
            bytes = unpacked(in.readNBytes(LARGEST_FILE + 1));
        } catch (NoSuchFileException e) {
            throw new CommandLine.ParameterException(command, "`" + file + "`: no such file", e);
        } catch (IOException e) {
            throw new CommandLine.ParameterException(
                    command,
                    "`" + file + "` cannot be read: " + (Files.isDirectory(file) ? "a folder" : e.getMessage()),
                    e);
        }
        if (bytes.length > LARGEST_FILE) {
            throw new CommandLine.ParameterException(
                    command, "`" + file + "`: more than " + LARGEST_FILE + " bytes (expected: at most that)");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            // old catalogues and messages carry names in Latin-1, which reads every byte
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    private static byte[] unpacked(byte[] bytes) throws IOException {
        if (bytes.length < 2 || (bytes[0] & 0xff) != GZIP_FIRST || (bytes[1] & 0xff) != GZIP_SECOND) {
            return bytes;
        }
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return in.readNBytes(LARGEST_FILE + 1);
        }
    }
}
