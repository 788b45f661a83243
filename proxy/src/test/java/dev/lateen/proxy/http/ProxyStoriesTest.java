package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static dev.lateen.proxy.route.RouteFixtures.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.model.HttpConnectionManager.ClientProtocol;
import dev.lateen.proxy.model.HttpConnectionManager.Codec;
import dev.lateen.proxy.model.HttpConnectionManager.Underscores;
import dev.lateen.proxy.model.RouteAction;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole requests through the proxy, with Vert.x at both ends. */
class ProxyStoriesTest {
    private static Vertx vertx;

    private final ProxyFixture proxy = new ProxyFixture();
    private HttpClient http1;
    private HttpClient http2;

    @BeforeAll
    static void startVertx() {
        Leaks.watch();
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stopVertx() throws Exception {
        await(vertx.close());
        assertThat(Leaks.found()).isEmpty();
    }

    @BeforeEach
    void clients() {
        http1 = vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(1));
        http2 = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false),
                new PoolOptions().setHttp2MaxSize(1));
    }

    @AfterEach
    void stop() throws Exception {
        await(http1.close());
        await(http2.close());
        proxy.close();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static int upstream(io.vertx.core.Handler<HttpServerRequest> handler) throws Exception {
        return await(vertx.createHttpServer(
                                new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                        .requestHandler(handler)
                        .listen())
                .actualPort();
    }

    private HttpClient client(boolean h2) {
        return h2 ? http2 : http1;
    }

    private record Answer(int status, Map<String, String> headers, String body, Map<String, String> trailers) {}

    private static Map<String, String> map(io.vertx.core.MultiMap headers) {
        Map<String, String> all = new java.util.TreeMap<>();
        headers.forEach(
                (name, value) -> all.merge(name.toLowerCase(java.util.Locale.ROOT), value, (a, b) -> a + "," + b));
        return all;
    }

    private static Answer answer(HttpClientResponse response, Buffer body) {
        return new Answer(
                response.statusCode(),
                map(response.headers()),
                body.toString(StandardCharsets.UTF_8),
                map(response.trailers()));
    }

    private Future<Answer> send(
            HttpClient client, int port, HttpMethod method, String path, Map<String, String> headers, String body) {
        RequestOptions options = new RequestOptions()
                .setHost("127.0.0.1")
                .setPort(port)
                .setMethod(method)
                .setURI(path);
        headers.forEach(options::putHeader);
        // On its context: elsewhere the body may have come before anybody asks for it.
        return Future.future(told -> vertx.runOnContext(_ -> client.request(options)
                .compose(request -> body.isEmpty() ? request.send() : request.send(Buffer.buffer(body)))
                .compose(response -> response.body().map(received -> answer(response, received)))
                .onComplete(told)));
    }

    private Answer get(HttpClient client, int port, String path) throws Exception {
        return await(send(client, port, HttpMethod.GET, path, Map.of(), ""));
    }

    private static UpstreamProtocol protocol(boolean h2) {
        return h2 ? UpstreamProtocol.HTTP2 : UpstreamProtocol.HTTP1;
    }

    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void aRequestAndItsAnswerPassInEveryCombinationOfProtocols(boolean down, boolean up) throws Exception {
        int port = upstream(request -> request.body().onSuccess(body -> {
            request.response()
                    .setStatusCode(201)
                    .putHeader(
                            "x-seen",
                            request.method() + " " + request.uri() + " " + request.authority() + " "
                                    + request.version())
                    .putHeader(
                            "x-id",
                            String.valueOf(request.getHeader("x-request-id")).length() + "")
                    .putHeader("x-proto", request.getHeader("x-forwarded-proto"))
                    .end("got " + body);
        }));
        proxy.cluster("c", protocol(up), port).routes(prefix("/", "c"));
        int listening = proxy.listen(down);

        Answer answer = await(send(client(down), listening, HttpMethod.POST, "/a/../b?c=d", Map.of(), "hello"));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.body()).isEqualTo("got hello");
        assertThat(answer.headers())
                .containsEntry("x-seen", "POST /b?c=d 127.0.0.1:" + listening + " " + (up ? "HTTP_2" : "HTTP_1_1"))
                .containsEntry("x-id", "36")
                .containsEntry("x-proto", "http")
                .containsEntry("server", "envoy")
                .containsKey("date")
                .containsKey("x-envoy-upstream-service-time");
        assertThat(proxy.only()).isEqualTo(new Watching.Completed(201, "-", "via_upstream", 1, 5, 9, "/b?c=d", "c"));
    }

    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void trailersPass(boolean down, boolean up) throws Exception {
        proxy.settings().client = new ClientProtocol(Codec.AUTO, false, true, false, Underscores.ALLOW, 0, List.of());
        int port = upstream(request -> request.body().onSuccess(body -> {
            request.response()
                    .setChunked(true)
                    .putHeader("content-type", "application/grpc")
                    .putTrailer("grpc-status", "0");
            request.response()
                    .write("message")
                    .onSuccess(written -> request.response().end());
        }));
        proxy.cluster("c", protocol(up), port).routes(prefix("/", "c"));

        Answer answer = await(send(
                client(down),
                proxy.listen(down),
                HttpMethod.POST,
                "/s/m",
                Map.of("content-type", "application/grpc", "te", "trailers"),
                "x"));

        assertThat(answer.body()).isEqualTo("message");
        assertThat(answer.trailers()).containsEntry("grpc-status", "0");
    }

    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void aBigBodyWaitsForASlowReaderBothWays(boolean down, boolean up) throws Exception {
        int size = 8 * 1024 * 1024;
        Buffer big = Buffer.buffer(new byte[size]);
        int port = upstream(request -> {
            request.pause();
            // Reads on only after a while, in which the proxy may hold no more than its windows.
            vertx.setTimer(200, timer -> {
                request.resume();
                request.body().onSuccess(body -> request.response().end(body));
            });
        });
        proxy.cluster("c", protocol(up), port).routes(prefix("/", "c"));
        int listening = proxy.listen(down);

        CompletableFuture<Integer> received = new CompletableFuture<>();
        client(down)
                .request(new RequestOptions()
                        .setHost("127.0.0.1")
                        .setPort(listening)
                        .setMethod(HttpMethod.POST)
                        .setURI("/"))
                .compose(request -> request.send(big))
                .onSuccess(response -> {
                    int[] count = {0};
                    response.handler(part -> count[0] += part.length());
                    response.endHandler(end -> received.complete(count[0]));
                    response.pause();
                    vertx.setTimer(200, timer -> response.resume());
                })
                .onFailure(received::completeExceptionally);

        assertThat(received.get(30, TimeUnit.SECONDS)).isEqualTo(size);
        assertThat(proxy.only().received()).isEqualTo(size);
        assertThat(proxy.only().sent()).isEqualTo(size);
    }

    @Test
    void aHundredRequestsShareOneConnectionEachWay() throws Exception {
        int port = upstream(
                request -> vertx.setTimer(20, timer -> request.response().end(request.uri())));
        proxy.cluster("c", UpstreamProtocol.HTTP2, port).routes(prefix("/", "c"));
        int listening = proxy.listen(true);
        get(http2, listening, "/warm");

        List<Future<Answer>> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(send(http2, listening, HttpMethod.GET, "/" + i, Map.of(), ""));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(await(all.get(i)).body()).isEqualTo("/" + i);
        }
        assertThat(proxy.upstreamConnections).hasValue(1);
        assertThat(proxy.accepted).hasSize(1);
    }

    @Test
    void anUpstreamConnectionIsUsedAgain() throws Exception {
        int port = upstream(request -> request.response().end("x"));
        proxy.cluster("c", UpstreamProtocol.HTTP1, port).routes(prefix("/", "c"));
        int listening = proxy.listen(false);
        for (int i = 0; i < 20; i++) {
            assertThat(get(http1, listening, "/").status()).isEqualTo(200);
        }
        assertThat(proxy.upstreamConnections).hasValue(1);
    }

    @Test
    void aConnectionServesNoMoreThanItMay() throws Exception {
        int port = upstream(request -> request.response().end("x"));
        proxy.cluster(
                        "c",
                        UpstreamProtocol.HTTP1,
                        new dev.lateen.proxy.model.Cluster.CircuitBreakers(9, 9, 9, 9, -1, 0),
                        5,
                        port)
                .routes(prefix("/", "c"));
        int listening = proxy.listen(false);
        for (int i = 0; i < 20; i++) {
            assertThat(get(http1, listening, "/").status()).isEqualTo(200);
        }
        assertThat(proxy.upstreamConnections).hasValue(4);
    }

    @Test
    void webSocketsAreTunnelled() throws Exception {
        int port = await(vertx.createHttpServer(
                                new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                        .webSocketHandler(
                                socket -> socket.textMessageHandler(text -> socket.writeTextMessage("echo " + text)))
                        .listen())
                .actualPort();
        proxy.cluster("c", UpstreamProtocol.HTTP1, port).routes(prefix("/", "c"));
        int listening = proxy.listen(false);
        CompletableFuture<String> heard = new CompletableFuture<>();
        // Held to the end: a client that nobody holds is closed by the garbage collector, with its connections.
        WebSocketClient client = vertx.createWebSocketClient();
        WebSocket socket = await(client.connect(new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(listening)
                .setURI("/chat")));
        socket.textMessageHandler(heard::complete);
        socket.writeTextMessage("hi");

        assertThat(heard.get(30, TimeUnit.SECONDS)).isEqualTo("echo hi");
        await(socket.close());
        await(client.close());
        assertThat(proxy.only().status()).isEqualTo(101);
    }

    @Test
    void anUnmatchedPathIsNotFound() throws Exception {
        proxy.routes(prefix("/known", "c"));
        Answer answer = get(http1, proxy.listen(false), "/other");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(proxy.only().flags()).isEqualTo("NR");
        assertThat(proxy.only().details()).isEqualTo("route_not_found");
    }

    @Test
    void aMissingClusterIsSaid() throws Exception {
        proxy.routes(prefix("/", "nowhere"));
        Answer answer = get(http2, proxy.listen(true), "/");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(proxy.only().flags()).isEqualTo("NC");
    }

    @Test
    void aClusterWithoutHostsIsUnhealthy() throws Exception {
        proxy.cluster("c", UpstreamProtocol.HTTP1).routes(prefix("/", "c"));
        Answer answer = get(http1, proxy.listen(false), "/");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("no healthy upstream");
        assertThat(proxy.only().flags()).isEqualTo("UH");
    }

    @Test
    void aGrpcClientHearsOfAFailureInItsOwnTerms() throws Exception {
        proxy.cluster("c", UpstreamProtocol.HTTP1).routes(prefix("/", "c"));
        Answer answer = await(send(
                http2, proxy.listen(true), HttpMethod.POST, "/s/m", Map.of("content-type", "application/grpc"), "x"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers())
                .containsEntry("grpc-status", "14")
                .containsEntry("grpc-message", "no healthy upstream");
    }

    @Test
    void aDirectResponseComesFromTheRoute() throws Exception {
        proxy.routes(route(
                dev.lateen.proxy.route.RouteFixtures.any(),
                new RouteAction.DirectResponse(
                        418, new RouteAction.Body("short and stout".getBytes(StandardCharsets.UTF_8)))));
        Answer answer = get(http1, proxy.listen(false), "/");

        assertThat(answer.status()).isEqualTo(418);
        assertThat(answer.body()).isEqualTo("short and stout");
    }

    @Test
    void aNewRouteHoldsForTheNextRequestOfALiveConnection() throws Exception {
        int first = upstream(request -> request.response().end("first"));
        int second = upstream(request -> request.response().end("second"));
        proxy.cluster("a", UpstreamProtocol.HTTP1, first)
                .cluster("b", UpstreamProtocol.HTTP1, second)
                .routes(prefix("/", "a"));
        int listening = proxy.listen(false);
        assertThat(get(http1, listening, "/").body()).isEqualTo("first");

        proxy.routes(prefix("/", "b"));

        assertThat(get(http1, listening, "/").body()).isEqualTo("second");
        assertThat(proxy.accepted).hasSize(1);
    }

    @Test
    void aClientThatLeavesEndsTheUpstreamRequest() throws Exception {
        CompletableFuture<String> arrived = new CompletableFuture<>();
        CompletableFuture<String> ended = new CompletableFuture<>();
        int port = upstream(request -> {
            request.connection().closeHandler(closed -> ended.complete("closed"));
            arrived.complete(request.path());
        });
        proxy.cluster("c", UpstreamProtocol.HTTP1, port).routes(prefix("/", "c"));
        int listening = proxy.listen(false);
        try (java.net.Socket socket = new java.net.Socket("127.0.0.1", listening)) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(arrived.get(30, TimeUnit.SECONDS)).isEqualTo("/");
        }

        assertThat(ended.get(30, TimeUnit.SECONDS)).isEqualTo("closed");
        assertThat(proxy.only().flags()).isEqualTo("DC");
        assertThat(proxy.only().status()).isZero();
    }
}
