package dev.lateen.injector;

import dev.lateen.injector.ReviewBodies.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code POST /inject}, one AdmissionReview a call, on whatever server: bodies are bounded, and looked at by a few threads beside the event loop. */
public final class InjectionRoutes {
    /** Each may need a hundred times the memory of a body's tokens. */
    private static final int REVIEWS_AT_ONCE = 2;

    private final AdmissionReviews reviews;
    private final WorkerExecutor workers;
    private final ReviewBodies bodies;

    /**
     * Answers as an injection decides.
     *
     * @param namespaces what the namespace of that name says; asked by several threads
     */
    public InjectionRoutes(Vertx vertx, Injection injection, Function<String, NamespaceMarks> namespaces) {
        this(vertx, injection, namespaces, _ -> {});
    }

    /**
     * The same, telling of pods that can't be injected.
     *
     * @param namespaces what the namespace of that name says; asked by several threads
     * @param refusals is told by several threads, which then answer: it is not to wait
     */
    public InjectionRoutes(
            Vertx vertx,
            Injection injection,
            Function<String, NamespaceMarks> namespaces,
            Consumer<RefusedPod> refusals) {
        this.reviews = new AdmissionReviews(injection, namespaces, refusals);
        this.workers = vertx.createSharedWorkerExecutor("injection", REVIEWS_AT_ONCE);
        this.bodies = new ReviewBodies(vertx);
    }

    /** Takes its path on a router. */
    public void serveOn(Router router) {
        // As Istio's: a webhook's URL may go on with /cluster/NAME/net/NAME.
        router.postWithRegex("/inject(/.*)?").handler(this::inject);
    }

    /** Frees its threads. */
    public Future<Void> close() {
        return workers.close();
    }

    private void inject(RoutingContext context) {
        HttpServerRequest request = context.request();
        String type = request.getHeader("content-type");
        if (type == null || !type.strip().toLowerCase(Locale.ROOT).startsWith("application/json")) {
            answer(context, 415, "content-type: " + type + " (expected: application/json)");
        } else if (declared(request) > ReviewBodies.MOST_BYTES) {
            answer(
                    context,
                    413,
                    "body: more than " + ReviewBodies.MOST_BYTES + " bytes (expected: an AdmissionReview)");
        } else {
            bodies.take(request)
                    .compose(body -> workers.executeBlocking(review(String.valueOf(request.path()), body), false)
                            .onComplete(_ -> bodies.giveBack(body)))
                    .onSuccess(answer -> {
                        if (!context.response().ended() && !context.response().closed()) {
                            context.response()
                                    .putHeader("content-type", "application/json")
                                    .end(answer);
                        }
                    })
                    .onFailure(failure -> refuse(context, failure));
        }
    }

    private Callable<String> review(String path, ReviewBodies.Body body) {
        return () -> reviews.answer(path, body.text());
    }

    /** -1 if the request does not say. */
    private static long declared(HttpServerRequest request) {
        String length = request.getHeader("content-length");
        return length != null && length.matches("[0-9]{1,18}") ? Long.parseLong(length) : -1;
    }

    private static void refuse(RoutingContext context, Throwable failure) {
        switch (failure) {
            case Refusal refusal -> answer(context, refusal.status(), refusal.getMessage());
            case IllegalArgumentException wrong -> answer(context, 400, wrong.getMessage());
            default -> context.fail(failure);
        }
    }

    /** What is left of the body is not waited for. */
    private static void answer(RoutingContext context, int status, @Nullable String message) {
        if (!context.response().ended() && !context.response().closed()) {
            context.response()
                    .setStatusCode(status)
                    .putHeader("connection", "close")
                    .end(message + "\n");
        }
    }
}
