package dev.lateen.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LogSinkTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final FakeFile file = new FakeFile();

    /** A file whose disk can be slow or full. */
    private static final class FakeFile implements LogSink.Opener {
        final ByteArrayOutputStream content = new ByteArrayOutputStream();
        final CountDownLatch writing = new CountDownLatch(1);
        volatile CountDownLatch disk = new CountDownLatch(0);
        volatile boolean full;
        final AtomicInteger opened = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();

        @Override
        public OutputStream open() {
            opened.incrementAndGet();
            return new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    write(new byte[] {(byte) b}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    writing.countDown();
                    try {
                        disk.await();
                    } catch (InterruptedException e) {
                        throw new IOException("interrupted", e);
                    }
                    if (full) {
                        throw new IOException("No space left on device");
                    }
                    synchronized (content) {
                        content.write(bytes, from, length);
                    }
                }
            };
        }

        @Override
        public void close(OutputStream stream) {
            closed.incrementAndGet();
        }

        String text() {
            synchronized (content) {
                return content.toString(StandardCharsets.UTF_8);
            }
        }
    }

    @Test
    void whatWasTakenIsWrittenBeforeTheSinkCloses() {
        try (LogSink sink = new LogSink("test", file, LONG)) {
            for (int i = 0; i < 1_000; i++) {
                sink.write(i + "\n");
            }
        }
        assertThat(file.text().lines()).hasSize(1_000).endsWith("999");
        assertThat(file.opened).hasValue(1);
        assertThat(file.closed).hasValue(1);
    }

    @Test
    void closingWithAFullQueueEndsTheWriter() throws InterruptedException {
        file.disk = new CountDownLatch(1);
        LogSink sink = new LogSink("test", file, LONG);
        sink.write("first\n");
        file.writing.await();
        for (int i = 0; i < 20_000; i++) {
            sink.write("line\n");
        }
        assertThat(sink.lost()).isEqualTo(20_000 - 16_384);
        Thread closing = Thread.ofVirtual().start(sink::close);
        Awaitility.await()
                .until(() ->
                        closing.getState() == Thread.State.TIMED_WAITING || closing.getState() == Thread.State.WAITING);
        file.disk.countDown();
        closing.join();
        assertThat(file.text().lines()).hasSize(16_385);
        assertThat(file.closed).hasValue(1);
        sink.write("too late\n");
        assertThat(sink.lost()).isEqualTo(20_001 - 16_384);
    }

    @Test
    void linesThatAPeerMakesLongDoNotFillTheMemory() throws InterruptedException {
        file.disk = new CountDownLatch(1);
        try (LogSink sink = new LogSink("test", file, LONG)) {
            sink.write("first\n");
            file.writing.await();
            String line = "x".repeat(60_000) + "\n";
            for (int i = 0; i < 1_000; i++) {
                sink.write(line);
            }
            assertThat(sink.lost()).as("8 Mi characters wait").isGreaterThan(850);
            file.disk.countDown();
        }
    }

    @Test
    void aLogThatNobodyWritesToGivesFileAndThreadBack() {
        try (LogSink sink = new LogSink("test", file, Duration.ofMillis(1))) {
            sink.write("one\n");
            Awaitility.await().until(() -> file.closed.get() == 1);
            sink.write("two\n");
            Awaitility.await().until(() -> file.closed.get() == 2);
        }
        assertThat(file.text()).isEqualTo("one\ntwo\n");
        assertThat(file.opened).hasValue(2);
    }

    @Test
    void aFullDiskIsToldOnceAndThenHowManyLinesWereLost() {
        List<String> told = new CopyOnWriteArrayList<>();
        Handler ear = ear(told);
        Logger logger = Logger.getLogger(LogLosses.class.getName());
        // Whatever level a test before this one left.
        logger.setLevel(Level.WARNING);
        logger.addHandler(ear);
        try (LogSink sink = new LogSink("/full.log", file, LONG)) {
            file.full = true;
            for (int i = 1; i <= 3; i++) {
                sink.write("lost\n");
                long lost = i;
                Awaitility.await().until(() -> sink.lost() == lost);
            }
            assertThat(sink.failures()).isEqualTo(3);
            assertThat(told)
                    .containsExactly("access log /full.log: No space left on device; lines are lost until it can be"
                            + " written to again");
            file.full = false;
            sink.write("kept\n");
            Awaitility.await().until(() -> told.size() == 2);
        } finally {
            logger.removeHandler(ear);
            logger.setLevel(null);
        }
        assertThat(told.getLast()).isEqualTo("access log /full.log: can be written to again; 3 lines were lost");
        assertThat(file.text()).isEqualTo("kept\n");
    }

    private static Handler ear(List<String> told) {
        return new Handler() {
            @Override
            public void publish(LogRecord record) {
                told.add(new SimpleFormatter().formatMessage(record));
            }

            @Override
            public void flush() {
                // Nothing is kept back.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
    }
}
