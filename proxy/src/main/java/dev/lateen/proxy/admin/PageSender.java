package dev.lateen.proxy.admin;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the pages of one port. Each is written by a virtual thread of its own, so that the event loops, which carry requests, only pass pieces on; the
 * thread waits while the client does not read. So a page costs {@link #PIECE} bytes a few times over, however long it is, and only so many
 * are written at once.
 */
final class PageSender {
    /** Bytes of a piece. */
    static final int PIECE = 64 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(PageSender.class);
    private static final int PIECES_UNDER_WAY = 2;

    private final Vertx vertx;
    private final Semaphore places;
    private final Duration patience;

    /**
     * @param most pages at once; who comes later is answered 503
     * @param patience how long a client may take for a piece before it is cut off
     */
    PageSender(Vertx vertx, int most, Duration patience) {
        this.vertx = vertx;
        this.places = new Semaphore(most);
        this.patience = patience;
    }

    /** Sends a page; called on the request's event loop, as is whatever follows there. */
    void send(HttpServerRequest request, String type, Page page) {
        HttpServerResponse response = request.response();
        if (!places.tryAcquire()) {
            AdminServer.answer(response.setStatusCode(503), AdminServer.TEXT, "too many pages are being written\n");
            return;
        }
        AdminServer.headers(response, type).setChunked(true);
        Pieces pieces = new Pieces(vertx.getOrCreateContext(), request, patience);
        Thread.ofVirtual().name("admin " + request.path()).start(() -> {
            try {
                write(page, pieces);
            } finally {
                places.release();
            }
        });
    }

    private static void write(Page page, Pieces pieces) {
        try {
            Writer out = new BufferedWriter(new OutputStreamWriter(pieces, StandardCharsets.UTF_8));
            page.write(out);
            out.flush();
            pieces.end();
        } catch (IOException e) {
            LOG.debug("a page was not sent to its end: {}", e.getMessage());
            pieces.cut();
        } catch (RuntimeException e) {
            LOG.warn("a page can't be written", e);
            pieces.cut();
        }
    }

    /** What is written goes to the client in pieces; the writer waits when {@link #PIECES_UNDER_WAY} have not left yet. */
    private static final class Pieces extends OutputStream {
        private final Context loop;
        private final HttpServerRequest request;
        private final Duration patience;
        private final Semaphore room = new Semaphore(PIECES_UNDER_WAY);
        private final byte[] piece = new byte[PIECE];
        private int used;
        private volatile boolean failed;

        Pieces(Context loop, HttpServerRequest request, Duration patience) {
            this.loop = loop;
            this.request = request;
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
                int fits = Math.min(length - done, PIECE - used);
                System.arraycopy(bytes, from + done, piece, used, fits);
                used += fits;
                done += fits;
                if (used == PIECE) {
                    pass();
                }
            }
        }

        private void pass() throws IOException {
            Buffer full = Buffer.buffer(used).appendBytes(piece, 0, used);
            used = 0;
            await(1);
            loop.runOnContext(_ -> request.response().write(full).onComplete(sent -> {
                if (sent.failed()) {
                    failed = true;
                }
                room.release();
            }));
        }

        private void await(int pieces) throws IOException {
            try {
                if (!room.tryAcquire(pieces, patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IOException("the client took nothing for " + patience);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            }
            if (failed) {
                throw new IOException("the client is gone");
            }
        }

        /** Comes back when everything has left, so that a page that nobody reads keeps its place. */
        void end() throws IOException {
            if (used > 0) {
                pass();
            }
            await(PIECES_UNDER_WAY);
            loop.runOnContext(_ -> request.response().end());
        }

        /** A page without its end must not look like a whole one. */
        void cut() {
            loop.runOnContext(_ -> request.connection().close());
        }
    }
}
