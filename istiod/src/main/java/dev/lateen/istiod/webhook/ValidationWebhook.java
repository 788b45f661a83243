package dev.lateen.istiod.webhook;

import dev.lateen.istiod.admission.ConfigAdmission;
import dev.lateen.istiod.admission.NotAReviewException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /validate}: one AdmissionReview a call. Size, depth, time and number of reviews are bounded, so that nobody who finds the port can make istiod's memory or threads its own; whatever isn't a review
 * is a 4xx that says why. Reviews are looked at on worker threads of its own.
 */
public final class ValidationWebhook {
    private static final Logger LOG = LoggerFactory.getLogger(ValidationWebhook.class);
    /** As Istio's: a webhook's URL may go on behind it. */
    private static final String PATH = "/validate(/.*)?";

    /** An API server takes an object of 3 MiB, and keeps one of 1.5 MiB: a review of a change holds both. */
    private static final long MAX_BODY_BYTES = 6L * 1024 * 1024;

    /** Whose bodies are held. */
    private static final int MOST_AT_ONCE = 16;

    private static final int THREADS = 2;
    /** An API server waits as long, if its registration says nothing else. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ConfigAdmission admission;
    private final WorkerExecutor workers;
    private final Semaphore room = new Semaphore(MOST_AT_ONCE);

    /** Answers as {@code admission} does. */
    public ValidationWebhook(Vertx vertx, ConfigAdmission admission) {
        this.admission = admission;
        this.workers = vertx.createSharedWorkerExecutor("validation", THREADS);
    }

    /** Takes its paths on a router, which is served over TLS on the webhooks' port. */
    public void serveOn(Router router) {
        router.postWithRegex(PATH).handler(this::admit).failureHandler(ValidationWebhook::failed);
        router.postWithRegex(PATH)
                .failureHandler(ValidationWebhook::failed)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
                .handler(this::validate);
    }

    /** A body that is too long, or never came. */
    private static void failed(RoutingContext context) {
        int status = context.statusCode();
        if (status == 413) {
            refuse(context, status, "body: more than " + MAX_BODY_BYTES + " bytes");
        } else if (context.failure() instanceof HttpClosedException) {
            LOG.debug("a caller of the webhook left");
        } else {
            LOG.error("a review can't be answered", context.failure());
            refuse(context, status < 400 ? 500 : status, "the review can't be answered");
        }
    }

    /** Frees its threads. */
    public Future<Void> close() {
        return workers.close();
    }

    /** Before the body is read: a body for which there is no room is not held. */
    private void admit(RoutingContext context) {
        String type = context.request().getHeader("content-type");
        if (type == null || !type.strip().toLowerCase(Locale.ROOT).startsWith("application/json")) {
            refuse(context, 415, "content-type: " + type + " (expected: application/json)");
            return;
        }
        if (!room.tryAcquire()) {
            context.response().putHeader("retry-after", "1");
            refuse(context, 503, "more than " + MOST_AT_ONCE + " reviews at a time");
            return;
        }
        long timer = context.vertx().setTimer(PATIENCE.toMillis(), _ -> late(context));
        AtomicBoolean left = new AtomicBoolean();
        Runnable leave = () -> {
            if (left.compareAndSet(false, true)) {
                context.vertx().cancelTimer(timer);
                room.release();
            }
        };
        context.response().endHandler(_ -> leave.run());
        context.response().closeHandler(_ -> leave.run());
        context.next();
    }

    private static void late(RoutingContext context) {
        boolean alone = context.request().version() != HttpVersion.HTTP_2;
        if (alone) {
            context.response().putHeader("connection", "close");
        }
        refuse(context, 408, "no answer within " + PATIENCE.toSeconds() + " s");
        if (alone) {
            context.request().connection().close();
        } else {
            // Others are asked about on the same connection.
            context.response().reset();
        }
    }

    private void validate(RoutingContext context) {
        String body = context.body().asString();
        if (body == null) {
            refuse(context, 400, "body: absent (expected: an AdmissionReview)");
            return;
        }
        workers.executeBlocking(() -> admission.answer(body), false)
                .onSuccess(answer -> {
                    if (!context.response().ended()) {
                        context.response()
                                .putHeader("content-type", "application/json")
                                .end(answer);
                    }
                })
                .onFailure(failure -> {
                    if (failure instanceof NotAReviewException) {
                        refuse(context, 400, String.valueOf(failure.getMessage()));
                    } else {
                        LOG.error("a review can't be answered", failure);
                        refuse(context, 500, "the review can't be answered: " + failure);
                    }
                });
    }

    private static void refuse(RoutingContext context, int status, String reason) {
        if (!context.response().ended()) {
            context.response().setStatusCode(status).end(reason + "\n");
        }
    }
}
