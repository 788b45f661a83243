package dev.lateen.proxy.telemetry;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that many event loops log to: a line is put into a queue and one thread writes what has gathered, so the hot path never waits for a
 * disk. The queue is bounded in lines and characters; what comes above is lost and counted, as is what the disk doesn't take. Thread and file are given
 * back after a time without a line, so logs that are no longer configured cost nothing; the next line has them made anew.
 */
final class LogSink implements AutoCloseable {
    static final Duration IDLE = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(LogSink.class);
    private static final int QUEUE_LINES = 16_384;
    private static final int QUEUE_CHARACTERS = 8 * 1024 * 1024;
    private static final int BATCH_CHARACTERS = 64 * 1024;

    /** Wakes the writer; no line is empty. */
    private static final String WAKE = "";

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>(QUEUE_LINES);
    private final AtomicLong waiting = new AtomicLong();
    private final LongAdder dropped = new LongAdder();
    private final AtomicBoolean running = new AtomicBoolean();
    private final String name;
    private final Opener opener;
    private final Duration idle;
    private final LogLosses losses;
    private volatile @Nullable Thread writer;
    private volatile boolean reopen;
    private volatile boolean closed;

    /** Belongs to the writer, whichever thread that is. */
    private @Nullable OutputStream out;

    /** Opens the file, also again. */
    interface Opener {
        OutputStream open() throws IOException;

        /** Lets go of what was opened; nothing where the stream is not ours. */
        void close(OutputStream opened) throws IOException;
    }

    /** @param idle how long thread and file stay without a line */
    LogSink(String name, Opener opener, Duration idle) {
        this.name = name;
        this.opener = opener;
        this.idle = idle;
        this.losses = new LogLosses(name);
    }

    /** A stream that is not ours to open or close. */
    static LogSink to(String name, OutputStream stream) {
        Opener given = new Opener() {
            @Override
            public OutputStream open() {
                return stream;
            }

            @Override
            public void close(OutputStream opened) {
                // Others write to it.
            }
        };
        return new LogSink(name, given, IDLE);
    }

    /** Takes a line with its line feed; never waits. */
    void write(String line) {
        if (waiting.addAndGet(line.length()) > QUEUE_CHARACTERS || closed || !lines.offer(line)) {
            waiting.addAndGet(-line.length());
            dropped.increment();
        } else if (!running.get()) {
            start();
        }
    }

    private void start() {
        if (running.compareAndSet(false, true)) {
            writer = Thread.ofVirtual().name("access-log " + name).start(this::run);
        }
    }

    /** Lines lost so far, because the file could not keep up or take them. */
    long lost() {
        return dropped.sum() + losses.refused();
    }

    /** Writes that failed so far. */
    long failures() {
        return losses.failures();
    }

    /** What comes from now on goes to the file that then has the name. */
    void reopen() {
        reopen = true;
    }

    private void run() {
        StringBuilder batch = new StringBuilder();
        try {
            for (String first = next(); first != null; first = next()) {
                write(batch, first);
                batch.setLength(0);
                losses.look(dropped.sum(), lines.isEmpty());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        letGo();
        running.set(false);
        // A line that came after the last look found the writer still there.
        if (!lines.isEmpty() && !Thread.currentThread().isInterrupted()) {
            start();
        }
    }

    /** Null when there is none for so long, or none left after closing. */
    private @Nullable String next() throws InterruptedException {
        return closed ? lines.poll() : lines.poll(idle.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void write(StringBuilder batch, String first) {
        int count = 0;
        for (String line = first; line != null; line = batch.length() < BATCH_CHARACTERS ? lines.poll() : null) {
            batch.append(line);
            count += line.isEmpty() ? 0 : 1;
        }
        waiting.addAndGet(-batch.length());
        if (count == 0) {
            return;
        }
        try {
            OutputStream to = opened();
            to.write(batch.toString().getBytes(StandardCharsets.UTF_8));
            to.flush();
            losses.written();
        } catch (IOException e) {
            losses.failed(count, e);
        }
    }

    private OutputStream opened() throws IOException {
        OutputStream now = out;
        if (now == null || reopen) {
            reopen = false;
            OutputStream fresh = opener.open();
            out = fresh;
            if (now != null) {
                opener.close(now);
            }
            return fresh;
        }
        return now;
    }

    private void letGo() {
        OutputStream now = out;
        out = null;
        try {
            if (now != null) {
                opener.close(now);
            }
        } catch (IOException e) {
            losses.failed(0, e);
        }
    }

    /** Writes what has gathered and ends the writer; waits at most two seconds for a disk that doesn't take it. */
    @Override
    public void close() {
        closed = true;
        if (!lines.offer(WAKE)) {
            LOG.debug("access log {}: closed with a full queue", name);
        }
        Thread last = writer;
        try {
            if (last != null && !last.join(Duration.ofSeconds(2))) {
                last.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
