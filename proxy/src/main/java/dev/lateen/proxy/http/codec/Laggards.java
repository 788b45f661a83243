package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.transport.MemoryLevel;
import io.netty.util.concurrent.EventExecutor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The connections of one event loop, either side's, whose peers don't take what is written to them. As long as there is memory they may be as slow as they
 * like; when it gets less, those that made no progress for the longest are closed first, a quarter of them at a time. Looked at four times a second while
 * there are any. Used on its event loop.
 */
final class Laggards {
    private static final long LOOK_NANOS = 250_000_000L;

    private final EventExecutor executor;
    private final Supplier<MemoryLevel> memory;
    private final Map<Laggard, Since> waiting = new LinkedHashMap<>();
    private boolean looking;

    /** A connection with bytes that its peer has not taken. */
    interface Laggard {
        /** Bytes that wait to be sent; 0 once it has caught up. */
        long unsent();

        /** Closes it, which releases them. */
        void cut();
    }

    /** @param unsent bytes when progress was last seen */
    private record Since(long nanos, long unsent) {}

    Laggards(EventExecutor executor, Supplier<MemoryLevel> memory) {
        this.executor = executor;
        this.memory = memory;
    }

    /** Its bytes were not all taken when they were flushed. */
    @SuppressWarnings("FutureReturnValueIgnored")
    void add(Laggard laggard) {
        if (waiting.putIfAbsent(laggard, new Since(now(), laggard.unsent())) == null && !looking) {
            looking = true;
            executor.schedule(this::look, LOOK_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    void remove(Laggard laggard) {
        waiting.remove(laggard);
    }

    private long now() {
        return executor.ticker().nanoTime();
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private void look() {
        long now = now();
        long patience = memory.get().patienceNanos();
        waiting.entrySet().removeIf(entry -> entry.getKey().unsent() == 0);
        waiting.replaceAll(
                (laggard, since) -> laggard.unsent() < since.unsent ? new Since(now, laggard.unsent()) : since);
        waiting.entrySet().stream()
                .filter(entry -> now - entry.getValue().nanos >= patience)
                .sorted(Map.Entry.comparingByValue((one, other) -> Long.compare(one.nanos, other.nanos)))
                .limit(1 + waiting.size() / 4)
                .map(Map.Entry::getKey)
                .toList()
                .forEach(this::cut);
        looking = !waiting.isEmpty();
        if (looking) {
            executor.schedule(this::look, LOOK_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    private void cut(Laggard laggard) {
        waiting.remove(laggard);
        laggard.cut();
    }
}
