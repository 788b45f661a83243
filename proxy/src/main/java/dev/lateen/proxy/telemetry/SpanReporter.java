package dev.lateen.proxy.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Gathers spans for one collector and posts them in batches as Envoy does (five spans or five seconds). At most {@value #MAX_WAITING}
 * wait, of {@value #MAX_CHARACTERS} characters together; the rest are dropped and counted, so a collector that is down costs no memory.
 */
final class SpanReporter implements Consumer<String> {
    static final int MAX_WAITING = 2_000;

    /** Tags carry what clients send. */
    static final int MAX_CHARACTERS = 4 * 1024 * 1024;

    private static final int BATCH = 5;

    /** Posts a JSON array of spans to the collector; must not block. */
    interface Collector {
        void post(String jsonArray);
    }

    private final ConcurrentLinkedQueue<String> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong characters = new AtomicLong();
    private final LongAdder dropped = new LongAdder();
    private final Collector collector;

    SpanReporter(Collector collector) {
        this.collector = collector;
    }

    @Override
    public void accept(String span) {
        boolean many = count.incrementAndGet() > MAX_WAITING;
        boolean large = characters.addAndGet(span.length()) > MAX_CHARACTERS;
        if (many || large) {
            characters.addAndGet(-span.length());
            count.decrementAndGet();
            dropped.increment();
            return;
        }
        waiting.add(span);
        if (count.get() >= BATCH) {
            flush();
        }
    }

    /** Posts what waits; called by a timer too. */
    void flush() {
        List<String> batch = new ArrayList<>();
        for (String span = waiting.poll(); span != null; span = waiting.poll()) {
            count.decrementAndGet();
            characters.addAndGet(-span.length());
            batch.add(span);
        }
        if (!batch.isEmpty()) {
            collector.post("[" + String.join(",", batch) + "]");
        }
    }

    long dropped() {
        return dropped.sum();
    }
}
