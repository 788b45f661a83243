package dev.lateen.install.standin;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import io.vertx.core.net.SocketAddress;
import java.net.ConnectException;
import java.time.Duration;

/** The GET calls that samples make to each other, by the names the originals use. */
final class OutboundCalls {
    private final HttpClient client;
    private final OutboundPath path;

    OutboundCalls(HttpClient client, OutboundPath path) {
        this.client = client;
        this.path = path;
    }

    /** A whole answer. */
    record Answer(int status, Buffer body) {}

    /** Fails if nothing answers, or if the answer pauses for longer than the timeout. */
    Future<Answer> get(String host, int port, String uri, MultiMap headers, Duration timeout) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost(host)
                .setPort(port)
                .setURI(uri)
                .setHeaders(headers)
                .setTimeout(timeout.toMillis());
        switch (path) {
            case OutboundPath.ThroughSidecar(SocketAddress proxy) ->
                options.setProxyOptions(new ProxyOptions()
                        .setType(ProxyType.HTTP)
                        .setHost(proxy.host())
                        .setPort(proxy.port()));
            case OutboundPath.Direct(OutboundPath.ServiceDirectory directory) -> {
                var endpoint = directory.endpoint(host, port);
                if (endpoint.isEmpty()) {
                    return Future.failedFuture(new ConnectException("no endpoint of " + host + ":" + port));
                }
                options.setServer(endpoint.get());
            }
            case OutboundPath.ByName() -> {}
        }
        return client.request(options)
                .compose(request -> request.send())
                .compose(response -> response.body().map(body -> new Answer(response.statusCode(), body)));
    }
}
