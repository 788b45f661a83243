package dev.lateen.istiod.debug;

import dev.lateen.istiod.config.ConfigSource;
import dev.lateen.istiod.discovery.ConfigDump;
import dev.lateen.istiod.discovery.DiscoveryServer;
import dev.lateen.istiod.discovery.ProxyStatus;
import dev.lateen.istiod.model.MeshSnapshot;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The pages on 15014: {@code /ready}, {@code /metrics}, {@code /version} and {@code /debug/...}. */
public final class DebugServer {
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final DebugViews views;
    private final DiscoveryServer discovery;
    private final IstiodMetrics metrics;
    private final Readiness readiness;
    private final String version;

    /**
     * @param mesh the snapshot in force; null before the first
     * @param version as JSON, for {@code /version}
     */
    public DebugServer(
            DiscoveryServer discovery,
            ConfigSource config,
            Supplier<@Nullable MeshSnapshot> mesh,
            IstiodMetrics metrics,
            Readiness readiness,
            String version) {
        this.views = new DebugViews(discovery, config, mesh);
        this.discovery = discovery;
        this.metrics = metrics;
        this.readiness = readiness;
        this.version = version;
    }

    /** Answers the requests of an HTTP server. */
    public Handler<HttpServerRequest> handler(Vertx vertx) {
        Router router = Router.router(vertx);
        router.get("/ready").handler(this::ready);
        page(router, "/metrics", PROMETHEUS, metrics::text);
        page(router, "/version", JSON, () -> version);
        page(router, "/debug/syncz", JSON, () -> views.syncz().toPrettyString());
        page(router, "/debug/adsz", JSON, () -> views.adsz().toPrettyString());
        page(router, "/debug/registryz", JSON, () -> views.registryz().toPrettyString());
        page(router, "/debug/endpointz", JSON, () -> views.endpointz().toPrettyString());
        page(router, "/debug/configz", JSON, () -> views.configz().toPrettyString());
        router.get("/debug/config_dump").handler(this::configDump);
        return router;
    }

    /** A page takes as long as the mesh is large, so it is not made on the event loop. */
    private static void page(Router router, String path, String type, Supplier<String> content) {
        router.get(path)
                .handler(request -> request.vertx()
                        .executeBlocking(content::get, false)
                        .onSuccess(text -> answer(request, 200, type, text))
                        .onFailure(request::fail));
    }

    private static void answer(RoutingContext request, int status, String type, String text) {
        request.response().setStatusCode(status).putHeader("content-type", type).end(text);
    }

    private void ready(RoutingContext request) {
        List<String> missing = readiness.missing();
        if (missing.isEmpty()) {
            answer(request, 200, TEXT, "ready\n");
        } else {
            answer(request, 503, TEXT, "not ready: " + String.join(", ", missing) + "\n");
        }
    }

    private void configDump(RoutingContext request) {
        List<String> ids = request.queryParam("proxyID");
        if (ids.size() != 1) {
            answer(request, 400, TEXT, "proxyID: " + ids.size() + " times (accepted: once, POD.NAMESPACE)\n");
            return;
        }
        Optional<ProxyStatus> status = views.find(ids.getFirst());
        if (status.isEmpty()) {
            answer(request, 404, TEXT, "proxyID: no such proxy is connected (accepted: one of /debug/syncz)\n");
            return;
        }
        request.vertx()
                .executeBlocking(() -> ConfigDump.json(discovery, status.get()), false)
                .onSuccess(text -> answer(request, 200, JSON, text))
                .onFailure(request::fail);
    }
}
