package dev.lateen.install.standin;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.NetServer;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Starts stand-ins. All of them share the event loops of one Vert.x and one HTTP client, so that a dozen cost little more than one. Thread-safe.
 */
public final class StandIns {
    private static final int MAX_CALLS_PER_TARGET = 512;
    /** Shorter than any sidecar keeps a connection, so that a call never meets one that is just being closed. */
    private static final int KEEP_ALIVE_SECONDS = 30;

    private static final long GRACE_MILLIS = 2_000;

    private final Vertx vertx;
    private final HttpClient client;
    private final UserSession session;
    private final RandomGenerator random;

    /**
     * With the event loops to use.
     *
     * @param sessionKey signs the login cookie of productpage; at least 16 bytes
     * @param random chooses what httpbin leaves to chance
     */
    public StandIns(Vertx vertx, byte[] sessionKey, RandomGenerator random) {
        this.vertx = vertx;
        this.random = random;
        this.session = new UserSession(sessionKey);
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setKeepAliveTimeout(KEEP_ALIVE_SECONDS),
                new PoolOptions().setHttp1MaxSize(MAX_CALLS_PER_TARGET));
    }

    /** A stand-in at work. */
    public interface Running {
        /** The ports it listens on; empty if it only waits. */
        List<Integer> ports();

        /** Finishes what is under way, within two seconds, and closes the ports. */
        Future<Void> stop();
    }

    /** Starts a stand-in; fails, having closed what it opened, if a port can't be bound. */
    public Future<Running> start(SampleImage image, StandInBootstrap given) {
        StandInBootstrap bootstrap = withImageEnvironment(image, given);
        if (image == SampleImage.CURL) {
            return Future.succeededFuture(new Servers(List.of(), List.of(), List.of()));
        }
        if (image == SampleImage.TCP_ECHO) {
            return startTcp(bootstrap, ports(bootstrap, tcpPorts(bootstrap)));
        }
        return startHttp(bootstrap, router(image, bootstrap), ports(bootstrap, List.of(image.defaultPort())));
    }

    /** Closes the connections that the stand-ins hold to their sidecars. */
    public Future<Void> close() {
        return client.close();
    }

    private Router router(SampleImage image, StandInBootstrap bootstrap) {
        OutboundCalls calls = new OutboundCalls(client, bootstrap.outbound());
        Router router = Router.router(vertx);
        switch (image) {
            case PRODUCTPAGE -> new Productpage(bootstrap, calls, session).mount(router);
            case DETAILS_V1, DETAILS_V2 -> new Details(bootstrap, calls).mount(router);
            case REVIEWS_V1, REVIEWS_V2, REVIEWS_V3 -> new Reviews(bootstrap, calls).mount(router);
            case RATINGS_V1 -> new Ratings().mount(router);
            case GO_HTTPBIN -> new Httpbin(vertx, HttpbinEcho.Dialect.GO, bootstrap, random).mount(router);
            case HTTPBIN -> new Httpbin(vertx, HttpbinEcho.Dialect.PYTHON, bootstrap, random).mount(router);
            case HELLOWORLD_V1, HELLOWORLD_V2 -> new HelloWorld(bootstrap).mount(router);
            case TCP_ECHO, CURL -> throw new IllegalArgumentException(image + " speaks no HTTP");
        }
        return router;
    }

    private Future<Running> startHttp(
            StandInBootstrap bootstrap, Handler<HttpServerRequest> handler, List<Integer> ports) {
        List<HttpServer> servers = new ArrayList<>();
        List<Future<?>> listening = new ArrayList<>();
        for (int port : ports) {
            HttpServer server = vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(true));
            servers.add(server);
            listening.add(server.requestHandler(handler).listen(port, bootstrap.address()));
        }
        return all(listening, new Servers(ports, servers, List.of()));
    }

    private Future<Running> startTcp(StandInBootstrap bootstrap, List<Integer> ports) {
        String prefix = bootstrap.args().size() > 1 ? bootstrap.args().get(1) : "hello";
        List<NetServer> servers = new ArrayList<>();
        List<Future<?>> listening = new ArrayList<>();
        for (int port : ports) {
            NetServer server = vertx.createNetServer();
            servers.add(server);
            listening.add(server.connectHandler(new TcpEcho(prefix)).listen(port, bootstrap.address()));
        }
        return all(listening, new Servers(ports, List.of(), servers));
    }

    private static Future<Running> all(List<Future<?>> listening, Servers servers) {
        return Future.join(listening)
                .<Running>map(servers)
                .recover(cause -> servers.stop().transform(closed -> Future.failedFuture(cause)));
    }

    private static List<Integer> ports(StandInBootstrap bootstrap, List<Integer> originals) {
        return bootstrap.ports().isEmpty() ? originals : bootstrap.ports();
    }

    /** The sample's first argument lists its ports; one of them is left undeclared on purpose, so the argument wins. */
    private static List<Integer> tcpPorts(StandInBootstrap bootstrap) {
        List<Integer> ports = new ArrayList<>();
        if (!bootstrap.args().isEmpty()) {
            for (String port : bootstrap.args().getFirst().split(",", -1)) {
                ProductId.of(port.strip()).ifPresent(ports::add);
            }
        }
        return ports.isEmpty() ? List.of(SampleImage.TCP_ECHO.defaultPort()) : ports;
    }

    private static StandInBootstrap withImageEnvironment(SampleImage image, StandInBootstrap given) {
        var environment = new HashMap<>(image.environment());
        environment.putAll(given.environment());
        List<Integer> ports = image == SampleImage.TCP_ECHO ? List.<Integer>of() : given.ports();
        return new StandInBootstrap(
                given.podName(), given.address(), ports, given.args(), environment, given.outbound());
    }

    private record Servers(List<Integer> ports, List<HttpServer> http, List<NetServer> tcp) implements Running {
        @Override
        public Future<Void> stop() {
            List<Future<?>> closing = new ArrayList<>();
            http.forEach(server -> closing.add(server.shutdown(GRACE_MILLIS, TimeUnit.MILLISECONDS)));
            tcp.forEach(server -> closing.add(server.shutdown(GRACE_MILLIS, TimeUnit.MILLISECONDS)));
            return Future.join(closing).mapEmpty();
        }
    }
}
