package dev.lateen.proxy.telemetry;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that many event loops log to: a line is put into a bounded queue and one thread writes what has gathered, so the hot path never
 * waits for a disk. When the queue is full lines are dropped and counted.
 */
final class LogSink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogSink.class);
    private static final int QUEUE_LINES = 16_384;
    private static final String END = new String("end");

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>(QUEUE_LINES);
    private final LongAdder dropped = new LongAdder();
    private final @Nullable Opener opener;
    private final Thread writer;
    private OutputStream out;
    private volatile boolean reopen;

    /** Opens the file again. */
    @FunctionalInterface
    interface Opener {
        OutputStream open() throws IOException;
    }

    /** @param opener null for a stream that is not ours to open or close */
    LogSink(String name, OutputStream out, @Nullable Opener opener) {
        this.out = out;
        this.opener = opener;
        writer = Thread.ofVirtual().name("access-log " + name).start(this::run);
    }

    /** Takes a line with its line feed; never waits. */
    void write(String line) {
        if (!lines.offer(line)) {
            dropped.increment();
        }
    }

    /** Lines lost because the file could not keep up. */
    long dropped() {
        return dropped.sum();
    }

    /** What comes from now on goes to the file that then has the name. */
    void reopen() {
        reopen = true;
    }

    private void openAgain() throws IOException {
        Opener again = opener;
        if (reopen && again != null) {
            reopen = false;
            OutputStream fresh = again.open();
            out.close();
            out = fresh;
        }
    }

    private void run() {
        StringBuilder batch = new StringBuilder();
        boolean open = true;
        while (open) {
            try {
                open = gather(batch, lines.take());
                openAgain();
                out.write(batch.toString().getBytes(StandardCharsets.UTF_8));
                out.flush();
            } catch (IOException e) {
                dropped.increment();
                LOG.debug("access log: a batch was lost", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                open = false;
            }
            batch.setLength(0);
        }
    }

    @SuppressWarnings("ReferenceEquality") // END is a marker, told from a line of the same text by identity
    private boolean gather(StringBuilder batch, String first) {
        for (String line = first; line != null; line = lines.poll()) {
            if (line == END) {
                return false;
            }
            batch.append(line);
            if (batch.length() > 64 * 1024) {
                break;
            }
        }
        return true;
    }

    /** Writes what has gathered and ends the writer; waits at most two seconds. */
    @Override
    public void close() {
        try {
            if (lines.offer(END)) {
                writer.join(2_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
