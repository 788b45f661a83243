package dev.lateen.injector;

import dev.lateen.injector.ReviewBodies.Refusal;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The webhook: {@code POST /inject} over TLS on port 15017, one AdmissionReview a call. Bodies are bounded, and looked at by a few threads beside the event loop. */
public final class InjectorWebhook extends VerticleBase {
    /** Each may need a hundred times the memory of a body's tokens. */
    private static final int REVIEWS_AT_ONCE = 2;

    private final InetSocketAddress address;
    private final KeyCertOptions certificate;
    private final AdmissionReviews reviews;
    private @Nullable WorkerExecutor workers;
    private @Nullable ReviewBodies bodies;
    private volatile int port;

    /** @param certificate the server's own; an API server checks it against the webhook configuration's CA bundle */
    public InjectorWebhook(InetSocketAddress address, KeyCertOptions certificate, Injection injection) {
        this(address, certificate, injection, _ -> NamespaceMarks.UNKNOWN);
    }

    /**
     * With what is known of namespaces.
     *
     * @param certificate the server's own; an API server checks it against the webhook configuration's CA bundle
     * @param namespaces what the namespace of that name says; asked by several threads
     */
    public InjectorWebhook(
            InetSocketAddress address,
            KeyCertOptions certificate,
            Injection injection,
            Function<String, NamespaceMarks> namespaces) {
        this.address = address;
        this.certificate = certificate;
        this.reviews = new AdmissionReviews(injection, namespaces);
    }

    /** The port really bound, once started. */
    public int port() {
        return port;
    }

    @Override
    public Future<?> start() {
        workers = vertx.createSharedWorkerExecutor("injection", REVIEWS_AT_ONCE);
        bodies = new ReviewBodies(vertx);
        Router router = Router.router(vertx);
        // As Istio's: a webhook's URL may go on with /cluster/NAME/net/NAME.
        router.postWithRegex("/inject(/.*)?").handler(this::inject);
        router.get("/ready").handler(context -> context.end("OK\n"));
        HttpServerOptions options = new HttpServerOptions()
                .setHost(address.getHostString())
                .setPort(address.getPort())
                .setSsl(true)
                .setKeyCertOptions(certificate)
                .setIdleTimeout(60);
        HttpServer server = vertx.createHttpServer(options).requestHandler(router);
        return server.listen().onSuccess(bound -> port = bound.actualPort());
    }

    @Override
    public Future<?> stop() {
        WorkerExecutor started = workers;
        return started == null ? Future.succeededFuture() : started.close();
    }

    private void inject(RoutingContext context) {
        HttpServerRequest request = context.request();
        String type = request.getHeader("content-type");
        WorkerExecutor running = workers;
        ReviewBodies taking = bodies;
        if (type == null || !type.strip().toLowerCase(Locale.ROOT).startsWith("application/json")) {
            answer(context, 415, "content-type: " + type + " (expected: application/json)");
        } else if (declared(request) > ReviewBodies.MOST_BYTES) {
            answer(
                    context,
                    413,
                    "body: more than " + ReviewBodies.MOST_BYTES + " bytes (expected: an AdmissionReview)");
        } else if (running != null && taking != null) {
            taking.take(request)
                    .compose(body -> running.executeBlocking(review(String.valueOf(request.path()), body), false)
                            .onComplete(_ -> taking.giveBack(body)))
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
