package dev.lateen.istiod.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
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
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files under some paths as they stand at one time. A path that is a file counts whatever its name; in directories those that end
 * in {@code .yaml}, {@code .yml} or {@code .json} count, hidden ones don't (so that a mounted ConfigMap's {@code ..data} is not read
 * twice). Links are followed; nothing is counted twice. A look costs one question to the system for each file.
 */
public final class FileTree {
    /** A file with more bytes is not read as config. */
    public static final long LONGEST = 64L * 1024 * 1024;

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
    public record Stamp(
            Path target, long size, long modified, @Nullable Object key) {
        private static Stamp of(Path target, BasicFileAttributes attributes) {
            return new Stamp(
                    target,
                    attributes.size(),
                    attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
                    attributes.fileKey());
        }
    }

    private record Step(Path path, Path target, BasicFileAttributes attributes, int depth) {}

    private final Map<Path, Stamp> before;
    private final Map<Path, Stamp> files = new LinkedHashMap<>();
    private final Set<Path> directories = new HashSet<>();
    private final Map<Path, String> lost = new LinkedHashMap<>();
    private final Set<Path> seen = new HashSet<>();

    private FileTree(Map<Path, Stamp> before) {
        this.before = before;
    }

    /**
     * Looks.
     *
     * @param before what was there at the last look: under a path that is lost everything counts as it was, for a mount that is away is no
     *     removal of all that is in it
     */
    public static FileTree of(List<Path> roots, Map<Path, Stamp> before) {
        FileTree tree = new FileTree(before);
        for (Path root : roots) {
            Path parent = root.toAbsolutePath().getParent();
            if (parent != null) {
                tree.directories.add(parent);
            }
            try {
                Path target = root.toRealPath();
                tree.walk(new Step(root, target, Files.readAttributes(target, BasicFileAttributes.class), 0));
            } catch (IOException e) {
                tree.lose(root, e);
            }
        }
        return tree;
    }

    private void walk(Step root) {
        Deque<Step> steps = new ArrayDeque<>(List.of(root));
        while (!steps.isEmpty()) {
            Step step = steps.pop();
            if (step.attributes.isDirectory()) {
                if (step.depth < DEEPEST && seen.add(step.target)) {
                    directories.add(step.path.toAbsolutePath());
                    children(step).forEach(steps::push);
                }
            } else if (step.attributes.isRegularFile()) {
                if (seen.add(step.target)) {
                    files.put(step.path, Stamp.of(step.target, step.attributes));
                }
            } else if (step.depth == 0) {
                lost.put(step.path, "neither a file nor a directory");
            }
        }
    }

    /** What counts in a directory, the last first so that they are popped in order. */
    private List<Step> children(Step directory) {
        List<Path> names;
        try (Stream<Path> entries = Files.list(directory.path)) {
            names = entries.filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .sorted((a, b) -> b.compareTo(a))
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            if (directory.depth == 0 || Files.exists(directory.path)) {
                // An UncheckedIOException can't be made without its cause.
                lose(
                        directory.path,
                        e instanceof IOException checked
                                ? checked
                                : (IOException) Objects.requireNonNull(e.getCause()));
            }
            return List.of();
        }
        List<Step> children = new ArrayList<>(names.size());
        names.forEach(name -> addChild(children, directory, name));
        return children;
    }

    private void addChild(List<Step> children, Step directory, Path path) {
        try {
            Path target = directory.target.resolve(path.getFileName());
            BasicFileAttributes attributes =
                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isSymbolicLink()) {
                target = path.toRealPath();
                attributes = Files.readAttributes(target, BasicFileAttributes.class);
            }
            if (attributes.isDirectory() || isConfig(path)) {
                children.add(new Step(path, target, attributes, directory.depth + 1));
            }
        } catch (NoSuchFileException e) {
            // A link to nowhere, or gone meanwhile: as if it were not there.
            return;
        } catch (IOException e) {
            if (isConfig(path)) {
                lose(path, e);
            }
        }
    }

    private static boolean isConfig(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return ENDINGS.stream().anyMatch(name::endsWith);
    }

    private void lose(Path path, IOException why) {
        lost.put(path, why instanceof NoSuchFileException ? "no such file or directory" : "can't be read: " + why);
        before.forEach((file, stamp) -> {
            if (file.startsWith(path) && seen.add(stamp.target)) {
                files.put(file, stamp);
            }
        });
    }

    /** The files in reading order, and their stamps. */
    public Map<Path, Stamp> files() {
        return files;
    }

    /** The directories in which a change can matter. */
    Set<Path> directories() {
        return directories;
    }

    /** Paths that should be there and can't be looked at, and why. */
    public Map<Path, String> lost() {
        return lost;
    }
}
