package dev.lateen.istiod.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.istiod.admission.ConfigAdmission;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an API server, or whoever else finds the port, gets. */
class ValidationWebhookTest {
    private static final String OBJECT = """
        {"apiVersion":"networking.istio.io/v1","kind":"Gateway","metadata":{"name":"g","namespace":"shop"},
         "spec":{"servers":[{"port":{"number":80,"protocol":"HTTP","name":"h"},"hosts":["a.example"]}]}}\
        """;

    private static final String REVIEW = """
        {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview",
         "request":{"uid":"u-1","operation":"CREATE","object":%s}}\
        """;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private ValidationWebhook webhook;
    private int port;

    @BeforeEach
    void serve() throws Exception {
        webhook = new ValidationWebhook(vertx, new ConfigAdmission(() -> null));
        Router router = Router.router(vertx);
        webhook.serveOn(router);
        HttpServer server =
                await(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
        port = server.actualPort();
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        await(webhook.close());
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private HttpResponse<String> post(String path, String type, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("content-type", type)
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void aReviewIsAnsweredAtBothFormsOfTheUrl() throws Exception {
        for (String path : List.of("/validate", "/validate/istio.io")) {
            HttpResponse<String> good = post(path, "application/json", REVIEW.formatted(OBJECT));
            HttpResponse<String> bad =
                    post(path, "application/json; charset=utf-8", REVIEW.formatted(OBJECT.replace("80", "0")));

            assertThat(good.statusCode()).isEqualTo(200);
            assertThat(good.headers().firstValue("content-type")).contains("application/json");
            assertThat(good.body()).contains("\"uid\":\"u-1\"", "\"allowed\":true");
            assertThat(bad.statusCode()).isEqualTo(200);
            assertThat(bad.body()).contains("\"allowed\":false", "spec.servers[0].port.number");
        }
    }

    @Test
    void whatIsNoReviewIsRefusedWithAStatusThatFits() throws Exception {
        assertThat(post("/validate", "application/json", "{").statusCode()).isEqualTo(400);
        assertThat(post("/validate", "application/json", "").body()).contains("expected: an AdmissionReview");
        assertThat(post("/validate", "application/json", "{\"a\":".repeat(200_000))
                        .statusCode())
                .isEqualTo(400);
        assertThat(post("/validate", "text/plain", REVIEW.formatted(OBJECT)).statusCode())
                .isEqualTo(415);
        assertThat(post("/validate", "application/json", " ".repeat(7 * 1024 * 1024))
                        .statusCode())
                .isEqualTo(413);
        assertThat(post("/other", "application/json", "{}").statusCode()).isEqualTo(404);
    }

    @Test
    void bodiesThatNeverComeTakeNoMoreThanTheirRoom() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 16; i++) {
                slow.add(halfARequest());
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> post("/validate", "application/json", "{}").statusCode() == 503);

            slow.removeLast().close();

            // Sooner than by the limit of time.
            Awaitility.await()
                    .atMost(Duration.ofSeconds(6))
                    .until(() -> post("/validate", "application/json", "{}").statusCode() == 400);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private Socket halfARequest() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        OutputStream out = socket.getOutputStream();
        out.write("POST /validate HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"
                .getBytes(StandardCharsets.US_ASCII));
        out.flush();
        return socket;
    }
}
