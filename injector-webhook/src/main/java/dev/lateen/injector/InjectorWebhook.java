package dev.lateen.injector;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.ext.web.Router;
import java.net.InetSocketAddress;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The webhook: {@code POST /inject} over TLS on port 15017, on a server of its own. */
public final class InjectorWebhook extends VerticleBase {
    private final InetSocketAddress address;
    private final KeyCertOptions certificate;
    private final Injection injection;
    private final Function<String, NamespaceMarks> namespaces;
    private @Nullable InjectionRoutes routes;
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
        this.injection = injection;
        this.namespaces = namespaces;
    }

    /** The port really bound, once started. */
    public int port() {
        return port;
    }

    @Override
    public Future<?> start() {
        InjectionRoutes made = new InjectionRoutes(vertx, injection, namespaces);
        routes = made;
        Router router = Router.router(vertx);
        made.serveOn(router);
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
        InjectionRoutes started = routes;
        return started == null ? Future.succeededFuture() : started.close();
    }
}
