package dev.lateen.istiod.discovery;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where a stream's thread waits for whatever comes first: a message, a newer snapshot, the end. It holds one message, since the next is
 * only asked for once that one is dealt with.
 */
final class Mailbox {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private byte @Nullable [] message;
    private boolean woken;
    private boolean ended;
    private boolean broken;

    void put(byte[] bytes) {
        signal(() -> message = bytes);
    }

    /** Something else than a message is worth a look. */
    void wake() {
        signal(() -> woken = true);
    }

    /** No message follows the one that may be here. */
    void end() {
        signal(() -> ended = true);
    }

    /** The stream is gone: nothing can be read or written. */
    void close() {
        signal(() -> {
            message = null;
            broken |= !ended;
            ended = true;
        });
        closed.complete(null);
    }

    /** Done when the stream is gone. */
    CompletableFuture<Void> closed() {
        return closed;
    }

    private void signal(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is something, or the time is over. */
    void await(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (message == null && !woken && !ended && left > 0) {
                left = changed.awaitNanos(left);
            }
            woken = false;
        } finally {
            lock.unlock();
        }
    }

    /** The message, which is then gone from here; null if there is none. */
    byte @Nullable [] poll() {
        lock.lock();
        try {
            byte[] taken = message;
            message = null;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing will come any more. */
    boolean isOver() {
        lock.lock();
        try {
            return ended && message == null;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the stream was gone before the client had said its last word. */
    boolean isBroken() {
        lock.lock();
        try {
            return broken;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a write, or for the end of the stream.
     *
     * @return whether it was written, as far as is known
     */
    boolean awaitWritten(CompletableFuture<Void> written) throws InterruptedException {
        try {
            CompletableFuture.anyOf(written, closed).get();
            return written.isDone();
        } catch (ExecutionException e) {
            close();
            return false;
        }
    }
}
