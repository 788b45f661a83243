package dev.lateen.proxy.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Gathers spans for one collector and hands them on in batches as Envoy does (five spans or five seconds). At most {@value #MAX_WAITING}
 * wait, of {@value #MAX_CHARACTERS} characters together; the rest are dropped and counted, so a collector that is down costs no memory. Event loops add to it
 * without a lock.
 */
final class SpanReporter implements Consumer<FinishedSpan> {
    static final int MAX_WAITING = 2_000;

    /** Tags carry what clients send. */
    static final int MAX_CHARACTERS = 4 * 1024 * 1024;

    private static final int BATCH = 5;

    private final ConcurrentLinkedQueue<FinishedSpan> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong characters = new AtomicLong();
    private final LongAdder dropped = new LongAdder();
    private final SpanExporter exporter;

    SpanReporter(SpanExporter exporter) {
        this.exporter = exporter;
    }

    @Override
    public void accept(FinishedSpan span) {
        int size = span.characters();
        boolean many = count.incrementAndGet() > MAX_WAITING;
        boolean large = characters.addAndGet(size) > MAX_CHARACTERS;
        if (many || large) {
            characters.addAndGet(-size);
            count.decrementAndGet();
            dropped.increment();
            return;
        }
        waiting.add(span);
        if (count.get() >= BATCH) {
            flush();
        }
    }

    /** Hands on what waits; called by a timer too. @return done when the collector has answered or won't */
    CompletionStage<Void> flush() {
        List<FinishedSpan> batch = new ArrayList<>();
        for (FinishedSpan span = waiting.poll(); span != null; span = waiting.poll()) {
            count.decrementAndGet();
            characters.addAndGet(-span.characters());
            batch.add(span);
        }
        return batch.isEmpty() ? CompletableFuture.completedStage(null) : exporter.export(batch);
    }

    long dropped() {
        return dropped.sum();
    }
}
