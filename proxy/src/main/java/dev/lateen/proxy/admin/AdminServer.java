package dev.lateen.proxy.admin;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.lateen.proxy.upstream.UpstreamClusters;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
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
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final Vertx vertx;
    private final AdminSource source;
    private final ClustersPage clustersPage;
    private final StatsPage statsPage;
    private final LoggingPage loggingPage = new LoggingPage();
    private final List<HttpServer> servers = new ArrayList<>();

    public AdminServer(Vertx vertx, AdminSource source, UpstreamClusters clusters) {
        this.vertx = vertx;
        this.source = source;
        this.clustersPage = new ClustersPage(clusters, source::isStaticCluster);
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
        HttpServerResponse response = request.response();
        switch (request.path()) {
            case "/", "/help" -> answer(response, TEXT, SmallPages.HELP);
            case "/ready" -> ready(request);
            case "/server_info" -> answer(response, JSON, ServerInfoPage.json(source));
            case "/config_dump" -> configDump(request);
            case "/clusters" -> clusters(request);
            case "/listeners" ->
                answer(
                        response,
                        type(request),
                        json(request) ? ListenersPage.json(source) : ListenersPage.text(source));
            case "/stats" -> stats(request);
            case "/stats/prometheus" -> prometheus(request);
            case "/certs" -> answer(response, JSON, CertificatesPage.json(source.snapshot(), source.now()));
            case "/memory" -> answer(response, JSON, SmallPages.memory());
            case "/runtime" -> answer(response, JSON, SmallPages.runtime());
            case "/init_dump" -> answer(response, JSON, SmallPages.initDump(source));
            case "/hot_restart_version" -> answer(response, TEXT, "disabled\n");
            case "/contention" -> answer(response, TEXT, "Mutex contention tracing is not enabled.\n");
            default -> mutation(request);
        }
    }

    /** Paths that change something, and all that do not exist. */
    private void mutation(HttpServerRequest request) {
        switch (request.path()) {
            case "/logging" -> change(request, () -> loggingPage.answer(query(request)));
            case "/drain_listeners" -> change(request, () -> drainListeners(request));
            case "/quitquitquit" -> changed(request, source::quit);
            case "/reset_counters" -> changed(request, statsPage::reset);
            case "/reopen_logs" -> changed(request, source::reopenLogs);
            case "/healthcheck/fail" -> changed(request, () -> source.failHealthChecks(true));
            case "/healthcheck/ok" -> changed(request, () -> source.failHealthChecks(false));
            default -> answer(request.response().setStatusCode(404), TEXT, "invalid path. " + SmallPages.HELP);
        }
    }

    private String drainListeners(HttpServerRequest request) {
        source.drainListeners(request.params().contains("inboundonly"));
        return "OK\n";
    }

    private static void changed(HttpServerRequest request, Runnable action) {
        change(request, () -> {
            action.run();
            return "OK\n";
        });
    }

    private void clusters(HttpServerRequest request) {
        try {
            Pattern filter = Pattern.compile(query(request).getOrDefault("filter", ""));
            answer(
                    request.response(),
                    type(request),
                    json(request) ? clustersPage.json(filter) : clustersPage.text(filter));
        } catch (PatternSyntaxException e) {
            fail(request, new IllegalArgumentException("Invalid re2 regex: " + e.getMessage(), e));
        }
    }

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
                    .onSuccess(page -> answer(request.response(), JSON, page))
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
        try {
            StatsQuery query = StatsQuery.of(query(request));
            switch (query.format()) {
                case TEXT -> answer(request.response(), TEXT, statsPage.text(query));
                case JSON -> answer(request.response(), JSON, statsPage.json(query));
                case PROMETHEUS -> answer(request.response(), PROMETHEUS, statsPage.prometheus(query));
            }
        } catch (IllegalArgumentException e) {
            fail(request, e);
        }
    }

    /** Always in the text format, as Envoy: whoever asks for OpenMetrics reads this too. */
    private void prometheus(HttpServerRequest request) {
        try {
            answer(request.response(), PROMETHEUS, statsPage.prometheus(StatsQuery.of(query(request))));
        } catch (IllegalArgumentException e) {
            fail(request, e);
        }
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
                .putHeader("x-content-type-options", "nosniff")
                .end(body);
    }

    private static void answer(HttpServerResponse response, String type, Page page) {
        response.putHeader("content-type", type)
                .putHeader("cache-control", "no-cache, max-age=0")
                .putHeader("x-content-type-options", "nosniff")
                .setChunked(true);
        send(response, page);
    }

    /** As fast as the client reads. */
    private static void send(HttpServerResponse response, Page page) {
        while (!response.writeQueueFull()) {
            Buffer piece = page.next();
            if (piece == null) {
                response.end();
                return;
            }
            response.write(piece);
        }
        response.drainHandler(_ -> send(response, page));
    }
}
