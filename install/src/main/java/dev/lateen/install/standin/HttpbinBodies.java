package dev.lateen.install.standin;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/** httpbin's bodies that are compressed, dripped, chunked or only sometimes there. */
final class HttpbinBodies {
    private static final int MAX_BYTES = 100 * 1024;
    private static final double MAX_SECONDS = 10;

    private final Vertx vertx;
    private final HttpbinEcho echo;
    private final RandomGenerator random;

    HttpbinBodies(Vertx vertx, HttpbinEcho echo, RandomGenerator random) {
        this.vertx = vertx;
        this.echo = echo;
        this.random = random;
    }

    void mount(Router router) {
        router.get("/gzip").handler(c -> compressed(c, "gzip", "gzipped"));
        router.get("/deflate").handler(c -> compressed(c, "deflate", "deflated"));
        router.get("/stream-bytes/:count").handler(this::streamBytes);
        router.get("/drip").handler(this::drip);
        router.get("/etag/:etag").handler(this::etag);
        router.get("/unstable").handler(this::unstable);
        router.get("/encoding/utf8")
                .handler(c ->
                        Text.answer(c, 200, Text.HTML, "<h1>Unicode</h1><p>∮ E⋅da = Q, n → ∞, ∑ f(i) = ∏ g(i)</p>\n"));
    }

    private void compressed(RoutingContext context, String encoding, String flag) {
        byte[] json = (Json.text(echo.withoutBody(context).put(flag, true)) + "\n").getBytes(StandardCharsets.UTF_8);
        var bytes = new ByteArrayOutputStream();
        try (OutputStream out =
                encoding.equals("gzip") ? new GZIPOutputStream(bytes) : new DeflaterOutputStream(bytes)) {
            out.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        context.response()
                .putHeader("content-type", "application/json")
                .putHeader("content-encoding", encoding)
                .end(Buffer.buffer(bytes.toByteArray()));
    }

    private void streamBytes(RoutingContext context) {
        int count = ProductId.of(context.pathParam("count")).orElse(-1);
        if (count < 0) {
            Json.error(context, 400, "stream-bytes: " + context.pathParam("count") + " (expected: a number)");
            return;
        }
        byte[] body = new byte[Math.min(count, MAX_BYTES)];
        random.nextBytes(body);
        HttpServerResponse response =
                context.response().setChunked(true).putHeader("content-type", "application/octet-stream");
        // Written before the end, or else the length would be known and told.
        response.write(Buffer.buffer(body));
        response.end();
    }

    /** So many bytes, one after the other, over so many seconds. */
    private void drip(RoutingContext context) {
        double duration = number(context, "duration", 2);
        double delay = number(context, "delay", 0);
        int count = (int) number(context, "numbytes", 10);
        int code = (int) number(context, "code", 200);
        boolean good = duration >= 0 && delay >= 0 && count >= 1 && count <= MAX_BYTES && code >= 200 && code <= 599;
        if (!good || duration + delay > MAX_SECONDS) {
            Json.error(
                    context, 400, "drip: expected duration and delay of at most 10 s, numbytes from 1, code from 200");
            return;
        }
        HttpServerResponse response = context.response()
                .setStatusCode(code)
                .putHeader("content-type", "application/octet-stream")
                .putHeader("content-length", Integer.toString(count));
        long pause = Math.max(1, Math.round(duration * 1000 / count));
        vertx.setTimer(Math.max(1, Math.round(delay * 1000)), first -> drop(response, count, pause));
    }

    private void drop(HttpServerResponse response, int left, long pause) {
        if (response.closed()) {
            return;
        }
        if (left == 1) {
            response.end("*");
            return;
        }
        response.write("*");
        vertx.setTimer(pause, next -> drop(response, left - 1, pause));
    }

    private void etag(RoutingContext context) {
        String etag = "\"" + context.pathParam("etag") + "\"";
        String none = context.request().getHeader("if-none-match");
        String match = context.request().getHeader("if-match");
        context.response().putHeader("etag", etag);
        if (none != null && (none.contains(etag) || none.strip().equals("*"))) {
            context.response().setStatusCode(304).end();
        } else if (match != null && !match.contains(etag) && !match.strip().equals("*")) {
            context.response().setStatusCode(412).end();
        } else {
            echo.answer(context, 200, echo.withoutBody(context));
        }
    }

    private void unstable(RoutingContext context) {
        double rate = number(context, "failure_rate", 0.5);
        if (!(rate >= 0 && rate <= 1)) {
            Json.error(context, 400, "failure_rate: expected a number from 0 to 1");
            return;
        }
        context.response().setStatusCode(random.nextDouble() < rate ? 500 : 200).end();
    }

    /** A query parameter; NaN if it is no number. */
    private static double number(RoutingContext context, String name, double otherwise) {
        String given = context.queryParams().get(name);
        try {
            return given == null ? otherwise : Double.parseDouble(given);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
