package dev.lateen.proxy.admin;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.lateen.api.metrics.MetricsText;
import dev.lateen.proxy.upstream.UpstreamClusters;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers Envoy's admin paths (port 15000), Prometheus ({@code /stats/prometheus} on 15090) and readiness ({@code /healthz/ready} on
 * 15021). Each port answers its own paths only, as in Istio's pods.
 */
public final class AdminServer {
    /** The media type of short answers. */
    public static final String TEXT = "text/plain; charset=UTF-8";

    private static final String JSON = "application/json";

    /** Pages written at once on each port: what a Prometheus, a merging agent and somebody curious need, and no more. */
    private static final int MOST_PAGES = 4;

    private static final Duration READER_PATIENCE = Duration.ofSeconds(10);

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
        PageSender pages = new PageSender(vertx, MOST_PAGES, READER_PATIENCE);
        PageSender scrapes = new PageSender(vertx, MOST_PAGES, READER_PATIENCE);
        bind(bound, admin, (request, path) -> admin(request, path, pages));
        bind(bound, stats, (request, path) -> statsOnly(request, path, scrapes));
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
            List<Future<?>> bound, @Nullable InetSocketAddress address, BiConsumer<HttpServerRequest, String> handler) {
        if (address == null) {
            return;
        }
        HttpServerOptions options = new HttpServerOptions()
                .setHost(address.getHostString())
                .setPort(address.getPort())
                .setIdleTimeout(60)
                .setMaxHeaderSize(16 * 1024);
        HttpServer server = vertx.createHttpServer(options).requestHandler(request -> {
            String path = request.path();
            if (path == null) {
                answer(request.response().setStatusCode(404), TEXT, "a CONNECT without a path finds nothing here\n");
            } else {
                handler.accept(request, path);
            }
        });
        servers.add(server);
        bound.add(server.listen()
                .recover(e -> Future.failedFuture(new IOException(
                        "admin address " + address.getHostString() + ":" + address.getPort() + ": " + e.getMessage(),
                        e))));
    }

    private void statsOnly(HttpServerRequest request, String path, PageSender pages) {
        if (path.equals("/stats/prometheus") || path.equals("/metrics")) {
            prometheus(request, pages);
        } else {
            answer(request.response().setStatusCode(404), TEXT, "only /stats/prometheus is here\n");
        }
    }

    private void readinessOnly(HttpServerRequest request, String path) {
        if (path.equals("/healthz/ready")) {
            ready(request, AdminSource.State::name);
        } else {
            answer(request.response().setStatusCode(404), TEXT, "only /healthz/ready is here\n");
        }
    }

    private void admin(HttpServerRequest request, String path, PageSender pages) {
        boolean json = "json".equals(request.getParam("format"));
        switch (path) {
            case "/", "/help" -> answer(request.response(), TEXT, SmallPages.HELP);
            case "/ready" -> ready(request, state -> SmallPages.unready(source, state));
            case "/server_info" -> json(request, pages, () -> ServerInfoPage.json(source));
            case "/config_dump" -> configDump(request, pages);
            case "/clusters" -> clusters(request, pages, json);
            case "/listeners" ->
                pages.send(
                        request,
                        json ? JSON : TEXT,
                        out -> out.append(json ? ListenersPage.json(source) : ListenersPage.text(source)));
            case "/stats" -> stats(request, pages);
            case "/stats/prometheus" -> prometheus(request, pages);
            case "/certs" -> json(request, pages, () -> CertificatesPage.json(source.snapshot(), source.now()));
            case "/memory" -> json(request, pages, SmallPages::memory);
            case "/runtime" -> answer(request.response(), JSON, SmallPages.runtime());
            case "/init_dump" -> json(request, pages, () -> SmallPages.initDump(source));
            case "/hot_restart_version" -> answer(request.response(), TEXT, "disabled\n");
            case "/config_gaps" -> json(request, pages, () -> SmallPages.gaps(source));
            case "/contention" -> answer(request.response(), TEXT, "Mutex contention tracing is not enabled.\n");
            case "/reset_counters" -> resetCounters(request, pages);
            default -> mutation(request, path);
        }
    }

    private static void json(HttpServerRequest request, PageSender pages, Supplier<String> text) {
        pages.send(request, JSON, out -> out.append(text.get()));
    }

    /** Every counter is read, which takes longer than an event loop may be held. */
    private void resetCounters(HttpServerRequest request, PageSender pages) {
        if (isPost(request)) {
            pages.send(request, TEXT, out -> {
                statsPage.reset();
                out.append("OK\n");
            });
        }
    }

    /** Paths that change something, and all that do not exist. */
    private void mutation(HttpServerRequest request, String path) {
        switch (path) {
            case "/logging" -> change(request, () -> loggingPage.answer(query(request)));
            case "/drain_listeners" -> change(request, () -> drainListeners(request));
            case "/quitquitquit" -> changed(request, source::quit);
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

    private void clusters(HttpServerRequest request, PageSender pages, boolean json) {
        try {
            Pattern filter = Pattern.compile(query(request).getOrDefault("filter", ""));
            pages.send(request, json ? JSON : TEXT, json ? clustersPage.json(filter) : clustersPage.text(filter));
        } catch (PatternSyntaxException e) {
            fail(request, new IllegalArgumentException("Invalid re2 regex: " + e.getMessage(), e));
        }
    }

    /** A POST that changes something. */
    private static void change(HttpServerRequest request, Supplier<String> action) {
        if (!isPost(request)) {
            return;
        }
        try {
            answer(request.response(), TEXT, action.get());
        } catch (IllegalArgumentException e) {
            answer(request.response().setStatusCode(400), TEXT, e.getMessage() + "\n");
        }
    }

    /** A GET that would change something is refused as Envoy does. */
    private static boolean isPost(HttpServerRequest request) {
        if (request.method().equals(HttpMethod.POST)) {
            return true;
        }
        answer(
                request.response().setStatusCode(405),
                TEXT,
                "Method " + request.method() + " not allowed, POST required.\n");
        return false;
    }

    private void configDump(HttpServerRequest request, PageSender pages) {
        try {
            source.configDump(query(request))
                    .onSuccess(page -> pages.send(request, JSON, page))
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

    /** @param why what is said while it is not; strangers reach the readiness port, and learn no reasons there */
    private void ready(HttpServerRequest request, Function<AdminSource.State, String> why) {
        AdminSource.State state = source.state();
        answer(
                request.response().setStatusCode(state == AdminSource.State.LIVE ? 200 : 503),
                TEXT,
                (state == AdminSource.State.LIVE ? state.name() : why.apply(state)) + "\n");
    }

    private void stats(HttpServerRequest request, PageSender pages) {
        try {
            StatsQuery query = StatsQuery.of(query(request));
            switch (query.format()) {
                case TEXT -> pages.send(request, TEXT, statsPage.text(query));
                case JSON -> pages.send(request, JSON, statsPage.json(query));
                case PROMETHEUS -> pages.send(request, MetricsText.MEDIA_TYPE, statsPage.prometheus(query));
            }
        } catch (IllegalArgumentException e) {
            fail(request, e);
        }
    }

    /**
     * What Prometheus is told of the proxy.
     *
     * @param query as {@code /stats} knows it
     * @throws IllegalArgumentException for a query that makes no sense
     */
    public Page prometheus(Map<String, String> query) {
        return statsPage.prometheus(StatsQuery.of(query));
    }

    /** Always in the text format, as Envoy: whoever asks for OpenMetrics reads this too. */
    private void prometheus(HttpServerRequest request, PageSender pages) {
        try {
            pages.send(request, MetricsText.MEDIA_TYPE, prometheus(query(request)));
        } catch (IllegalArgumentException e) {
            fail(request, e);
        }
    }

    private static Map<String, String> query(HttpServerRequest request) {
        Map<String, String> query = new LinkedHashMap<>();
        request.params().forEach((key, value) -> query.put(key, value));
        return query;
    }

    /** A short answer, with the headers that all have; done when it has left. */
    public static Future<Void> answer(HttpServerResponse response, String type, String body) {
        return headers(response, type).end(body);
    }

    static HttpServerResponse headers(HttpServerResponse response, String type) {
        return response.putHeader("content-type", type)
                .putHeader("cache-control", "no-cache, max-age=0")
                .putHeader("x-content-type-options", "nosniff");
    }
}
