package dev.lateen.install.run;

import dev.lateen.api.yaml.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells when the users' files have changed. It looks instead of being told: editors replace files, and a watch service misses what happens behind
 * links and mounts.
 */
final class ManifestWatch {
    private final List<Path> paths;
    private Map<Path, Seen> before;

    private record Seen(Object key, long size, long modified) {}

    ManifestWatch(List<Path> paths) {
        this.paths = List.copyOf(paths);
        this.before = look();
    }

    /** Whether anything was edited, added or removed since the last call. */
    boolean hasChanged() {
        Map<Path, Seen> now = look();
        boolean changed = !now.equals(before);
        before = now;
        return changed;
    }

    private Map<Path, Seen> look() {
        Map<Path, Seen> seen = new LinkedHashMap<>();
        List<Problem> ignored = new ArrayList<>();
        for (Path path : paths) {
            for (Path file : ManifestReader.filesOf(path, ignored)) {
                try {
                    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                    Object key = attributes.fileKey() == null ? "" : attributes.fileKey();
                    seen.put(
                            file,
                            new Seen(
                                    key,
                                    attributes.size(),
                                    attributes.lastModifiedTime().toMillis()));
                } catch (IOException gone) {
                    seen.remove(file);
                }
            }
        }
        return seen;
    }
}
