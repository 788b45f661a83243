package dev.lateen.proxy.agent;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientConfig;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.SocketAddress;
import java.util.EnumMap;
import java.util.Map;

/** The HTTP clients that probes need, each made when the first probe of its kind asks. Safe for use by several threads. */
final class ProbeClients {
    private static final int MOST_CONNECTIONS = 128;

    private final Vertx vertx;
    private final AgentSettings.Way way;
    private final Map<Kind, HttpClient> made = new EnumMap<>(Kind.class);

    /** How they speak. */
    enum Kind {
        /** HTTP/1.1. */
        CLEAR,
        /** Over TLS, whose certificate names nobody whom a kubelet knows either; HTTP/2 if both can. */
        TLS,
        /** HTTP/2 without TLS. */
        H2C
    }

    ProbeClients(Vertx vertx, AgentSettings.Way way) {
        this.vertx = vertx;
        this.way = way;
    }

    synchronized HttpClient of(Kind kind) {
        return made.computeIfAbsent(kind, this::make);
    }

    private HttpClient make(Kind kind) {
        // As the kubelet, which asks each time on a new connection.
        HttpClientOptions options = new HttpClientOptions().setKeepAlive(false).setHttp2KeepAliveTimeout(1);
        switch (kind) {
            case CLEAR -> options.setProtocolVersion(HttpVersion.HTTP_1_1);
            case H2C -> options.setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false);
            case TLS ->
                options.setSsl(true)
                        .setTrustAll(true)
                        .setVerifyHost(false)
                        .setUseAlpn(way.http2())
                        .setProtocolVersion(way.http2() ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1);
        }
        HttpClientConfig config = new HttpClientConfig(options);
        if (!way.from().isEmpty()) {
            // Of HttpClientOptions' own local address nothing comes.
            config.getTcpConfig().setLocalAddress(SocketAddress.inetSocketAddress(0, way.from()));
        }
        PoolOptions pool = new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS).setHttp2MaxSize(MOST_CONNECTIONS);
        return kind == Kind.TLS
                ? vertx.createHttpClient(config, options.getSslOptions(), pool)
                : vertx.createHttpClient(config, pool);
    }

    synchronized Future<Void> close() {
        return Future.join(made.values().stream().map(HttpClient::close).toList())
                .mapEmpty();
    }
}
