package dev.lateen.proxy.admin;

import dev.lateen.proxy.upstream.UpstreamClusters;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Answers Envoy's admin paths (port 15000), Prometheus ({@code /stats/prometheus} on 15090) and readiness ({@code /healthz/ready} on
 * 15021). Each port answers its own paths only, as in Istio's pods.
 */
public final class AdminServer {
    private static final String TEXT = "text/plain; charset=UTF-8";
    private static final String JSON = "application/json";

    private final Vertx vertx;
    private final AdminSource source;
    private final ClustersPage clustersPage;
    private final StatsPage statsPage;
    private final LoggingPage loggingPage = new LoggingPage();
    private final List<HttpServer> servers = new ArrayList<>();

    public AdminServer(Vertx vertx, AdminSource source, UpstreamClusters clusters) {
        this.vertx = vertx;
        this.source = source;
        this.clustersPage = new ClustersPage(clusters);
        this.statsPage = new StatsPage(source, clusters);
    }

    /**
     * Binds the ports. Null addresses are left out.
     *
     * @return done when all are bound; fails naming the address that can't be
     */
    public Future<Void> start(
            @Nullable InetSocketAddress admin,
            @Nullable InetSocketAddress stats,
            @Nullable InetSocketAddress readiness) {
        List<Future<?>> bound = new ArrayList<>();
        bind(bound, admin, this::admin);
        bind(bound, stats, this::statsOnly);
        bind(bound, readiness, this::readinessOnly);
        return Future.all(bound).mapEmpty();
    }

    /** The ports really bound, in the order admin, stats, readiness, without those left out. */
    public List<Integer> ports() {
        return servers.stream().map(HttpServer::actualPort).toList();
    }

    /** Unbinds. */
    public Future<Void> stop() {
        return Future.all(servers.stream().map(HttpServer::close).toList()).mapEmpty();
    }

    private void bind(
            List<Future<?>> bound,
            @Nullable InetSocketAddress address,
            io.vertx.core.Handler<HttpServerRequest> handler) {
        if (address == null) {
            return;
        }
        HttpServerOptions options = new HttpServerOptions()
                .setHost(address.getHostString())
                .setPort(address.getPort())
                .setIdleTimeout(60)
                .setMaxHeaderSize(16 * 1024);
        HttpServer server = vertx.createHttpServer(options).requestHandler(handler);
        servers.add(server);
        bound.add(server.listen()
                .recover(e -> Future.failedFuture(new IOException(
                        "admin address " + address.getHostString() + ":" + address.getPort() + ": " + e.getMessage(),
                        e))));
    }

    private void statsOnly(HttpServerRequest request) {
        if (request.path().equals("/stats/prometheus") || request.path().equals("/metrics")) {
            prometheus(request);
        } else {
            answer(request.response().setStatusCode(404), TEXT, "only /stats/prometheus is here\n");
        }
    }

    private void readinessOnly(HttpServerRequest request) {
        if (request.path().equals("/healthz/ready")) {
            ready(request);
        } else {
            answer(request.response().setStatusCode(404), TEXT, "only /healthz/ready is here\n");
        }
    }

    private void admin(HttpServerRequest request) {
        switch (request.path()) {
            case "/", "/help" -> answer(request.response(), TEXT, HELP);
            case "/ready" -> ready(request);
            case "/server_info" -> answer(request.response(), JSON, ServerInfoPage.json(source));
            case "/config_dump" -> configDump(request);
            case "/clusters" ->
                answer(request.response(), type(request), json(request) ? clustersPage.json() : clustersPage.text());
            case "/listeners" ->
                answer(
                        request.response(),
                        type(request),
                        json(request) ? ListenersPage.json(source) : ListenersPage.text(source));
            case "/stats" -> stats(request);
            case "/stats/prometheus" -> prometheus(request);
            case "/logging" -> change(request, () -> loggingPage.answer(query(request)));
            case "/drain_listeners" ->
                change(request, () -> {
                    source.drainListeners();
                    return "OK\n";
                });
            case "/quitquitquit" ->
                change(request, () -> {
                    source.quit();
                    return "OK\n";
                });
            default ->
                answer(request.response().setStatusCode(404), TEXT, "invalid path. admin commands are:\n" + HELP);
        }
    }

    private static final String HELP = """
          /clusters: upstream cluster status
          /config_dump: dump current configs (params: include_eds, resource, mask, name_regex)
          /drain_listeners (POST): drain listeners
          /listeners: print listener info
          /logging (POST): query/change logging levels (params: level, or LOGGER=LEVEL)
          /quitquitquit (POST): exit the proxy
          /ready: print server state, return 200 if LIVE, otherwise 503
          /server_info: print server version/status information
          /stats: print stats (params: filter, usedonly, format)
          /stats/prometheus: print stats in prometheus format
        """;

    /** A POST that changes something; a GET is refused as Envoy does. */
    private static void change(HttpServerRequest request, java.util.function.Supplier<String> action) {
        if (!request.method().equals(HttpMethod.POST)) {
            answer(
                    request.response().setStatusCode(405),
                    TEXT,
                    "Method " + request.method() + " not allowed, POST required.\n");
            return;
        }
        try {
            answer(request.response(), TEXT, action.get());
        } catch (IllegalArgumentException e) {
            answer(request.response().setStatusCode(400), TEXT, e.getMessage() + "\n");
        }
    }

    private void configDump(HttpServerRequest request) {
        try {
            source.configDump(query(request))
                    .onSuccess(json -> answer(request.response(), JSON, json))
                    .onFailure(error -> fail(request, error));
        } catch (IllegalArgumentException e) {
            fail(request, e);
        }
    }

    private static void fail(HttpServerRequest request, Throwable error) {
        int status = switch (error) {
            case IllegalArgumentException _ -> 400;
            case NoSuchElementException _ -> 404;
            default -> 500;
        };
        answer(request.response().setStatusCode(status), TEXT, error.getMessage() + "\n");
    }

    private void ready(HttpServerRequest request) {
        AdminSource.State state = source.state();
        answer(
                request.response().setStatusCode(state == AdminSource.State.LIVE ? 200 : 503),
                TEXT,
                state.name() + "\n");
    }

    private void stats(HttpServerRequest request) {
        String format = request.getParam("format");
        if ("prometheus".equals(format)) {
            prometheus(request);
            return;
        }
        try {
            Map<String, Long> values = statsPage.filtered(
                    request.getParam("filter"), request.params().contains("usedonly"));
            boolean json = "json".equals(format);
            answer(request.response(), json ? JSON : TEXT, json ? StatsPage.json(values) : StatsPage.text(values));
        } catch (IllegalArgumentException e) {
            answer(request.response().setStatusCode(400), TEXT, e.getMessage() + "\n");
        }
    }

    private void prometheus(HttpServerRequest request) {
        List<MetricSnapshot> families = new ArrayList<>(source.metrics());
        families.addAll(statsPage.prometheus());
        String accept = request.getHeader("accept");
        var writer = ExpositionFormats.init().findWriter(accept == null ? "" : accept);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            writer.write(out, new MetricSnapshots(families));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        request.response().putHeader("content-type", writer.getContentType()).end(Buffer.buffer(out.toByteArray()));
    }

    private static Map<String, String> query(HttpServerRequest request) {
        Map<String, String> query = new LinkedHashMap<>();
        request.params().forEach((key, value) -> query.put(key, value));
        return query;
    }

    private static boolean json(HttpServerRequest request) {
        return "json".equals(request.getParam("format"));
    }

    private static String type(HttpServerRequest request) {
        return json(request) ? JSON : TEXT;
    }

    private static void answer(HttpServerResponse response, String type, String body) {
        response.putHeader("content-type", type)
                .putHeader("cache-control", "no-cache, max-age=0")
                .end(body);
    }
}
