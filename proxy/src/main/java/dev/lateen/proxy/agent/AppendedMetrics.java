package dev.lateen.proxy.agent;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;

/** What follows the proxy's own metrics in an answer: those of the applications, one after the other, as fast as the reader takes them. Lives on the answer's event loop. */
final class AppendedMetrics {
    /** Of one application. */
    static final long MOST_BYTES = 64L << 20;

    private static final String END = "# EOF\n";

    private final Vertx vertx;
    private final HttpServerResponse response;
    private final Deque<Telling> left;
    private final Exposition format;
    private final Duration each;
    private final BiConsumer<ScrapeTarget, String> onFailure;
    private long timer = -1;

    /** @param limit for all of them together @param onFailure told of whoever's metrics are not whole */
    AppendedMetrics(
            Vertx vertx,
            HttpServerResponse response,
            List<Telling> applications,
            Exposition format,
            Duration limit,
            BiConsumer<ScrapeTarget, String> onFailure) {
        this.vertx = vertx;
        this.response = response;
        this.left = new ArrayDeque<>(applications);
        this.format = format;
        this.each = limit.dividedBy(Math.max(1, applications.size()));
        this.onFailure = onFailure;
        response.closeHandler(_ -> giveUp());
    }

    /** The proxy's own are written. */
    void begin() {
        vertx.cancelTimer(timer);
        Telling one = left.peek();
        if (one == null) {
            if (!response.ended() && !response.closed()) {
                response.end(format.hasEnd() ? END : "");
            }
            return;
        }
        timer = vertx.setTimer(
                Math.max(1, each.toMillis()), _ -> failed(one, "not read within " + each.toMillis() + " ms"));
        pass(one);
    }

    private void pass(Telling one) {
        MetricLines lines = new MetricLines(MOST_BYTES);
        HttpClientResponse answer = one.answer();
        answer.handler(bytes -> {
            write(lines.more(bytes), answer);
            if (lines.isTooLong()) {
                failed(one, "too long (expected: " + MOST_BYTES + " bytes at most)");
            }
        });
        answer.endHandler(_ -> {
            write(lines.end(), answer);
            done(one);
        });
        one.onFailure(e -> failed(one, String.valueOf(e.getMessage())));
        answer.resume();
    }

    private void failed(Telling one, String why) {
        if (left.contains(one)) {
            onFailure.accept(one.target(), why);
            one.giveUp();
            done(one);
        }
    }

    private void done(Telling one) {
        if (left.remove(one)) {
            begin();
        }
    }

    private void write(Buffer lines, HttpClientResponse answer) {
        if (lines.length() == 0 || response.closed() || response.ended()) {
            return;
        }
        response.write(lines);
        if (response.writeQueueFull()) {
            answer.pause();
            response.drainHandler(_ -> answer.resume());
        }
    }

    /** Nobody waits for those that are left. */
    void giveUp() {
        vertx.cancelTimer(timer);
        left.forEach(Telling::giveUp);
        left.clear();
    }
}
