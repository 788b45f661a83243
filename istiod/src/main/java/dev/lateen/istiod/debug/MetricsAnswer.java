package dev.lateen.istiod.debug;

import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.api.metrics.MetricsText;
import dev.lateen.api.metrics.Pieces;
import dev.lateen.istiod.metrics.IstiodMetrics;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /metrics}: written by a virtual thread while it is sent, so that it costs a few pieces of memory however many proxies there are. */
public final class MetricsAnswer {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsAnswer.class);

    /** Scrapes at once: what a Prometheus, an agent and somebody curious need, and no more. */
    private static final int MOST = 4;

    private static final Duration READER_PATIENCE = Duration.ofSeconds(10);

    private final IstiodMetrics own;
    private final MetricsSource platform;
    private final Semaphore places = new Semaphore(MOST);

    /** @param platform metrics of the process, which follow istiod's own */
    public MetricsAnswer(IstiodMetrics own, MetricsSource platform) {
        this.own = own;
        this.platform = platform;
    }

    /** Answers a scrape; called on the request's event loop. */
    void send(Vertx vertx, HttpServerRequest request) {
        if (!places.tryAcquire()) {
            request.response().setStatusCode(503).end("too many scrapes are being answered\n");
            return;
        }
        request.response().putHeader("content-type", MetricsText.MEDIA_TYPE).setChunked(true);
        Context loop = vertx.getOrCreateContext();
        Thread.ofVirtual().name("metrics").start(() -> {
            try {
                write(request, loop);
            } finally {
                places.release();
            }
        });
    }

    private void write(HttpServerRequest request, Context loop) {
        Pieces pieces = new Pieces(
                (bytes, left) -> loop.runOnContext(_ -> request.response()
                        .write(Buffer.buffer(bytes))
                        .onComplete(sent -> left.accept(sent.succeeded()))),
                READER_PATIENCE);
        try {
            Writer out = new BufferedWriter(new OutputStreamWriter(pieces, StandardCharsets.UTF_8));
            MetricsText text = new MetricsText(out);
            own.write(text);
            platform.write(text);
            out.flush();
            pieces.finish();
            loop.runOnContext(_ -> request.response().end());
        } catch (IOException e) {
            LOG.debug("a scrape was not answered to its end: {}", e.getMessage());
            cut(request, loop);
        } catch (RuntimeException e) {
            LOG.warn("the metrics can't be written", e);
            cut(request, loop);
        }
    }

    /** A page without its end must not look like a whole one. */
    private static void cut(HttpServerRequest request, Context loop) {
        loop.runOnContext(_ -> request.connection().close());
    }
}
