package dev.lateen.istiod.discovery;

import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.model.ProxyNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.grpc.server.GrpcServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** A discovery server on a free port, and what it told of its streams. */
final class Ads implements AutoCloseable {
    final Vertx vertx = Vertx.vertx();
    final List<String> told = new CopyOnWriteArrayList<>();
    final DiscoveryServer server;
    private final HttpServer http;

    /** So long that a test is over before. */
    static final Duration FOR_EVER = Duration.ofHours(1);

    /** A server that waits for its peers' answers for as long as they need. */
    Ads() {
        this(FOR_EVER, FOR_EVER);
    }

    /** A server with these waits for a peer's answers. */
    Ads(Duration makeBeforeBreak, Duration answerWithin) {
        this(DiscoverySettings.defaults("test").withPatience(makeBeforeBreak, answerWithin), CallerCheck.NONE);
    }

    Ads(DiscoverySettings settings, CallerCheck peerCheck) {
        server = new DiscoveryServer(settings, events(), InstantSource.system(), System::nanoTime, new Random(1));
        GrpcServer grpc = GrpcServer.server(vertx);
        server.serveOn(grpc, peerCheck);
        http = vertx.createHttpServer()
                .requestHandler(grpc)
                .listen(0, "127.0.0.1")
                .await();
    }

    int port() {
        return http.actualPort();
    }

    AdsPeer delta() {
        return AdsPeer.delta(vertx, port());
    }

    AdsPeer stateOfTheWorld() {
        return AdsPeer.stateOfTheWorld(vertx, port());
    }

    private DiscoveryEvents events() {
        return new DiscoveryEvents() {
            @Override
            public void refused(String peerAddress, String reason) {
                told.add("refused: " + reason);
            }

            @Override
            public void rejected(ProxyNode node, String typeUrl, int code, String reason) {
                told.add("rejected: " + reason);
            }

            @Override
            public void silent(ProxyNode node, String typeUrl, Duration since) {
                told.add("silent: " + TypeUrls.shortName(typeUrl) + " for " + since.toMillis() + " ms");
            }

            @Override
            public void lost(ProxyNode node) {
                told.add("lost");
            }

            @Override
            public void disconnected(ProxyNode node) {
                told.add("disconnected");
            }

            @Override
            public void inForce(long version, Set<String> touched, Set<String> absent, Duration took) {
                told.add("in force: " + version + " " + touched + (absent.isEmpty() ? "" : " not " + absent));
            }
        };
    }

    @Override
    public void close() {
        server.stop();
        http.close().await();
        vertx.close().await();
    }
}
