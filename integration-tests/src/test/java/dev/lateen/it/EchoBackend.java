package dev.lateen.it;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A backend that tells in its answer what reached it. Not the JDK's own HTTP server: seen behind Envoy too, that one answered nobody any
 * longer once connections had been idle for half a minute.
 */
final class EchoBackend implements AutoCloseable {
    /** Later than any timeout of the tests. */
    private static final long SLOW_MILLIS = 2000;

    private final String name;
    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;

    EchoBackend(String name) {
        this(name, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    EchoBackend(String name, InetSocketAddress address) {
        this.name = name;
        server = vertx.createHttpServer(new HttpServerOptions().setHandle100ContinueAutomatically(true))
                .requestHandler(this::answer)
                .listen(SocketAddress.inetSocketAddress(address))
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    int port() {
        return server.actualPort();
    }

    private void answer(HttpServerRequest request) {
        request.body().onSuccess(sent -> {
            if (String.valueOf(request.path()).startsWith("/slow")) {
                request.response().putHeader("x-slow", "yes");
                vertx.setTimer(SLOW_MILLIS, _ -> echo(request, sent));
            } else {
                echo(request, sent);
            }
        });
    }

    private void echo(HttpServerRequest request, Buffer sent) {
        Map<String, List<String>> headers = new TreeMap<>();
        request.headers()
                .names()
                .forEach(key -> headers.put(
                        key.toLowerCase(Locale.ROOT), request.headers().getAll(key)));
        byte[] body = (name + " " + request.method() + " " + request.uri() + "\n" + headers + "\n" + sent)
                .getBytes(StandardCharsets.UTF_8);
        HttpServerResponse response = request.response()
                .putHeader("x-backend", name)
                .putHeader("x-internal", "secret")
                .putHeader("content-length", "" + body.length);
        response.end(Buffer.buffer(body));
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
