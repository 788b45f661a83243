package dev.lateen.istiod.config;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.Changes;
import dev.lateen.istiod.input.ConfigChange;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.LastGood;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Config from files and directories, which are watched: an edit, a renamed-over file, a swapped link or a removal is in force within a
 * second, unless it is wrong; then what was good before stays.
 */
public final class DirectorySource implements ConfigSource {
    private static final Logger LOG = LoggerFactory.getLogger(DirectorySource.class);
    /** Of so much time, one part is spent looking: very many files are looked at less often, where the system does not tell of a change. */
    private static final int LOOK_SHARE = 50;

    private final List<Path> roots;
    private final MeshConfigFile mesh;
    private final ConfigEvents events;
    private final WatchTiming timing;
    private final LongSupplier nanos;
    private final ParsedFiles files;
    private final Watching watching = new Watching();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition newer = lock.newCondition();
    private Map<Path, FileTree.Stamp> stamps = Map.of();
    private Map<Path, String> lost = Map.of();
    private long lookTook;
    private LastGood lastGood;
    private volatile List<Problem> told = List.of();
    private volatile ConfigInput current;
    private volatile boolean closed;

    private DirectorySource(
            List<Path> roots, @Nullable Path meshConfig, ConfigEvents events, WatchTiming timing, LongSupplier nanos)
            throws InvalidConfigException {
        this.roots = List.copyOf(roots);
        this.events = events;
        this.timing = timing;
        this.nanos = nanos;
        ResourceReader reader = new ResourceReader();
        this.files = new ParsedFiles(reader);
        this.mesh = new MeshConfigFile(meshConfig, reader);
        FileTree tree = look();
        List<Problem> problems = new ArrayList<>(mesh.read(tree));
        problems.addAll(lost(tree, "an existing one that can be read"));
        this.lastGood = LastGood.first(readings(tree));
        problems.addAll(lastGood.problems());
        if (problems.stream().anyMatch(Problem::isError)) {
            watching.close();
            throw new InvalidConfigException(problems);
        }
        this.stamps = tree.files();
        this.current = new ConfigInput(
                1,
                mesh.current(),
                lastGood.assembly().resources(),
                lastGood.assembly().documents());
        tell(problems);
    }

    /**
     * Reads everything and begins to watch.
     *
     * @param roots files, and directories whose {@code *.yaml}, {@code *.yml} and {@code *.json} are read, however deep
     * @param meshConfig a file with mesh config; null for the defaults
     * @param nanos a clock for durations, such as {@code System::nanoTime}
     * @throws InvalidConfigException if anything is wrong: at the start nothing is there to stay in force
     */
    public static DirectorySource open(
            List<Path> roots, @Nullable Path meshConfig, ConfigEvents events, WatchTiming timing, LongSupplier nanos)
            throws InvalidConfigException {
        DirectorySource source = new DirectorySource(roots, meshConfig, events, timing, nanos);
        Thread.ofVirtual().name("config").start(source::watch);
        return source;
    }

    private static List<Problem> lost(FileTree tree, String accepted) {
        List<Problem> problems = new ArrayList<>();
        tree.lost()
                .forEach((path, why) -> problems.add(new Problem(
                        Problem.Severity.ERROR, new Origin(path.toString(), 1, 0), 0, "", "", why, accepted)));
        return problems;
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

    /** What all files but the mesh config's say. */
    private Map<String, Reading> readings(FileTree tree) {
        Map<String, Reading> readings = files.read(tree);
        Path meshFile = mesh.path();
        if (meshFile != null) {
            readings.remove(meshFile.toString());
        }
        return readings;
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
                reload(rested);
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

    private void reload(FileTree tree) {
        List<String> touched = touched(tree.files());
        stamps = tree.files();
        lost = tree.lost();
        List<Problem> problems = new ArrayList<>(mesh.read(tree));
        problems.addAll(lost(tree, "it to be there; what it said last stays in force"));
        lastGood = lastGood.next(readings(tree));
        problems.addAll(lastGood.problems());
        ConfigInput before = current;
        ConfigInput after = Changes.share(before, mesh.current(), lastGood.assembly());
        var changes = Changes.between(before, after);
        if (!changes.isEmpty() || !after.mesh().equals(before.mesh())) {
            publish(after);
            events.changed(new ConfigChange(after.version(), touched, changes));
        }
        tell(problems);
    }

    private List<String> touched(Map<Path, FileTree.Stamp> now) {
        Set<String> touched = new TreeSet<>();
        now.forEach((file, stamp) -> {
            if (!stamp.equals(stamps.get(file))) {
                touched.add(file.toString());
            }
        });
        stamps.keySet().stream().filter(file -> !now.containsKey(file)).forEach(file -> touched.add(file.toString()));
        return List.copyOf(touched);
    }

    private void publish(ConfigInput input) {
        lock.lock();
        try {
            current = input;
            newer.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void tell(List<Problem> problems) {
        Set<Problem> before = new HashSet<>(told);
        List<Problem> unheard =
                problems.stream().filter(p -> !before.contains(p)).distinct().toList();
        told = List.copyOf(problems);
        if (!unheard.isEmpty()) {
            events.problems(unheard);
        }
    }

    @Override
    public ConfigInput current() {
        return current;
    }

    @Override
    public List<Problem> problems() {
        return told;
    }

    @Override
    public @Nullable ConfigInput awaitNewer(long version, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lock();
        try {
            while (current.version() <= version && !closed && left > 0) {
                left = newer.awaitNanos(left);
            }
            return closed || current.version() <= version ? null : current;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            newer.signalAll();
        } finally {
            lock.unlock();
        }
        watching.close();
    }
}
