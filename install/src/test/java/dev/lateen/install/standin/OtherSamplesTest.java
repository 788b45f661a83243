package dev.lateen.install.standin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SocketAddress;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class OtherSamplesTest {
    private static final String ADDRESS = "127.0.0.1";

    private final Vertx vertx = Vertx.vertx();
    private final StandIns standIns = new StandIns(vertx, new byte[32], new Random(1));
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() throws Exception {
        client.close();
        await(standIns.close());
        await(vertx.close());
    }

    @Test
    void helloworldSaysItsVersionAndInstance() throws Exception {
        int port = start(SampleImage.HELLOWORLD_V2);
        assertThat(get(port, "/hello").body()).isEqualTo("Hello version: v2, instance: a-pod\n");
    }

    @Test
    void goHttpbinTellsARequestBackWithLists() throws Exception {
        int port = start(SampleImage.GO_HTTPBIN);
        HttpRequest request = request(port, "/anything/x?a=1&a=2")
                .header("x-test", "yes")
                .POST(HttpRequest.BodyPublishers.ofString("body"))
                .build();
        JsonNode echo = json(send(request));
        assertThat(echo.at("/args/a/1").asString()).isEqualTo("2");
        assertThat(echo.at("/headers/X-Test/0").asString()).isEqualTo("yes");
        assertThat(echo.path("method").asString()).isEqualTo("POST");
        assertThat(echo.path("data").asString()).isEqualTo("body");
        assertThat(echo.path("url").asString()).isEqualTo("http://127.0.0.1:" + port + "/anything/x?a=1&a=2");
    }

    @Test
    void pythonHttpbinWritesTheSameAsStrings() throws Exception {
        int port = start(SampleImage.HTTPBIN);
        HttpRequest request = request(port, "/headers").header("x-test", "yes").build();
        assertThat(json(send(request)).at("/headers/X-Test").asString()).isEqualTo("yes");
    }

    @Test
    void httpbinAnswersTheStatusAskedFor() throws Exception {
        int port = start(SampleImage.GO_HTTPBIN);
        assertThat(get(port, "/status/418").statusCode()).isEqualTo(418);
        assertThat(get(port, "/status/503").statusCode()).isEqualTo(503);
        assertThat(get(port, "/status/99").statusCode()).isEqualTo(400);
        assertThat(get(port, "/redirect/2").headers().firstValue("location")).contains("/relative-redirect/1");
        assertThat(get(port, "/basic-auth/u/p").statusCode()).isEqualTo(401);
        assertThat(get(port, "/bytes/10").body()).isNotEmpty();
        assertThat(get(port, "/delay/0.05").statusCode()).isEqualTo(200);
        assertThat(get(port, "/nothing").statusCode()).isEqualTo(404);
    }

    @Test
    void httpbinCompressesDripsAndChunks() throws Exception {
        int port = start(SampleImage.GO_HTTPBIN);
        HttpResponse<byte[]> gzip =
                client.send(request(port, "/gzip").build(), HttpResponse.BodyHandlers.ofByteArray());
        assertThat(gzip.headers().firstValue("content-encoding")).contains("gzip");
        try (var body = new GZIPInputStream(new ByteArrayInputStream(gzip.body()))) {
            assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)).contains("\"gzipped\":true");
        }
        HttpResponse<byte[]> deflate =
                client.send(request(port, "/deflate").build(), HttpResponse.BodyHandlers.ofByteArray());
        try (var body = new InflaterInputStream(new ByteArrayInputStream(deflate.body()))) {
            assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)).contains("\"deflated\":true");
        }
        assertThat(get(port, "/drip?duration=0.1&numbytes=5&code=503"))
                .extracting(HttpResponse::statusCode, HttpResponse::body)
                .containsExactly(503, "*****");
        assertThat(get(port, "/drip?duration=60").statusCode()).isEqualTo(400);
        assertThat(get(port, "/stream-bytes/7").headers().firstValue("content-length"))
                .isEmpty();
        assertThat(get(port, "/unstable?failure_rate=1").statusCode()).isEqualTo(500);
        assertThat(send(request(port, "/etag/x")
                                .header("if-none-match", "\"x\"")
                                .build())
                        .statusCode())
                .isEqualTo(304);
    }

    @Test
    void tcpEchoPutsItsPrefixBeforeEachLine() throws Exception {
        int port = freePort();
        await(standIns.start(SampleImage.TCP_ECHO, bootstrap(List.of(), List.of(port + ",", "hello"))));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("world\nagain\n".getBytes(StandardCharsets.UTF_8));
            var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            assertThat(lines.readLine()).isEqualTo("hello world");
            assertThat(lines.readLine()).isEqualTo("hello again");
        }
    }

    @Test
    void curlWaitsAndListensToNothing() throws Exception {
        assertThat(await(standIns.start(SampleImage.CURL, bootstrap(List.of(), List.of())))
                        .ports())
                .isEmpty();
    }

    @Test
    void aTakenPortFailsTheStart() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            Future<StandIns.Running> start =
                    standIns.start(SampleImage.HELLOWORLD_V1, bootstrap(List.of(taken.getLocalPort()), List.of()));
            assertThat(start.transform(result -> Future.succeededFuture(result.failed()))
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(30, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    @Test
    void callsGoThroughTheSidecarUnderTheServicesName() throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        HttpServer sidecar = await(vertx.createHttpServer()
                .requestHandler(request -> {
                    seen.add(request.uri() + " host=" + request.getHeader("host") + " trace="
                            + request.getHeader("x-b3-traceid"));
                    request.response().end("{\"ratings\":{\"Reviewer1\":2,\"Reviewer2\":3}}");
                })
                .listen(0, ADDRESS));
        int port = freePort();
        var proxy = SocketAddress.inetSocketAddress(sidecar.actualPort(), ADDRESS);
        await(standIns.start(
                SampleImage.REVIEWS_V2,
                new StandInBootstrap(
                        "a-pod", ADDRESS, List.of(port), List.of(), Map.of(), new OutboundPath.ThroughSidecar(proxy))));
        HttpRequest request =
                request(port, "/reviews/0").header("x-b3-traceid", "abc").build();
        assertThat(json(send(request)).at("/reviews/0/rating/stars").asInt()).isEqualTo(2);
        assertThat(seen.poll(30, TimeUnit.SECONDS))
                .isEqualTo("http://ratings:9080/ratings/0 host=ratings:9080 trace=abc");
    }

    private int start(SampleImage image) throws Exception {
        int port = freePort();
        await(standIns.start(image, bootstrap(List.of(port), List.of())));
        return port;
    }

    private static StandInBootstrap bootstrap(List<Integer> ports, List<String> args) {
        return new StandInBootstrap(
                "a-pod", ADDRESS, ports, args, Map.of(), new OutboundPath.Direct((host, port) -> Optional.empty()));
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://" + ADDRESS + ":" + port + path));
    }

    private HttpResponse<String> get(int port, String path) throws Exception {
        return send(request(port, path).build());
    }

    private HttpResponse<String> send(HttpRequest request) throws Exception {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
