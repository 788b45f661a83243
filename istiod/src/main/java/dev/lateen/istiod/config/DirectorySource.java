package dev.lateen.istiod.config;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.Offers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects, and mesh config, from files and directories, which are watched: an edit, a renamed-over file, a swapped link or a removal is heard of within a
 * second.
 */
public final class DirectorySource implements ConfigSource {
    private static final Logger LOG = LoggerFactory.getLogger(DirectorySource.class);
    /** Of so much time, one part is spent looking: very many files are looked at less often, where the system does not tell of a change. */
    private static final int LOOK_SHARE = 50;

    private final List<Path> roots;
    private final MeshConfigFile mesh;
    private final WatchTiming timing;
    private final LongSupplier nanos;
    private final ParsedFiles files;
    private final Watching watching = new Watching();
    private Map<Path, FileTree.Stamp> stamps = Map.of();
    private Map<Path, String> lost = Map.of();
    private long lookTook;
    private volatile Offers current;
    private volatile ChangeListener listener = _ -> {};
    private volatile boolean closed;

    private DirectorySource(List<Path> roots, @Nullable Path meshConfig, WatchTiming timing, LongSupplier nanos) {
        this.roots = List.copyOf(roots);
        this.timing = timing;
        this.nanos = nanos;
        ResourceReader reader = new ResourceReader();
        this.files = new ParsedFiles(reader, meshConfig);
        this.mesh = new MeshConfigFile(meshConfig, reader);
        this.current = read(look(), "an existing one that can be read");
    }

    /**
     * Reads everything and begins to watch.
     *
     * @param roots files, and directories whose {@code *.yaml}, {@code *.yml} and {@code *.json} are read, however deep
     * @param meshConfig a file with mesh config; null if this source has none
     * @param nanos a clock for durations, such as {@code System::nanoTime}
     */
    public static DirectorySource open(
            List<Path> roots, @Nullable Path meshConfig, WatchTiming timing, LongSupplier nanos) {
        DirectorySource source = new DirectorySource(roots, meshConfig, timing, nanos);
        Thread.ofVirtual().name("config-files").start(source::watch);
        return source;
    }

    private FileTree look() {
        List<Path> all = new ArrayList<>();
        Path meshFile = mesh.path();
        if (meshFile != null) {
            all.add(meshFile);
        }
        all.addAll(roots);
        FileTree tree = FileTree.of(all, stamps);
        watching.directories(tree.directories());
        return tree;
    }

    private void watch() {
        try {
            while (!closed && watching.await(Math.max(timing.poll().toNanos(), lookTook * LOOK_SHARE))) {
                try {
                    follow();
                } catch (RuntimeException | StackOverflowError e) {
                    // A fault of ours in one edit must not be the end of all later ones.
                    LOG.error("an edit could not be read; what was in force stays", e);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("config is no longer watched");
        }
    }

    private void follow() throws InterruptedException {
        long began = nanos.getAsLong();
        FileTree tree = look();
        lookTook = nanos.getAsLong() - began;
        if (isNews(tree) || files.canBeReadNow()) {
            FileTree rested = rested(tree);
            if (!closed) {
                current = read(rested, "it to be there; what it said last stays in force");
                listener.changed(false);
            }
        }
    }

    private boolean isNews(FileTree tree) {
        return !tree.files().equals(stamps) || !tree.lost().equals(lost);
    }

    /** The files once they have not changed for a moment, so that none is half written. */
    private FileTree rested(FileTree tree) throws InterruptedException {
        long first = nanos.getAsLong();
        long since = first;
        FileTree last = tree;
        while (nanos.getAsLong() - since < timing.quiet().toNanos()
                && nanos.getAsLong() - first < timing.atMost().toNanos()) {
            watching.await(timing.quiet().toNanos() - (nanos.getAsLong() - since));
            FileTree now = look();
            if (!now.files().equals(last.files())) {
                since = nanos.getAsLong();
            }
            last = now;
        }
        return last;
    }

    /** @param accepted what is expected of a path that is lost */
    private Offers read(FileTree tree, String accepted) {
        List<Problem> problems = new ArrayList<>(mesh.read(tree));
        tree.lost()
                .forEach((path, why) -> problems.add(new Problem(
                        Problem.Severity.ERROR, new Origin.InFile(path.toString(), 1, 0), 0, null, "", why, accepted)));
        var objects = files.read(tree);
        problems.addAll(files.problems());
        stamps = tree.files();
        lost = tree.lost();
        return new Offers(objects, mesh.current(), problems);
    }

    @Override
    public String cluster() {
        return ConfigInput.LOCAL_CLUSTER;
    }

    @Override
    public Offers current() {
        return current;
    }

    @Override
    public void onChange(ChangeListener heard) {
        listener = heard;
    }

    @Override
    public void close() {
        closed = true;
        listener = _ -> {};
        watching.close();
    }
}
