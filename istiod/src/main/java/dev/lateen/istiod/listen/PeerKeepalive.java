package dev.lateen.istiod.listen;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Finds peers that are gone without a word (a machine that lost its power, a network that lost a route): nothing is on its way to a proxy
 * that has everything, so without a question its stream, its thread and its place in {@code proxy-status} would stay for ever.
 *
 * @param pingEvery how often an HTTP/2 peer is asked for a sign of life (Istio: {@code keepaliveInterval}, 30 s)
 * @param silence after which a connection on which nothing was heard is closed; above {@code pingEvery}
 */
public record PeerKeepalive(Duration pingEvery, Duration silence) {
    /** A lost proxy is forgotten within one and a half minutes. */
    public static final PeerKeepalive USUAL = new PeerKeepalive(Duration.ofSeconds(30), Duration.ofSeconds(90));

    private static final Buffer PING = Buffer.buffer("lateen??");

    /** The same options with an end to silence. */
    HttpServerOptions on(HttpServerOptions options) {
        return options.setReadIdleTimeout((int) silence.toMillis()).setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
    }

    /** Asks every peer of a server. */
    void watch(Vertx vertx, HttpServer server) {
        server.connectionHandler(connection -> {
            long timer = vertx.setPeriodic(pingEvery.toMillis(), t -> ping(vertx, connection, t));
            connection.closeHandler(closed -> vertx.cancelTimer(timer));
        });
    }

    private static void ping(Vertx vertx, HttpConnection connection, long timer) {
        try {
            // The answer itself says nothing: that something was read is what counts.
            connection.ping(PING).onFailure(gone -> vertx.cancelTimer(timer));
        } catch (UnsupportedOperationException e) {
            // HTTP/1 has no pings; an idle client of the debug pages may connect again.
            vertx.cancelTimer(timer);
        }
    }
}
