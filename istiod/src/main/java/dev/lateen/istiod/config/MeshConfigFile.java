package dev.lateen.istiod.config;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.api.yaml.SettingsReading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The mesh config of a file, as it was last good; nothing if there is no file. Not thread-safe. */
final class MeshConfigFile {
    private final @Nullable Path path;
    private final ResourceReader reader;
    private FileTree.@Nullable Stamp stamp;
    private List<Problem> problems = List.of();
    private @Nullable MeshConfig current;

    MeshConfigFile(@Nullable Path path, ResourceReader reader) {
        this.path = path;
        this.reader = reader;
    }

    @Nullable
    Path path() {
        return path;
    }

    @Nullable
    MeshConfig current() {
        return current;
    }

    /** Reads the file if it changed; returns what is wrong with it now. A file that is gone leaves its last settings in force. */
    List<Problem> read(FileTree tree) {
        if (path == null) {
            return List.of();
        }
        FileTree.Stamp now = tree.files().get(path);
        if (now == null || now.equals(stamp)) {
            return problems;
        }
        stamp = now;
        try {
            SettingsReading<MeshConfig> reading = reader.readMeshConfig(path.toString(), Files.readString(path));
            reading.settings().ifPresent(settings -> current = settings);
            problems = withSelectors(reading.problems());
        } catch (IOException e) {
            problems = List.of(new Problem(
                    Problem.Severity.ERROR,
                    new Origin.InFile(path.toString(), 1, 0),
                    0,
                    null,
                    "",
                    "can't be read: " + e,
                    "a readable file of UTF-8 text"));
        }
        return problems;
    }

    /** Whoever writes them into a file may mean the file. */
    private List<Problem> withSelectors(List<Problem> found) {
        MeshConfig settings = current;
        if (settings == null || settings.discovery().discoverySelectors().isEmpty()) {
            return found;
        }
        List<Problem> all = new ArrayList<>(found);
        all.add(new Problem(
                Problem.Severity.WARNING,
                new Origin.InFile(String.valueOf(path), 1, 0),
                0,
                ResourceKey.MESH_CONFIG,
                "discoverySelectors",
                "selects namespaces of clusters only: files are read whole",
                ""));
        return List.copyOf(all);
    }
}
