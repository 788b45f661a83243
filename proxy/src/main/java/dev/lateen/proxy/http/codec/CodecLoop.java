package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.transport.MemoryLevel;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What the codecs of one event loop share: a scratch array for heads and the list of connections to flush. A connection that was written to
 * is flushed once, after the loop has handled everything it had read: one system call for a head, its body and whatever else came with it. A connection that
 * has sent many requests at once starts some of them, and the others after those of its neighbours: what a turn of the loop starts is bounded in time.
 */
public final class CodecLoop {
    /** For what one turn of the loop starts: some dozens of requests, which cause about as much again when their upstreams answer. Whoever waits for the next turn waits little longer. */
    static final long TURN_NANOS = 2_000_000;

    private final EventExecutor executor;
    private final HeadBytes scratch = new HeadBytes();
    private final Supplier<MemoryLevel> memory;
    private final Laggards laggards;
    private final Runnable drain = this::drain;
    private List<Flushable> dirty = new ArrayList<>();
    private List<Flushable> spare = new ArrayList<>();
    private final Queue<Paused> paused = new ArrayDeque<>();
    private boolean ending;
    private boolean starting;
    private long startedNanos;
    private boolean resuming;

    /** Something with written and not yet flushed bytes. */
    interface Flushable {
        /** Flushes now. */
        void flushNow();
    }

    /** Something that has read more than it may start in this turn. */
    interface Paused {
        /** Goes on, and may pause again. */
        void resume();
    }

    /** For the connections of {@code executor}; used on it only. @param memory how much is left for slow readers */
    public CodecLoop(EventExecutor executor, Supplier<MemoryLevel> memory) {
        this.executor = executor;
        this.memory = memory;
        this.laggards = new Laggards(executor, memory);
    }

    /** Whether memory is so short that nothing more may be held for slow readers. */
    public boolean memoryShort() {
        return memory.get() == MemoryLevel.SHORT;
    }

    MemoryLevel memory() {
        return memory.get();
    }

    Laggards laggards() {
        return laggards;
    }

    HeadBytes scratch() {
        scratch.clear();
        return scratch;
    }

    /** The caller sees to it that it does so once until it was flushed. */
    void flushLater(Flushable connection) {
        endLater();
        dirty.add(connection);
    }

    /** Whether this turn may start one more request; its first always may. */
    boolean mayStart() {
        long now = executor.ticker().nanoTime();
        if (!starting) {
            starting = true;
            startedNanos = now;
            endLater();
            return true;
        }
        return now - startedNanos < TURN_NANOS;
    }

    /** Once the loop has read from others again, behind those that wait already. The caller sees to it that it waits once. */
    void resumeLater(Paused connection) {
        paused.add(connection);
        if (!resuming) {
            resuming = true;
            // Not execute(): the loop reads nothing before it has run all such tasks. Timers are looked at once a turn.
            executor.schedule(this::resume, 0, TimeUnit.NANOSECONDS);
        }
    }

    private void resume() {
        int waiting = paused.size();
        do {
            paused.remove().resume();
        } while (--waiting > 0 && mayStart());
        resuming = !paused.isEmpty();
        if (resuming) {
            executor.schedule(this::resume, 0, TimeUnit.NANOSECONDS);
        }
    }

    private void endLater() {
        if (!ending) {
            ending = true;
            executor.execute(drain);
        }
    }

    private void drain() {
        ending = false;
        starting = false;
        List<Flushable> now = dirty;
        dirty = spare;
        spare = now;
        for (int i = 0; i < now.size(); i++) {
            now.get(i).flushNow();
        }
        now.clear();
    }
}
