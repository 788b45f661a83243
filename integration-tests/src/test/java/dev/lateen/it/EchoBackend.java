package dev.lateen.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;

/** A backend that tells in its answer what reached it. */
final class EchoBackend implements AutoCloseable {
    private final String name;
    private final HttpServer server;

    EchoBackend(String name) throws IOException {
        this(name, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    EchoBackend(String name, InetSocketAddress address) throws IOException {
        this.name = name;
        server = HttpServer.create(address, 100);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] sent = exchange.getRequestBody().readAllBytes();
            if (exchange.getRequestURI().getPath().startsWith("/slow")) {
                exchange.getResponseHeaders().add("x-slow", "yes");
                awaitClientGone();
            }
            Map<String, List<String>> headers = new TreeMap<>();
            exchange.getRequestHeaders().forEach((key, values) -> headers.put(key.toLowerCase(Locale.ROOT), values));
            String body = name + " " + exchange.getRequestMethod() + " " + exchange.getRequestURI() + "\n" + headers
                    + "\n" + new String(sent, StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("x-backend", name);
            exchange.getResponseHeaders().add("x-internal", "secret");
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /** Later than any timeout of the tests; ends early with the server. */
    private static void awaitClientGone() {
        java.util.concurrent.locks.LockSupport.parkNanos(2_000_000_000L);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
