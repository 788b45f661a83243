package dev.lateen.proxy.admin;

import dev.lateen.api.metrics.Pieces;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the pages of one port. Each is written by a virtual thread of its own, so that the event loops, which carry requests, only pass pieces on; the
 * thread waits while the client does not read. So a page costs {@link Pieces#SIZE} bytes a few times over, however long it is, and only so many
 * are written at once.
 */
public final class PageSender {
    private static final Logger LOG = LoggerFactory.getLogger(PageSender.class);

    private final Vertx vertx;
    private final Semaphore places;
    private final Duration patience;

    /**
     * @param most pages at once; who comes later is answered 503
     * @param patience how long a client may take for a piece before it is cut off
     */
    public PageSender(Vertx vertx, int most, Duration patience) {
        this.vertx = vertx;
        this.places = new Semaphore(most);
        this.patience = patience;
    }

    /** Sends a page; called on the request's event loop, as is whatever follows there. */
    public void send(HttpServerRequest request, String type, Page page) {
        send(request, type, page, () -> request.response().end());
    }

    /** Sends a page, and then runs what ends the answer, on the request's event loop. @param then not run if the page could not be sent to its end */
    public void send(HttpServerRequest request, String type, Page page, Runnable then) {
        HttpServerResponse response = request.response();
        if (!places.tryAcquire()) {
            AdminServer.answer(response.setStatusCode(503), AdminServer.TEXT, "too many pages are being written\n");
            return;
        }
        AdminServer.headers(response, type).setChunked(true);
        Context loop = vertx.getOrCreateContext();
        Thread.ofVirtual().name("admin " + request.path()).start(() -> {
            try {
                write(page, request, loop, then);
            } finally {
                places.release();
            }
        });
    }

    private void write(Page page, HttpServerRequest request, Context loop, Runnable then) {
        Pieces pieces = new Pieces(
                (bytes, left) -> loop.runOnContext(_ -> request.response()
                        .write(Buffer.buffer(bytes))
                        .onComplete(sent -> left.accept(sent.succeeded()))),
                patience);
        try {
            Writer out = new BufferedWriter(new OutputStreamWriter(pieces, StandardCharsets.UTF_8));
            page.write(out);
            out.flush();
            pieces.finish();
            loop.runOnContext(_ -> then.run());
        } catch (IOException e) {
            LOG.debug("a page was not sent to its end: {}", e.getMessage());
            cut(request, loop);
        } catch (RuntimeException e) {
            LOG.warn("a page can't be written", e);
            cut(request, loop);
        }
    }

    /** A page without its end must not look like a whole one. */
    private static void cut(HttpServerRequest request, Context loop) {
        loop.runOnContext(_ -> request.connection().close());
    }
}
