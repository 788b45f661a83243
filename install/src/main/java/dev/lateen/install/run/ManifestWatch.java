package dev.lateen.install.run;

import dev.lateen.istiod.config.FileTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tells when the users' files have changed. It looks instead of being told: editors replace files, and a watch service misses what happens behind
 * links and mounts.
 */
final class ManifestWatch {
    private final List<Path> paths;
    private Seen before;

    /** @param unreadable files that are closed to us, which does not show in their stamps */
    private record Seen(Map<Path, FileTree.Stamp> files, Set<Path> unreadable) {}

    ManifestWatch(List<Path> paths) {
        this.paths = List.copyOf(paths);
        this.before = look(Map.of());
    }

    /** Whether anything was edited, added or removed since the last call. */
    boolean hasChanged() {
        Seen now = look(before.files());
        boolean changed = !now.equals(before);
        before = now;
        return changed;
    }

    private Seen look(Map<Path, FileTree.Stamp> last) {
        Map<Path, FileTree.Stamp> files = FileTree.of(paths, last).files();
        return new Seen(
                files,
                files.keySet().stream().filter(file -> !Files.isReadable(file)).collect(Collectors.toSet()));
    }
}
