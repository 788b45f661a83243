package dev.lateen.istiod.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files under some paths as they stand at one time. A path that is a file counts whatever its name; in directories those that end
 * in {@code .yaml}, {@code .yml} or {@code .json} count, hidden ones don't (so that a mounted ConfigMap's {@code ..data} is not read
 * twice). Links are followed.
 */
final class FileTree {
    private static final int DEEPEST = 32;
    private static final List<String> ENDINGS = List.of(".yaml", ".yml", ".json");

    /**
     * What tells that a file's content may have changed.
     *
     * @param target the file itself, behind links: a swapped link shows here
     * @param size in bytes
     * @param modified in nanoseconds
     * @param key the file system's name for it, which a rename over it changes
     */
    record Stamp(
            Path target, long size, long modified, @Nullable Object key) {}

    private final Map<Path, Stamp> files = new LinkedHashMap<>();
    private final Set<Path> directories = new HashSet<>();
    private final List<Path> absent = new ArrayList<>();
    private final Set<Path> seen = new HashSet<>();
    private final Map<Path, Stamp> before;
    private final Map<Path, IOException> unreadable = new LinkedHashMap<>();

    private record Step(Path path, int depth) {}

    private FileTree(Map<Path, Stamp> before) {
        this.before = before;
    }

    /**
     * Looks at some paths.
     *
     * @param before what was there at the last look: files that can't be looked at now, because rights or file descriptors lack, count as unchanged
     */
    static FileTree of(List<Path> roots, Map<Path, Stamp> before) {
        FileTree tree = new FileTree(before);
        for (Path root : roots) {
            if (Files.exists(root)) {
                tree.walk(root);
            } else {
                tree.absent.add(root);
            }
            Path parent = root.toAbsolutePath().getParent();
            if (parent != null) {
                tree.directories.add(parent);
            }
        }
        return tree;
    }

    private void walk(Path root) {
        Deque<Step> steps = new ArrayDeque<>(List.of(new Step(root, 0)));
        while (!steps.isEmpty()) {
            Step step = steps.pop();
            if (!Files.isDirectory(step.path)) {
                add(step.path, step.depth == 0);
            } else if (step.depth < DEEPEST) {
                directories.add(step.path.toAbsolutePath());
                children(step.path).forEach(child -> steps.push(new Step(child, step.depth + 1)));
            }
        }
    }

    /** The visible entries of a directory, the last first so that they are popped in order. */
    private List<Path> children(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .sorted((a, b) -> b.compareTo(a))
                    .toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            // Gone since it was listed; the next look tells.
            return List.of();
        } catch (IOException e) {
            unreadable.put(directory, e);
            before.forEach((file, stamp) -> {
                if (file.startsWith(directory) && seen.add(stamp.target)) {
                    files.put(file, stamp);
                }
            });
            return List.of();
        }
    }

    private void add(Path file, boolean named) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (!named && ENDINGS.stream().noneMatch(name::endsWith)) {
            return;
        }
        try {
            Path target = file.toRealPath();
            if (seen.add(target)) {
                BasicFileAttributes attributes = Files.readAttributes(target, BasicFileAttributes.class);
                files.put(
                        file,
                        new Stamp(
                                target,
                                attributes.size(),
                                attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
                                attributes.fileKey()));
            }
        } catch (NoSuchFileException e) {
            // A link to nowhere, or gone meanwhile: as if it were not there.
            files.remove(file);
        } catch (IOException e) {
            unreadable.put(file, e);
            Stamp last = before.get(file);
            if (last != null && seen.add(last.target)) {
                files.put(file, last);
            }
        }
    }

    /** The files in reading order, and their stamps. */
    Map<Path, Stamp> files() {
        return files;
    }

    /** The directories in which a change can matter. */
    Set<Path> directories() {
        return directories;
    }

    /** What could not be looked at, and why. */
    Map<Path, IOException> unreadable() {
        return unreadable;
    }

    /** Roots that don't exist. */
    List<Path> absent() {
        return absent;
    }
}
