package dev.lateen.injector;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.InetSocketAddress;
import java.util.Locale;

/** The webhook: {@code POST /inject} over TLS on port 15017, one AdmissionReview a call. */
public final class InjectorWebhook extends VerticleBase {
    /** An API server sends at most 3 MiB of object, twice on updates. */
    private static final long MAX_BODY_BYTES = 8L * 1024 * 1024;

    private final InetSocketAddress address;
    private final KeyCertOptions certificate;
    private final AdmissionReviews reviews;
    private volatile int port;

    /** @param certificate the server's own; an API server checks it against the webhook configuration's CA bundle */
    public InjectorWebhook(InetSocketAddress address, KeyCertOptions certificate, Injection injection) {
        this.address = address;
        this.certificate = certificate;
        this.reviews = new AdmissionReviews(injection);
    }

    /** The port really bound, once started. */
    public int port() {
        return port;
    }

    @Override
    public Future<?> start() {
        Router router = Router.router(vertx);
        // As Istio's: a webhook's URL may go on with /cluster/NAME/net/NAME.
        router.postWithRegex("/inject(/.*)?")
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
                .handler(this::inject);
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

    private void inject(RoutingContext context) {
        String type = context.request().getHeader("content-type");
        if (type == null || !type.strip().toLowerCase(Locale.ROOT).startsWith("application/json")) {
            context.response().setStatusCode(415).end("content-type: " + type + " (expected: application/json)\n");
            return;
        }
        String body = context.body().asString();
        if (body == null) {
            context.response().setStatusCode(400).end("body: absent (expected: an AdmissionReview)\n");
            return;
        }
        try {
            context.response().putHeader("content-type", "application/json").end(reviews.answer(body));
        } catch (IllegalArgumentException e) {
            context.response().setStatusCode(400).end(e.getMessage() + "\n");
        }
    }
}
