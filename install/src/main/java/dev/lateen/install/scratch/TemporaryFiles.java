package dev.lateen.install.scratch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Directories that a command made for itself. */
public final class TemporaryFiles {
    private TemporaryFiles() {}

    /** Deletes a directory with all that is in it, as far as that is possible: the machine cleans up the rest. */
    public static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            return;
        }
    }
}
