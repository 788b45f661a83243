package dev.lateen.api.metrics;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What is written here leaves in pieces; the writer waits while two of them have not left yet. So a page of any length costs a few times {@link #SIZE} bytes, and a
 * slow reader slows the writer. One thread writes, which must not be an event loop.
 */
public final class Pieces extends OutputStream {
    /** Bytes of a piece. */
    public static final int SIZE = 64 * 1024;

    private static final int UNDER_WAY = 2;

    private final Receiver receiver;
    private final Duration patience;
    private final Semaphore room = new Semaphore(UNDER_WAY);
    private final byte[] piece = new byte[SIZE];
    private int used;
    private volatile boolean failed;

    /** Where pieces go; called by the writing thread, and must not wait. */
    @FunctionalInterface
    public interface Receiver {
        /**
         * Takes a piece.
         *
         * @param bytes the receiver's own
         * @param left to be told, by any thread, whether the piece has left; it may be told at once
         */
        void take(byte[] bytes, Consumer<Boolean> left);
    }

    /** @param patience how long a reader may take for a piece; afterwards writing fails */
    public Pieces(Receiver receiver, Duration patience) {
        this.receiver = receiver;
        this.patience = patience;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int fits = Math.min(length - done, SIZE - used);
            System.arraycopy(bytes, from + done, piece, used, fits);
            used += fits;
            done += fits;
            if (used == SIZE) {
                pass();
            }
        }
    }

    private void pass() throws IOException {
        byte[] full = Arrays.copyOf(piece, used);
        used = 0;
        await(1);
        receiver.take(full, left -> {
            if (!left) {
                failed = true;
            }
            room.release();
        });
    }

    private void await(int pieces) throws IOException {
        try {
            if (!room.tryAcquire(pieces, patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("the client took nothing for " + patience);
            }
        } catch (InterruptedException e) {
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while the client reads");
            interrupted.initCause(e);
            throw interrupted;
        }
        if (failed) {
            throw new IOException("the client is gone");
        }
    }

    /** Comes back when everything has left, so that a page that nobody reads keeps its place. */
    public void finish() throws IOException {
        if (used > 0) {
            pass();
        }
        await(UNDER_WAY);
    }
}
