package dev.lateen.api;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Istio's files that tests compare with; a test is skipped only where they are absent. */
public final class Shared {
    private Shared() {}

    /** A file or folder below Istio's files. */
    public static Path istio(String path) {
        Path found = Path.of(System.getProperty("lateen.shared", "../shared"), "istio", path);
        assumeTrue(Files.exists(found), () -> found + " is not there");
        return found;
    }

    /** All YAML files below a folder, sorted. */
    public static List<Path> yamlBelow(String folder) {
        try (Stream<Path> files = Files.walk(istio(folder))) {
            return files.filter(
                            f -> f.toString().endsWith(".yaml") || f.toString().endsWith(".yml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of a file. */
    public static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
