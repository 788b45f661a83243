package dev.lateen.install;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The manifests of the demo, put where a user can edit them. */
final class DemoFiles {
    private static final List<String> NAMES = List.of("bookinfo.yaml", "gateway.yaml", "reviews.yaml", "security.yaml");

    private final Path directory;

    DemoFiles(Path directory) {
        this.directory = directory;
    }

    /** Copies all files into a new directory; one that is there already is the user's, and only lacking workloads and gateway are put back. */
    void copyMissing() {
        boolean isNew = !Files.exists(directory);
        try {
            Files.createDirectories(directory);
            for (String name : NAMES) {
                boolean needed = isNew || name.equals("bookinfo.yaml") || name.equals("gateway.yaml");
                Path file = directory.resolve(name);
                if (needed && !Files.exists(file)) {
                    copy(name, file);
                }
            }
        } catch (IOException e) {
            throw new CommandFailure(
                    CommandFailure.FAILED,
                    "can't put the demo's files into " + directory + ": " + IoReason.of(e)
                            + "; choose another place with --dir");
        }
    }

    /** All of them, in their order. */
    static List<String> texts() {
        return NAMES.stream().map(DemoFiles::text).toList();
    }

    private static String text(String name) {
        try (InputStream resource = resource(name)) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.FAILED, "the demo's files can't be read: " + IoReason.of(e));
        }
    }

    private static void copy(String name, Path file) throws IOException {
        try (InputStream resource = resource(name)) {
            Files.copy(resource, file);
        }
    }

    private static InputStream resource(String name) throws IOException {
        InputStream resource = DemoFiles.class.getResourceAsStream("demo/" + name);
        if (resource == null) {
            throw new IOException(name + " is missing from the distribution");
        }
        return resource;
    }
}
