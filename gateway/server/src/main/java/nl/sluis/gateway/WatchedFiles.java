package nl.sluis.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Notices that files changed, by looking at them: that works on every file system, and where a whole folder is swapped
 * through a symbolic link. Not thread-safe.
 */
final class WatchedFiles {
    private static final int DEPTH_MAX = 4;

    private final List<Path> roots;
    private Map<Path, Stamp> seen;

    /** What changes when a file is written, replaced or swapped. */
    private record Stamp(
            FileTime modified, long bytes, @Nullable Object key) {}

    /** @param roots files, and folders with all that is in them; they need not exist */
    WatchedFiles(List<Path> roots) {
        this.roots = List.copyOf(roots);
        this.seen = look();
    }

    /** True if anything was written, added or removed since the last call. */
    boolean changed() {
        Map<Path, Stamp> now = look();
        if (now.equals(seen)) {
            return false;
        }
        seen = now;
        return true;
    }

    private Map<Path, Stamp> look() {
        Map<Path, Stamp> found = new HashMap<>();
        for (Path root : roots) {
            try (Stream<Path> files = Files.walk(root, DEPTH_MAX, FileVisitOption.FOLLOW_LINKS)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                    if (attributes.isRegularFile()) {
                        found.put(
                                file,
                                new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey()));
                    }
                }
            } catch (IOException | UncheckedIOException e) {
                // gone, or going while it was looked at: that is a change too
                found.put(root, new Stamp(FileTime.fromMillis(0), -1, null));
            }
        }
        return found;
    }
}
