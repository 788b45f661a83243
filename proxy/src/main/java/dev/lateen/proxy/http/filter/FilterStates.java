package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.http.filter.StateKey.Scope;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.upstream.Timers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The home of what filters keep beyond configurations, by name. A value is made when a request first needs it, and goes when for {@link #KEPT} no filter of what is in force has
 * named it: it is closed then, if it is {@link AutoCloseable}. Whoever still asks, such as a request of a connection that drains, gets a new one. Safe for use by several threads; a
 * value that is there is found without a lock.
 */
public final class FilterStates {
    /** How long a value stays that nothing in force names: who takes a policy away and brings it back finds its counts. */
    static final Duration KEPT = Duration.ofMinutes(10);

    private static final Duration LOOK = Duration.ofMinutes(1);
    private static final long NAMED = Long.MIN_VALUE;
    private static final Logger LOG = LoggerFactory.getLogger(FilterStates.class);

    private final Timers timers;
    private final Supplier<ProxySnapshot> inForce;
    private final Function<ProxySnapshot, Set<String>> named;
    /** Since when no configuration has named each value that there is, or {@link #NAMED}. */
    private final Map<String, Long> unnamedSince = new HashMap<>();

    private final Map<String, Object> shared = new ConcurrentHashMap<>();
    private final List<OnLoop> loops = new CopyOnWriteArrayList<>();
    private @Nullable Runnable cancelLook;
    private boolean closed;

    /**
     * Holds nothing yet.
     *
     * @param timers for looking after what nobody needs, each minute while there is anything
     * @param inForce the configuration in force
     * @param named which names the filters of a configuration have
     */
    public FilterStates(Timers timers, Supplier<ProxySnapshot> inForce, Function<ProxySnapshot, Set<String>> named) {
        this.timers = timers;
        this.inForce = inForce;
        this.named = named;
    }

    /** For the filters that {@link FilterCompiler} makes. */
    public static FilterStates of(Timers timers, Supplier<ProxySnapshot> inForce) {
        return new FilterStates(timers, inForce, new NamedStates(FilterCompiler::stateKeys));
    }

    /** The values as one event loop sees them. @param loop runs tasks on it */
    public OnLoop on(Executor loop) {
        OnLoop view = new OnLoop(loop);
        loops.add(view);
        return view;
    }

    /** Used on its event loop only. */
    public final class OnLoop {
        private final Executor loop;
        private final Map<String, Object> own = new HashMap<>();

        private OnLoop(Executor loop) {
            this.loop = loop;
        }

        /** The value of this name, made now if there is none. @param maker must not block */
        public <T> T get(StateKey<T> key, Supplier<T> maker) {
            Object known = key.scope() == Scope.SHARED ? shared.get(key.name()) : own.get(key.name());
            if (known == null) {
                known = make(key, maker);
            }
            if (!key.type().isInstance(known)) {
                throw new IllegalStateException(
                        "state " + key.name() + ": " + known.getClass().getName() + " (expected: "
                                + key.type().getName() + ")");
            }
            return key.type().cast(known);
        }

        private <T> Object make(StateKey<T> key, Supplier<T> maker) {
            if (key.scope() == Scope.SHARED) {
                return makeShared(key.name(), maker);
            }
            T made = maker.get();
            own.put(key.name(), made);
            note(key.name());
            return made;
        }

        private void drop(String name) {
            try {
                loop.execute(() -> letGo(name, own.remove(name)));
            } catch (RejectedExecutionException ended) {
                LOG.debug("The event loop of state {} has ended", name);
            }
        }
    }

    private synchronized Object makeShared(String name, Supplier<?> maker) {
        Object known = shared.get(name);
        if (known == null) {
            known = maker.get();
            shared.put(name, known);
            note(name);
        }
        return known;
    }

    private synchronized void note(String name) {
        unnamedSince.putIfAbsent(name, NAMED);
        if (cancelLook == null && !closed) {
            cancelLook = timers.after(LOOK, this::look);
        }
    }

    private void look() {
        // Read outside the lock: it may take a moment, and only this task does it.
        Set<String> wanted = named.apply(inForce.get());
        sweep(wanted, timers.nanoTime());
    }

    private synchronized void sweep(Set<String> wanted, long now) {
        cancelLook = null;
        if (closed) {
            return;
        }
        for (String name : List.copyOf(unnamedSince.keySet())) {
            long since = unnamedSince.getOrDefault(name, NAMED);
            if (wanted.contains(name)) {
                unnamedSince.put(name, NAMED);
            } else if (since == NAMED) {
                unnamedSince.put(name, now);
            } else if (now - since >= KEPT.toNanos()) {
                drop(name);
            }
        }
        if (!unnamedSince.isEmpty()) {
            cancelLook = timers.after(LOOK, this::look);
        }
    }

    private void drop(String name) {
        unnamedSince.remove(name);
        letGo(name, shared.remove(name));
        loops.forEach(loop -> loop.drop(name));
    }

    private static void letGo(String name, @Nullable Object value) {
        if (value instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception fault) {
                LOG.warn("State {} could not be closed", name, fault);
            }
        }
    }

    /** The names of what there is. */
    public synchronized Set<String> names() {
        return Set.copyOf(unnamedSince.keySet());
    }

    /** Lets everything go, when the proxy ends. */
    public synchronized void close() {
        closed = true;
        Runnable cancel = cancelLook;
        if (cancel != null) {
            cancel.run();
        }
        List.copyOf(unnamedSince.keySet()).forEach(this::drop);
    }
}
