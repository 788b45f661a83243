package dev.lateen.injector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.injector.settings.SidecarSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an API server, or whoever else finds the port, gets over TLS. */
class InjectorWebhookTest {
    private static final String REVIEW = """
        {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","namespace":"shop",
         "kind":{"kind":"Pod"},"object":{"metadata":{"labels":{"app":"a"}},
         "spec":{"containers":[{"name":"a","image":"b"}]}}}}\
        """;

    @TempDir
    static Path directory;

    private final Vertx vertx = Vertx.vertx();
    private int port;
    private String deployment = "";

    private record Answer(int status, String body) {}

    @BeforeEach
    void start() throws Exception {
        Path store = directory.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-storepass",
                        "secret",
                        "-storetype",
                        "PKCS12",
                        "-alias",
                        "key" + System.nanoTime(),
                        "-keystore",
                        store.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        var webhook = new InjectorWebhook(
                new InetSocketAddress("127.0.0.1", 0),
                new PfxOptions().setPath(store.toString()).setPassword("secret"),
                new Injection(InjectionPolicy.enabled(), SidecarSettings.defaults()));
        deployment = vertx.deployVerticle(webhook)
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        port = webhook.port();
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private Answer ask(HttpMethod method, String path, String contentType, Buffer body) throws Exception {
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false));
        RequestOptions request = new RequestOptions()
                .setMethod(method)
                .setHost("127.0.0.1")
                .setPort(port)
                .setURI(path);
        if (!contentType.isEmpty()) {
            request.putHeader("content-type", contentType);
        }
        // On its context: elsewhere the body may have come before anybody asks for it.
        Future<Answer> answer = Future.future(told -> vertx.runOnContext(_ -> client.request(request)
                .compose(sent -> sent.send(body))
                .compose(response -> response.body().map(text -> new Answer(response.statusCode(), text.toString())))
                .onComplete(told)));
        return answer.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void itsPortIsFreeOnceItIsUndeployed() throws Exception {
        assertThat(ask(HttpMethod.GET, "/ready", "", Buffer.buffer()).status()).isEqualTo(200);
        vertx.undeploy(deployment).toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        // The JDK gives a socket back when its selector looks the next time.
        Awaitility.await().until(this::isFree);
    }

    private boolean isFree() {
        try (ServerSocket free = new ServerSocket()) {
            free.setReuseAddress(true);
            free.bind(new InetSocketAddress("127.0.0.1", port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aReviewIsAnsweredAtBothFormsOfTheUrl() throws Exception {
        for (String path : new String[] {"/inject", "/inject/cluster/c/net/n"}) {
            Answer answer = ask(HttpMethod.POST, path, "application/json", Buffer.buffer(REVIEW));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).contains("\"uid\":\"u\"", "\"allowed\":true", "\"patchType\":\"JSONPatch\"");
        }
    }

    @Test
    void whatIsNoReviewIsRefusedWithAStatusThatFits() throws Exception {
        assertThat(ask(HttpMethod.POST, "/inject", "application/json", Buffer.buffer("{")))
                .extracting(Answer::status)
                .isEqualTo(400);
        assertThat(ask(HttpMethod.POST, "/inject", "application/json", Buffer.buffer())
                        .body())
                .contains("expected: an AdmissionReview");
        assertThat(ask(HttpMethod.POST, "/inject", "text/plain", Buffer.buffer(REVIEW)))
                .isEqualTo(new Answer(415, "content-type: text/plain (expected: application/json)\n"));
        assertThat(ask(HttpMethod.GET, "/inject", "", Buffer.buffer()).status()).isEqualTo(405);
        assertThat(ask(HttpMethod.POST, "/other", "application/json", Buffer.buffer(REVIEW))
                        .status())
                .isEqualTo(404);
        assertThat(ask(HttpMethod.POST, "/inject", "application/json", Buffer.buffer(" ".repeat(9 * 1024 * 1024)))
                        .status())
                .isEqualTo(413);
    }

    @Test
    void aHugeBodyIsRefusedBeforeItIsTakenInAndNoOtherSuffers() throws Exception {
        Buffer huge = Buffer.buffer("{\"request\": \"" + "x".repeat(9 * 1024 * 1024) + "\"}");
        for (int i = 0; i < 20; i++) {
            assertThat(ask(HttpMethod.POST, "/inject", "application/json", huge).status())
                    .isEqualTo(413);
        }
        assertThat(ask(HttpMethod.POST, "/inject", "application/json", Buffer.buffer(REVIEW))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aBodyThatGrowsWithoutSayingSoIsRefusedWhereItsBoundIs() throws Exception {
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false));
        Future<Integer> status = client.request(HttpMethod.POST, port, "127.0.0.1", "/inject")
                .compose(request -> {
                    request.setChunked(true).putHeader("content-type", "application/json");
                    for (int i = 0; i < 9; i++) {
                        request.write(Buffer.buffer(" ".repeat(1024 * 1024)));
                    }
                    return request.response().map(response -> response.statusCode());
                });
        assertThat(status.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS))
                .isEqualTo(413);
    }

    @Test
    void endlessNestingAndEndlessListsAreRefusedAtOnce() throws Exception {
        for (String body : new String[] {
            "[".repeat(4_000_000), "{\"a\":".repeat(1_000_000), "{\"a\":[" + "0,".repeat(3_000_000) + "0]}"
        }) {
            long before = System.nanoTime();
            Answer answer = ask(HttpMethod.POST, "/inject", "application/json", Buffer.buffer(body));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains("expected: an AdmissionReview");
            // Within a second on a quiet machine; the bound here is for a busy one.
            assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - before))
                    .isLessThan(10);
        }
    }
}
