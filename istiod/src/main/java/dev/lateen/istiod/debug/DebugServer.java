package dev.lateen.istiod.debug;

import dev.lateen.istiod.config.JoinedConfig;
import dev.lateen.istiod.discovery.DiscoveryServer;
import dev.lateen.istiod.discovery.ProxyStatus;
import dev.lateen.istiod.discovery.SentConfig;
import dev.lateen.istiod.model.MeshSnapshot;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The pages on 15014: {@code /ready}, {@code /metrics}, {@code /version} and {@code /debug/...}, by Istio's names and in its shapes. */
public final class DebugServer {
    private static final String DEBUG = "/debug/";
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String HTML = "text/html; charset=utf-8";

    private final JsonMapper json = DebugJson.mapper();
    private final ProxyViews proxies;
    private final RegistryViews registry;
    private final ConfigViews config;
    private final DiscoveryServer discovery;
    private final MetricsAnswer metrics;
    private final Readiness readiness;
    private final DebugAccess access;
    private final String version;
    private final Map<String, String> pages = new TreeMap<>();

    /**
     * @param mesh the snapshot in force; null before the first
     * @param access who may see {@code /debug}
     * @param version for {@code /version}
     */
    public DebugServer(
            DiscoveryServer discovery,
            JoinedConfig config,
            Supplier<@Nullable MeshSnapshot> mesh,
            MetricsAnswer metrics,
            Readiness readiness,
            DebugAccess access,
            String version) {
        this.proxies = new ProxyViews(json, discovery);
        this.registry = new RegistryViews(json, discovery, mesh);
        this.config = new ConfigViews(json, config, mesh);
        this.discovery = discovery;
        this.metrics = metrics;
        this.readiness = readiness;
        this.access = access;
        this.version = version;
    }

    /** Answers the requests of an HTTP server. */
    public Handler<HttpServerRequest> handler(Vertx vertx) {
        Router router = Router.router(vertx);
        router.get("/ready").handler(this::ready);
        router.get("/metrics").handler(request -> metrics.send(vertx, request.request()));
        made(router, "/version", TEXT, request -> version);
        router.route("/debug*").handler(this::admit);
        view(router, "syncz", "how far each proxy is with each type", proxies::syncz);
        view(router, "connections", "the discovery streams", proxies::connections);
        view(router, "registryz", "the services", registry::registryz);
        view(router, "endpointz", "the endpoints of each service's ports", registry::endpointz);
        view(router, "instancesz", "what each connected proxy serves", registry::instancesz);
        view(router, "configz", "the resources in force", config::configz);
        view(
                router,
                "objectz",
                "what has become of each object, and who has acknowledged it",
                () -> config.objectz(discovery.proxies()));
        view(router, "mesh", "the mesh config in force", config::meshConfig);
        view(router, "authorizationz", "the authorization policies", config::authorizationz);
        view(router, "telemetryz", "the Telemetry resources", config::telemetryz);
        view(router, "push_status", "what of the config is refused, doubtful or without effect", config::pushStatus);
        ofProxy(router, "config_dump", "what a proxy was sent (proxyID=POD.NAMESPACE, include_eds=true)", this::dump);
        ofProxy(
                router,
                "edsz",
                "the endpoints that a proxy was sent (proxyID)",
                (status, request) -> SentConfig.endpoints(discovery, status));
        ofProxy(
                router,
                "ndsz",
                "the names that a proxy was sent (proxyID)",
                (status, request) -> SentConfig.names(discovery, status));
        pages.put("adsz", "the streams and what they ask for (proxyID for one)");
        router.get(DEBUG + "adsz").handler(this::adsz);
        view(router, "list", "the names of these pages", () -> json.valueToTree(pages.keySet()));
        made(router, "/debug", HTML, request -> index());
        return router;
    }

    private void admit(RoutingContext request) {
        SocketAddress from = request.request().remoteAddress();
        if (DebugAccess.isOfThisMachine(from)) {
            request.next();
            return;
        }
        String authorization = request.request().getHeader("authorization");
        request.vertx()
                .executeBlocking(() -> access.check(from, authorization), false)
                .onSuccess(verdict -> {
                    if (verdict.isAllowed()) {
                        request.next();
                    } else {
                        answer(request, verdict.status(), TEXT, verdict.reason() + "\n");
                    }
                })
                .onFailure(request::fail);
    }

    private void view(Router router, String name, String help, Supplier<? extends JsonNode> content) {
        pages.put(name, help);
        made(router, DEBUG + name, JSON, request -> content.get().toPrettyString());
    }

    /** A page takes as long as the mesh is large, so it is not made on the event loop. */
    private static void made(Router router, String path, String type, Function<RoutingContext, String> content) {
        router.get(path).handler(request -> make(request, type, content));
    }

    private static void make(RoutingContext request, String type, Function<RoutingContext, String> content) {
        request.vertx()
                .executeBlocking(() -> content.apply(request), false)
                .onSuccess(text -> answer(request, 200, type, text))
                .onFailure(request::fail);
    }

    private static void answer(RoutingContext request, int status, String type, String text) {
        request.response().setStatusCode(status).putHeader("content-type", type).end(text);
    }

    /** What is required may be a look at every proxy, and that waits for whoever is being translated for. */
    private void ready(RoutingContext request) {
        request.vertx()
                .executeBlocking(readiness::missing, false)
                .onSuccess(missing -> {
                    if (missing.isEmpty()) {
                        answer(request, 200, TEXT, "ready\n");
                    } else {
                        answer(request, 503, TEXT, "not ready: " + String.join(", ", missing) + "\n");
                    }
                })
                .onFailure(request::fail);
    }

    /** Makes a page of a proxy. */
    private interface ProxyPage {
        String of(ProxyStatus status, RoutingContext request);
    }

    private void ofProxy(Router router, String name, String help, ProxyPage page) {
        pages.put(name, help);
        router.get(DEBUG + name).handler(request -> {
            List<String> ids = request.queryParam("proxyID");
            if (ids.size() != 1) {
                answer(request, 400, TEXT, "proxyID: " + ids.size() + " times (accepted: once, POD.NAMESPACE)\n");
                return;
            }
            made(request, ids.getFirst(), page);
        });
    }

    /** A page of the proxy of that name. To look it up takes a moment, too, while it is being translated for. */
    private void made(RoutingContext request, String id, ProxyPage page) {
        request.vertx()
                .executeBlocking(() -> discovery.proxy(id).map(status -> page.of(status, request)), false)
                .onSuccess(text -> {
                    if (text.isPresent()) {
                        answer(request, 200, JSON, text.get());
                    } else {
                        answer(
                                request,
                                404,
                                TEXT,
                                "proxyID: no such proxy is connected (accepted: one of /debug/syncz)\n");
                    }
                })
                .onFailure(request::fail);
    }

    private String dump(ProxyStatus status, RoutingContext request) {
        return SentConfig.json(
                discovery, status, request.queryParam("include_eds").contains("true"));
    }

    private void adsz(RoutingContext request) {
        List<String> ids = request.queryParam("proxyID");
        if (ids.isEmpty()) {
            make(request, JSON, r -> proxies.adsz(discovery.proxies()).toPrettyString());
        } else {
            made(request, ids.getFirst(), (one, r) -> proxies.adsz(List.of(one)).toPrettyString());
        }
    }

    private String index() {
        StringBuilder page = new StringBuilder("<!DOCTYPE html><title>istiod</title><h1>istiod</h1><dl>\n");
        pages.forEach((name, help) ->
                page.append("<dt><a href=\"/debug/%1$s\">/debug/%1$s</a><dd>%2$s\n".formatted(name, help)));
        return page.append("</dl>\n").toString();
    }
}
