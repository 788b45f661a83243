package dev.lateen.install.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;

/**
 * Keeps what a process prints, a name before each line. It reads to the end whatever comes and whatever becomes of the log: a process must not fail because its
 * output can't be kept, and none may take more of this one's memory or time than its share. One thread each.
 */
final class OutputCopy {
    /** Where container runtimes cut lines, in bytes. */
    static final int LONGEST_LINE = 16 * 1024;

    private static final int CHUNK = 8 * 1024;
    /** So much at a time, and no more within {@link #TURN_NANOS}: 20 MB/s. A faster process waits at its pipe. */
    private static final int TURN = 1024 * 1024;

    private static final long TURN_NANOS = 50_000_000;
    private static final byte[] CUT = " [the line goes on]".getBytes(StandardCharsets.UTF_8);

    private final byte[] prefix;
    private final Log log;
    private final Clock clock;
    private final byte[] line = new byte[LONGEST_LINE];
    private final ByteArrayOutputStream batch = new ByteArrayOutputStream(CHUNK);
    private int length;
    private long missing;
    private final LongAdder lost = new LongAdder();
    private volatile String reason = "";

    /** Where the output goes. */
    @FunctionalInterface
    interface Log {
        void write(byte[] bytes) throws IOException;
    }

    /** The time, and a way to wait. */
    interface Clock {
        /** The real ones. */
        Clock SYSTEM = new Clock() {
            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public void sleep(long nanos) throws InterruptedException {
                Thread.sleep(nanos / 1_000_000, (int) (nanos % 1_000_000));
            }
        };

        /** In nanoseconds, from anywhere. */
        long nanos();

        void sleep(long nanos) throws InterruptedException;
    }

    /** With the name that stands before each line. */
    OutputCopy(String name, Log log, Clock clock) {
        this.prefix = (name + " | ").getBytes(StandardCharsets.UTF_8);
        this.log = log;
        this.clock = clock;
    }

    /** The bytes that are in no log; safe from any thread. */
    long lost() {
        return lost.sum();
    }

    /** Why bytes were lost first; empty if none were. Safe from any thread. */
    String reason() {
        return reason;
    }

    /** Reads to the end. */
    void copy(InputStream output) throws InterruptedException {
        byte[] chunk = new byte[CHUNK];
        long turn = clock.nanos();
        int inTurn = 0;
        for (int read = next(output, chunk); read >= 0; read = next(output, chunk)) {
            take(chunk, read);
            write();
            inTurn += read;
            if (inTurn >= TURN) {
                long left = TURN_NANOS - (clock.nanos() - turn);
                if (left > 0) {
                    clock.sleep(left);
                }
                turn = clock.nanos();
                inTurn = 0;
            }
        }
        if (length > 0) {
            end(length, false);
        }
        write();
    }

    /** The pipe of a process that was ended is closed under us: that is its end. */
    private static int next(InputStream output, byte[] chunk) {
        try {
            return output.read(chunk);
        } catch (IOException closed) {
            return -1;
        }
    }

    private void take(byte[] chunk, int read) {
        int from = 0;
        for (int i = 0; i < read; i++) {
            if (chunk[i] == '\n') {
                add(chunk, from, i);
                end(length > 0 && line[length - 1] == '\r' ? length - 1 : length, false);
                length = 0;
                from = i + 1;
            }
        }
        add(chunk, from, read);
    }

    private void add(byte[] chunk, int from, int to) {
        int at = from;
        while (at < to) {
            int part = Math.min(to - at, LONGEST_LINE - length);
            System.arraycopy(chunk, at, line, length, part);
            length += part;
            at += part;
            if (length == LONGEST_LINE) {
                int whole = wholeCharacters();
                end(whole, true);
                System.arraycopy(line, whole, line, 0, length - whole);
                length -= whole;
            }
        }
    }

    /** How much of the full line can be cut off without cutting through a character of UTF-8. */
    private int wholeCharacters() {
        for (int i = 1; i <= 3; i++) {
            int unit = line[length - i] & 0xff;
            if (unit >= 0xc0) {
                int needed = unit >= 0xf0 ? 4 : unit >= 0xe0 ? 3 : 2;
                return needed > i ? length - i : length;
            }
            if (unit < 0x80) {
                return length;
            }
        }
        return length;
    }

    private void end(int until, boolean goesOn) {
        batch.writeBytes(prefix);
        batch.write(line, 0, until);
        if (goesOn) {
            batch.writeBytes(CUT);
        }
        batch.write('\n');
    }

    private void write() {
        if (batch.size() == 0) {
            return;
        }
        try {
            if (missing > 0) {
                // What was lost may have ended in the midst of a line.
                log.write(("\n[" + missing + " bytes of output were lost: " + reason + "]\n")
                        .getBytes(StandardCharsets.UTF_8));
                missing = 0;
            }
            log.write(batch.toByteArray());
        } catch (IOException e) {
            reason = reason.isEmpty() ? String.valueOf(e.getMessage()) : reason;
            missing += batch.size();
            lost.add(batch.size());
        }
        batch.reset();
    }
}
