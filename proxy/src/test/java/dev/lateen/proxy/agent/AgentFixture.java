package dev.lateen.proxy.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.admin.Page;
import dev.lateen.proxy.http.Leaks;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** The agent's port of a proxy that is none, and applications behind it. */
abstract class AgentFixture {
    static final Duration SOON = Duration.ofSeconds(20);
    static final Duration SECOND = Duration.ofSeconds(1);

    final Vertx vertx = Vertx.vertx();
    final FakeProxy proxy = new FakeProxy();
    final HttpClient client =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
    final List<HttpServer> applications = new ArrayList<>();
    final Map<String, AppProbe> probes = new HashMap<>();
    final List<ScrapeTarget> targets = new ArrayList<>();
    boolean metricsForThisPodOnly;
    Guests.Limits limits = Guests.Limits.USUAL;
    AgentServer server = agent();

    /** What a proxy tells. */
    static final class FakeProxy implements AgentSource {
        volatile boolean ready;
        final AtomicInteger drained = new AtomicInteger();
        final AtomicInteger quit = new AtomicInteger();

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public Page metrics(Map<String, String> query) {
            if (query.containsKey("bad")) {
                throw new IllegalArgumentException("bad: " + query.get("bad"));
            }
            return Page.text("proxy_metric 1\n");
        }

        @Override
        public void drain() {
            drained.incrementAndGet();
        }

        @Override
        public void quit() {
            quit.incrementAndGet();
        }
    }

    @BeforeAll
    static void watchBuffers() {
        Leaks.watch();
    }

    @AfterEach
    void stop() {
        server.stop().await();
        applications.forEach(application -> application.close().await());
        client.close();
        vertx.close().await();
        assertThat(Leaks.found()).isEmpty();
    }

    AgentServer agent() {
        return new AgentServer(
                vertx,
                new AgentSettings(
                        new InetSocketAddress("127.0.0.1", 0),
                        probes,
                        targets,
                        new AgentSettings.Way("127.0.0.1", "127.0.0.6", true),
                        metricsForThisPodOnly),
                proxy,
                limits);
    }

    void start() {
        server = agent();
        server.start().await();
    }

    int application(Consumer<HttpServerRequest> answers) {
        return application(new HttpServerOptions(), answers);
    }

    int application(HttpServerOptions options, Consumer<HttpServerRequest> answers) {
        HttpServer application =
                vertx.createHttpServer(options.setHost("127.0.0.1").setPort(0)).requestHandler(answers::accept);
        application.listen().await();
        applications.add(application);
        return application.actualPort();
    }

    HttpResponse<String> send(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** What comes back for bytes as they stand, until the connection closes. */
    String raw(String from, String bytes) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getByName("127.0.0.1"), server.port(), InetAddress.getByName(from), 0)) {
            socket.setSoTimeout((int) SOON.toMillis());
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    static String head(String from, String method, String path) {
        return method + " " + path + " HTTP/1.1\r\nhost: " + from + "\r\nconnection: close\r\n\r\n";
    }
}
