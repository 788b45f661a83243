package dev.lateen.proxy.agent;

import dev.lateen.proxy.admin.AdminServer;
import dev.lateen.proxy.admin.Page;
import dev.lateen.proxy.admin.PageSender;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's port, 15020. Everybody who reaches the pod reaches it, so what changes something is for the pod's own processes alone, and sizes, times and numbers are
 * bounded.
 */
public final class AgentServer {
    private static final Logger LOG = LoggerFactory.getLogger(AgentServer.class);
    private static final int MOST_HEADERS = 16 * 1024;
    private static final int LONGEST_LINE = 4 * 1024;
    private static final long LONGEST_BODY = 64 * 1024;
    private static final String JSON = "application/json";
    private static final int MOST_SCRAPES = 4;
    private static final Duration READER_PATIENCE = Duration.ofSeconds(10);

    private final AgentSettings settings;
    private final AgentSource source;
    private final Guests guests;
    private final AppProbes probes;
    private final MergedMetrics metrics;
    private final PageSender pages;
    private final HttpServer server;

    public AgentServer(Vertx vertx, AgentSettings settings, AgentSource source) {
        this(vertx, settings, source, Guests.Limits.USUAL);
    }

    AgentServer(Vertx vertx, AgentSettings settings, AgentSource source, Guests.Limits limits) {
        this.settings = settings;
        this.source = source;
        this.guests = new Guests(vertx, limits);
        this.probes = new AppProbes(vertx, settings.way());
        this.pages = new PageSender(vertx, MOST_SCRAPES, READER_PATIENCE);
        this.metrics = new MergedMetrics(
                vertx, new Scraper(vertx, loopback(settings.way())), settings.targets(), source, pages);
        HttpServerOptions options = new HttpServerOptions()
                .setHost(settings.address().getHostString())
                .setPort(settings.address().getPort())
                .setMaxHeaderSize(MOST_HEADERS)
                .setMaxInitialLineLength(LONGEST_LINE)
                .setHttp2ClearTextEnabled(false);
        this.server =
                vertx.createHttpServer(options).connectionHandler(guests::enter).requestHandler(this::take);
    }

    private static String loopback(AgentSettings.Way way) {
        return way.host().indexOf(':') >= 0 ? "::1" : "127.0.0.1";
    }

    /** Binds the port; fails naming an address that can't be bound. */
    public Future<Void> start() {
        InetSocketAddress address = settings.address();
        return server.listen()
                .recover(e -> Future.failedFuture(new IOException(
                        "agent address " + address.getHostString() + ":" + address.getPort() + ": " + e.getMessage(),
                        e)))
                .mapEmpty();
    }

    /** The port really bound. */
    public int port() {
        return server.actualPort();
    }

    /** Connections that are open now. */
    int guests() {
        return guests.count();
    }

    /** Unbinds. */
    public Future<Void> stop() {
        return server.close().eventually(probes::close).eventually(metrics::close);
    }

    private void take(HttpServerRequest request) {
        guests.asked(request.connection());
        request.response().endHandler(_ -> guests.answered(request.connection()));
        if (tooLong(request)) {
            refuse(request, 413, "no body is read here");
            return;
        }
        String path = request.path();
        switch (path == null ? "" : path) {
            case "/healthz/ready" -> ready(request);
            case "/stats/prometheus", "/metrics" -> metrics(request);
            case "/debug/ndsz" -> names(request);
            case "/drain" -> change(request, source::drain);
            case "/quitquitquit" -> change(request, source::quit);
            default -> probe(request, String.valueOf(path));
        }
    }

    /** A body is passed over; a long one, or one whose length nobody says, is not waited for. */
    private static boolean tooLong(HttpServerRequest request) {
        String length = request.getHeader("content-length");
        if (length == null) {
            return request.headers().contains("transfer-encoding");
        }
        try {
            return Long.parseLong(length) > LONGEST_BODY;
        } catch (NumberFormatException e) {
            return true;
        }
    }

    private void ready(HttpServerRequest request) {
        boolean ready = source.isReady();
        AdminServer.answer(
                request.response().setStatusCode(ready ? 200 : 503),
                AdminServer.TEXT,
                ready ? "ready\n" : "not ready\n");
    }

    private void metrics(HttpServerRequest request) {
        if (settings.metricsForThisPodOnly() && !isFromThisPod(request)) {
            refuse(request, 403, "only for requests from localhost");
        } else {
            metrics.answer(request);
        }
    }

    private void names(HttpServerRequest request) {
        if (!isFromThisPod(request)) {
            refuse(request, 403, "only for requests from localhost");
            return;
        }
        Page names = source.names();
        if (names == null) {
            AdminServer.answer(request.response().setStatusCode(404), JSON, "{}\n");
        } else {
            pages.send(request, JSON, names);
        }
    }

    private void probe(HttpServerRequest request, String path) {
        AppProbe probe = settings.probes().get(path);
        if (probe != null) {
            probes.ask(request, probe, port());
        } else if (path.startsWith("/app-health/") || path.startsWith("/app-lifecycle/")) {
            LOG.warn("no probe of the application is known for {}", path);
            refuse(request, 400, "app prober config does not exists for " + path);
        } else {
            refuse(request, 404, "nothing of that name is here");
        }
    }

    /** For processes of this pod alone, and as a POST, so that no page of a browser does it. */
    private void change(HttpServerRequest request, Runnable action) {
        if (!isFromThisPod(request)) {
            refuse(request, 403, "only for requests from localhost");
        } else if (!request.method().equals(HttpMethod.POST)) {
            refuse(request, 405, "method " + request.method() + " not allowed (expected: POST)");
        } else {
            LOG.info("asked for {}", request.path());
            AdminServer.answer(request.response(), AdminServer.TEXT, "OK").onComplete(_ -> action.run());
        }
    }

    private static void refuse(HttpServerRequest request, int status, String why) {
        AdminServer.answer(
                request.response().setStatusCode(status).putHeader("connection", "close"),
                AdminServer.TEXT,
                why + "\n");
    }

    /** The addresses by which the sidecar passes on what came from elsewhere are loopback addresses too. */
    private boolean isFromThisPod(HttpServerRequest request) {
        SocketAddress remote = request.remoteAddress();
        String text = remote == null ? null : remote.hostAddress();
        if (text == null || text.equals(settings.way().from()) || text.equals("127.0.0.6")) {
            return false;
        }
        return InetAddress.ofLiteral(text).isLoopbackAddress();
    }
}
