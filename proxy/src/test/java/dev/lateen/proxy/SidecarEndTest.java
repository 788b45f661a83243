package dev.lateen.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lateen.proxy.admin.AdminSource;
import dev.lateen.proxy.bootstrap.EnvoyBootstrap;
import dev.lateen.proxy.xds.decode.FileSource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A sidecar that is told to end while its application is not done. */
class SidecarEndTest {
    private static final String BOOTSTRAP = """
        node: {id: "sidecar~127.0.0.1~a.b~b.svc.cluster.local", cluster: a.b}
        static_resources:
          listeners:
          - name: inbound
            traffic_direction: INBOUND
            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            listener_filters: [{name: tls, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector}}]
            filter_chains: [{filters: [{name: http, typed_config: {
              "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,
              stat_prefix: in,
              route_config: {virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: app, timeout: 0s}}]}]},
              http_filters: [{name: router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]}}]}]
          - name: outbound
            traffic_direction: OUTBOUND
            address: {socket_address: {address: 127.0.0.2, port_value: 0}}
            filter_chains: [{filters: [{name: http, typed_config: {
              "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,
              stat_prefix: out,
              route_config: {virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: other, timeout: 0s}}]}]},
              http_filters: [{name: router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]}}]}]
          clusters:
          - {name: app, type: STATIC, load_assignment: {cluster_name: app, endpoints: [{lb_endpoints: [
              {endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: APP}}}}]}]}}
          - {name: other, type: STATIC, load_assignment: {cluster_name: other, endpoints: [{lb_endpoints: [
              {endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: OTHER}}}}]}]}}
        """;

    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<HttpServerRequest> asked = new LinkedBlockingQueue<>();
    private final HttpServer application = server(asked::add);
    private final HttpServer other = server(request -> request.response().end("from another"));

    @AfterEach
    void close() {
        done(vertx.close());
    }

    private HttpServer server(io.vertx.core.Handler<HttpServerRequest> handler) {
        return done(vertx.createHttpServer().requestHandler(handler).listen(0, "127.0.0.1"));
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(1, TimeUnit.MINUTES)
                .join();
    }

    private Proxy sidecar(Duration end) {
        String yaml = BOOTSTRAP
                .replace("APP", String.valueOf(application.actualPort()))
                .replace("OTHER", String.valueOf(other.actualPort()));
        return new Proxy(
                EnvoyBootstrap.parse(yaml, FileSource.NONE).withDrain(new ProxyBootstrap.Drain(end, end)),
                OutputStream.nullOutputStream());
    }

    private static InetSocketAddress inbound(Proxy sidecar) {
        return sidecar.listeners().get(0).address();
    }

    private static InetSocketAddress outbound(Proxy sidecar) {
        return sidecar.listeners().get(1).address();
    }

    /** Somebody's answer, on a connection of its own. */
    private Future<String> ask(InetSocketAddress address) {
        HttpClient client = vertx.createHttpClient();
        // On its context: elsewhere the body may have come before anybody asks for it.
        return Future.future(told ->
                vertx.runOnContext(_ -> client.request(HttpMethod.GET, address.getPort(), address.getHostString(), "/")
                        .compose(request -> request.send())
                        .compose(response -> response.body().map(Buffer::toString))
                        .eventually(client::close)
                        .onComplete(told)));
    }

    private HttpServerRequest nextAsked() throws InterruptedException {
        HttpServerRequest request = asked.poll(1, TimeUnit.MINUTES);
        assertThat(request).as("a request to the application").isNotNull();
        return request;
    }

    private static boolean isClosed(InetSocketAddress address) {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            return !socket.isConnected();
        } catch (IOException refused) {
            return true;
        }
    }

    @Test
    void itsApplicationMayCallOthersForWhatItHasStillToAnswer() throws Exception {
        Proxy sidecar = sidecar(Duration.ofMinutes(1));
        String id = done(vertx.deployVerticle(sidecar));
        InetSocketAddress inbound = inbound(sidecar);
        InetSocketAddress outbound = outbound(sidecar);
        Future<String> answer = ask(inbound);
        HttpServerRequest request = nextAsked();

        Future<Void> ended = vertx.undeploy(id);
        await().atMost(Duration.ofMinutes(1)).until(() -> isClosed(inbound));
        assertThat(done(ask(outbound))).isEqualTo("from another");
        request.response().end("with the help of others");

        assertThat(done(answer)).isEqualTo("with the help of others");
        done(ended);
        // The system takes a socket down when its selector looks next.
        await().atMost(Duration.ofMinutes(1)).until(() -> isClosed(outbound));
    }

    @Test
    void whoCameBeforeTheEndAndHasNotSpokenYetIsServedOnce() throws Exception {
        Proxy sidecar = sidecar(Duration.ofMinutes(1));
        String id = done(vertx.deployVerticle(sidecar));
        InetSocketAddress inbound = inbound(sidecar);
        InetSocketAddress outbound = outbound(sidecar);
        try (Socket early = new Socket(inbound.getAddress(), inbound.getPort())) {
            // Connections are accepted in their order: once this one is served, the other is there.
            Future<String> after = ask(inbound);
            nextAsked().response().end("served");
            assertThat(done(after)).isEqualTo("served");

            Future<Void> ended = vertx.undeploy(id);
            await().atMost(Duration.ofMinutes(1)).until(() -> isClosed(inbound));
            early.getOutputStream().write("GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            HttpServerRequest request = nextAsked();
            assertThat(done(ask(outbound))).isEqualTo("from another");
            request.response().end("late, but whole");

            String answer = new String(early.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answer)
                    .startsWith("HTTP/1.1 200")
                    .contains("connection: close")
                    .endsWith("late, but whole");
            done(ended);
        }
        // The system takes a socket down when its selector looks next.
        await().atMost(Duration.ofMinutes(1)).until(() -> isClosed(outbound));
    }

    @Test
    void whoIsNeverDoneIsNotWaitedForLongerThanTheDrainTime() throws Exception {
        Proxy sidecar = sidecar(Duration.ofMillis(100));
        String id = done(vertx.deployVerticle(sidecar));
        InetSocketAddress outbound = outbound(sidecar);
        Future<String> answer = ask(inbound(sidecar));
        nextAsked();

        done(vertx.undeploy(id));
        await().atMost(Duration.ofMinutes(1)).until(answer::isComplete);
        assertThat(answer.failed()).isTrue();
        // The system takes a socket down when its selector looks next.
        await().atMost(Duration.ofMinutes(1)).until(() -> isClosed(outbound));
    }

    private static final byte[] QUESTION = "GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** An answer up to this word, on a connection that may stay. */
    private static String answer(Socket socket, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int next = socket.getInputStream().read();
            assertThat(next).as("what follows %s", text).isNotNegative();
            text.append((char) next);
        }
        return text.toString();
    }

    @Test
    void whoIsAskedToLeaveMeetsAnOpenPortAndIsToldWithItsNextAnswer() throws Exception {
        Vertx oneLoop = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        Proxy sidecar = sidecar(Duration.ofMinutes(1));
        done(oneLoop.deployVerticle(sidecar));
        InetSocketAddress inbound = inbound(sidecar);
        InetSocketAddress outbound = outbound(sidecar);
        try (Socket before = connected(inbound);
                Socket others = connected(outbound)) {
            before.getOutputStream().write(QUESTION);
            nextAsked().response().end("first");
            assertThat(answer(before, "first")).doesNotContain("connection: close");

            sidecar.leave();
            // Whoever comes now is served; by then the one event loop has told the others.
            assertThat(lastAnswer(connected(inbound), "second"))
                    .contains("connection: close")
                    .endsWith("second");
            // The idle connection is still there, and its next answer is the last.
            assertThat(lastAnswer(before, "third"))
                    .contains("connection: close")
                    .endsWith("third");
            // What the application asks of others goes on as before.
            for (int i = 0; i < 2; i++) {
                others.getOutputStream().write(QUESTION);
                assertThat(answer(others, "from another")).doesNotContain("connection: close");
            }
            assertThat(sidecar.openConnections()).isPositive();
            assertThat(sidecar.state()).isEqualTo(AdminSource.State.LIVE);
        }
        await().atMost(Duration.ofMinutes(1)).until(() -> sidecar.openConnections() == 0);
        done(oneLoop.close());
    }

    private static Socket connected(InetSocketAddress address) throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(60_000);
        return socket;
    }

    /** Asks, and reads until the connection is closed. */
    private String lastAnswer(Socket socket, String body) throws Exception {
        try (socket) {
            socket.getOutputStream().write(QUESTION);
            nextAsked().response().end(body);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
