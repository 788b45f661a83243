package dev.lateen.istiod.config;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.ConfigChange;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.ConfigJoin;
import dev.lateen.istiod.input.ObjectFate;
import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.input.Offers;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All sources of one istiod as one: what is in force, what became of each object, and when changes are put in force. One thread waits for changes and puts
 * them in force; everything else is safe from any thread.
 */
public final class JoinedConfig implements AutoCloseable {
    private final List<ConfigSource> sources;
    private final ConfigEvents events;
    private final LongSupplier nanos;
    private final ConfigJoin join;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition heard = lock.newCondition();
    private final Debounce debounce;
    private volatile ConfigJoin.Outcome outcome;
    private volatile boolean closed;

    private JoinedConfig(List<ConfigSource> sources, ConfigTiming timing, ConfigEvents events, LongSupplier nanos) {
        this.sources = List.copyOf(sources);
        this.events = events;
        this.nanos = nanos;
        this.debounce = new Debounce(timing.quiet(), timing.atMost());
        this.join = new ConfigJoin(
                sources.stream().map(ConfigSource::cluster).toList(),
                new ResourceReader().readMeshConfig("defaults", "").settings().orElseThrow());
        sources.forEach(source -> source.onChange(this::changed));
        this.outcome = join.join(offers());
        MeshConfig mesh = outcome.input().mesh();
        sources.forEach(source -> source.follow(mesh));
        this.outcome = join.join(offers());
    }

    /**
     * Joins sources; they are closed with it.
     *
     * @param sources the one that gives way first: of two that have one object the later counts
     * @param events learns what becomes of changes
     * @param nanos a clock for durations, such as {@code System::nanoTime}
     * @throws InvalidConfigException if anything is wrong: at the start nothing is there to stay in force. What is wrong with a single object of a cluster is no reason:
     *     whoever wrote it is not who starts this, and hears of it elsewhere. The sources are closed then.
     */
    public static JoinedConfig open(
            List<? extends ConfigSource> sources, ConfigTiming timing, ConfigEvents events, LongSupplier nanos)
            throws InvalidConfigException {
        JoinedConfig joined = new JoinedConfig(List.copyOf(sources), timing, events, nanos);
        List<Problem> problems = joined.problems();
        if (problems.stream().anyMatch(problem -> problem.isError() && !isOfOneObjectInACluster(problem))) {
            joined.close();
            throw new InvalidConfigException(problems);
        }
        if (!problems.isEmpty()) {
            events.problems(problems);
        }
        return joined;
    }

    private static boolean isOfOneObjectInACluster(Problem problem) {
        return problem.origin() instanceof Origin.InCluster && !ResourceKey.MESH_CONFIG.equals(problem.resource());
    }

    private List<Offers> offers() {
        return sources.stream().map(ConfigSource::current).toList();
    }

    private void changed(boolean pressing) {
        lock.lock();
        try {
            debounce.changed(nanos.getAsLong(), pressing);
            heard.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Everything in force. */
    public ConfigInput current() {
        return outcome.input();
    }

    /** What is wrong or doubtful with what the sources say now, in force or not; empty if nothing is. */
    public List<Problem> problems() {
        return outcome.problems();
    }

    /** What became of each object. */
    public PersistentMap<ObjectKey, ObjectFate> fates() {
        return outcome.fates();
    }

    /**
     * Waits until changes are to be put in force, and puts them in force. For one thread, best a virtual one.
     *
     * @return what is in force now; null once it is closed
     */
    public @Nullable ConfigInput awaitNext() throws InterruptedException {
        while (awaitDue()) {
            long before = outcome.input().version();
            if (follow().version() > before) {
                return outcome.input();
            }
        }
        return null;
    }

    /** Waits until changes are due; false once it is closed. */
    private boolean awaitDue() throws InterruptedException {
        lock.lock();
        try {
            while (!closed) {
                long left = debounce.waitsFor(nanos.getAsLong());
                if (left == 0) {
                    debounce.done();
                    return true;
                }
                if (left == Long.MAX_VALUE) {
                    heard.await();
                } else {
                    heard.awaitNanos(left);
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    private ConfigInput follow() {
        Set<Problem> told = new HashSet<>(outcome.problems());
        ConfigJoin.Outcome next = join.join(offers());
        outcome = next;
        next.change()
                .filter(ConfigChange::meshConfig)
                .ifPresent(_ ->
                        sources.forEach(source -> source.follow(next.input().mesh())));
        next.change().ifPresent(events::changed);
        List<Problem> unheard = next.problems().stream()
                .filter(problem -> !told.contains(problem))
                .distinct()
                .toList();
        if (!unheard.isEmpty()) {
            events.problems(unheard);
        }
        return next.input();
    }

    /** Whether nothing newer will come. */
    public boolean isClosed() {
        return closed;
    }

    /** Closes all sources; what is in force stays. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            heard.signalAll();
        } finally {
            lock.unlock();
        }
        sources.forEach(ConfigSource::close);
    }
}
