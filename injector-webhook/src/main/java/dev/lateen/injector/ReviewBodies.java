package dev.lateen.injector;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;

/**
 * Takes in the bodies of requests within bounds: of one body, of all together, and of the time that one may take. Used on one event loop.
 */
final class ReviewBodies {
    /** An API server sends at most 3 MiB of object, twice on updates. */
    static final int MOST_BYTES = 8 * 1024 * 1024;

    /** Of all bodies that are on their way or being looked at. */
    static final int MOST_BYTES_TOGETHER = 32 * 1024 * 1024;

    /** No API server waits longer for a webhook. */
    private static final long LONGEST_MILLIS = 30_000;

    private final Vertx vertx;
    private long held;

    ReviewBodies(Vertx vertx) {
        this.vertx = vertx;
    }

    /**
     * A body that is held until it is given back.
     *
     * @param text of it
     * @param bytes that it counts for
     */
    record Body(String text, int bytes) {}

    /**
     * A body was not taken.
     */
    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int status;

        Refusal(int status, String message) {
            super(message, null, false, false);
            this.status = status;
        }

        /** What to answer. */
        int status() {
            return status;
        }
    }

    /** The body of a request, or a {@link Refusal}; what comes after a refusal is thrown away. */
    Future<Body> take(HttpServerRequest request) {
        Promise<Body> taken = Promise.promise();
        Buffer body = Buffer.buffer();
        long timer = vertx.setTimer(
                LONGEST_MILLIS,
                _ -> refuse(taken, body, 408, "body: not complete after " + LONGEST_MILLIS / 1000 + " s"));
        request.handler(chunk -> {
            if (taken.future().isComplete()) {
                return;
            }
            if (body.length() + chunk.length() > MOST_BYTES) {
                refuse(taken, body, 413, "body: more than " + MOST_BYTES + " bytes (expected: an AdmissionReview)");
            } else if (held + chunk.length() > MOST_BYTES_TOGETHER) {
                refuse(taken, body, 429, "body: too many others at once (expected: to be asked again)");
            } else {
                held += chunk.length();
                body.appendBuffer(chunk);
            }
        });
        request.exceptionHandler(failure -> refuse(taken, body, 400, "body: " + failure.getMessage()));
        request.endHandler(_ -> taken.tryComplete(new Body(body.toString(StandardCharsets.UTF_8), body.length())));
        return taken.future().onComplete(_ -> vertx.cancelTimer(timer));
    }

    private void refuse(Promise<Body> taken, Buffer body, int status, String message) {
        if (taken.tryFail(new Refusal(status, message))) {
            held -= body.length();
        }
    }

    /** A body was looked at. */
    void giveBack(Body body) {
        held -= body.bytes;
    }
}
