package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.transport.MemoryLevel;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the codecs of one event loop share: a scratch array for heads and the list of connections to flush. A connection that was written to
 * is flushed once, after the loop has handled everything it had read: one system call for a head, its body and whatever else came with it.
 */
public final class CodecLoop {
    private final EventExecutor executor;
    private final HeadBytes scratch = new HeadBytes();
    private final Supplier<MemoryLevel> memory;
    private final Laggards laggards;
    private final Runnable drain = this::drain;
    private List<Flushable> dirty = new ArrayList<>();
    private List<Flushable> spare = new ArrayList<>();

    /** Something with written and not yet flushed bytes. */
    interface Flushable {
        /** Flushes now. */
        void flushNow();
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
        if (dirty.isEmpty()) {
            executor.execute(drain);
        }
        dirty.add(connection);
    }

    private void drain() {
        List<Flushable> now = dirty;
        dirty = spare;
        spare = now;
        for (int i = 0; i < now.size(); i++) {
            now.get(i).flushNow();
        }
        now.clear();
    }
}
