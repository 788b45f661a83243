package dev.lateen.proxy.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.tls.TestCertificates;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Probes and hooks of the application, asked for as a kubelet does. */
class AppProbesTest extends AgentFixture {
    @Test
    void anHttpProbeReachesTheApplicationAsTheKubeletAsked() throws Exception {
        AtomicReference<HttpServerRequest> asked = new AtomicReference<>();
        int port = application(request -> {
            asked.set(request);
            request.response().setStatusCode(418).end("short and stout");
        });
        probes.put("/app-health/tea/livez", new AppProbe.HttpGet(port, SECOND, false, "/pot?full=1"));
        start();
        HttpResponse<String> answer =
                send("GET", "/app-health/tea/livez", "User-Agent", "kube-probe/1.31", "X-Two", "a", "X-Two", "b");
        assertThat(answer.statusCode()).isEqualTo(418);
        assertThat(answer.body()).isEqualTo("short and stout");
        HttpServerRequest seen = asked.get();
        assertThat(seen.uri()).isEqualTo("/pot?full=1");
        assertThat(seen.getHeader("user-agent")).isEqualTo("kube-probe/1.31");
        assertThat(seen.headers().getAll("x-two")).containsExactly("a", "b");
        assertThat(seen.getHeader("connection")).isEqualTo("close");
        assertThat(seen.getHeader("host")).isEqualTo("127.0.0.1:" + port);
        assertThat(seen.remoteAddress().hostAddress()).isEqualTo("127.0.0.6");
    }

    @Test
    void aHostOfTheProbesOwnIsKept() throws Exception {
        AtomicReference<String> host = new AtomicReference<>();
        int port = application(request -> {
            host.set(String.valueOf(request.getHeader("host")));
            request.response().end();
        });
        probes.put("/app-health/a/readyz", new AppProbe.HttpGet(port, SECOND, false, "/"));
        start();
        for (String own : new String[] {"shop.example.com", "shop.example.com:8080"}) {
            assertThat(raw("127.0.0.1", head(own, "GET", "/app-health/a/readyz")))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(host.get()).isEqualTo(own);
        }
        assertThat(raw("127.0.0.1", head("10.0.0.1:" + server.port(), "GET", "/app-health/a/readyz")))
                .startsWith("HTTP/1.1 200 ");
        assertThat(host.get()).isEqualTo("10.0.0.1:" + port);
    }

    @Test
    void aRedirectToTheApplicationIsFollowedOneToElsewhereIsAnAnswer() throws Exception {
        int port = application(request -> {
            switch (String.valueOf(request.path())) {
                case "/here" ->
                    request.response()
                            .setStatusCode(302)
                            .putHeader("location", "/there")
                            .end();
                case "/there" -> request.response().setStatusCode(503).end("not there yet");
                case "/away" ->
                    request.response()
                            .setStatusCode(301)
                            .putHeader("location", "https://example.com/")
                            .end();
                case "/nowhere" -> request.response().setStatusCode(304).end();
                default ->
                    request.response()
                            .setStatusCode(307)
                            .putHeader("location", "/round")
                            .end();
            }
        });
        for (String path : new String[] {"here", "away", "nowhere", "round"}) {
            probes.put(
                    "/app-health/" + path + "/livez",
                    new AppProbe.HttpGet(port, SECOND.multipliedBy(9), false, "/" + path));
        }
        start();
        assertThat(send("GET", "/app-health/here/livez").statusCode()).isEqualTo(503);
        assertThat(send("GET", "/app-health/here/livez").body()).isEqualTo("not there yet");
        assertThat(send("GET", "/app-health/away/livez").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/app-health/nowhere/livez").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/app-health/round/livez").statusCode()).isEqualTo(500);
    }

    @Test
    void anApplicationThatIsSlowAbsentOrTalksTooMuchIsHandled() throws Exception {
        AtomicReference<HttpServerRequest> waiting = new AtomicReference<>();
        int slow = application(waiting::set);
        int long_ = application(request -> request.response().end("x".repeat(1 << 20)));
        probes.put("/app-health/slow/livez", new AppProbe.HttpGet(slow, Duration.ofMillis(200), false, "/"));
        probes.put("/app-health/long/livez", new AppProbe.HttpGet(long_, SECOND.multipliedBy(9), false, "/"));
        probes.put("/app-health/none/livez", new AppProbe.HttpGet(1, SECOND, false, "/"));
        start();
        assertThat(send("GET", "/app-health/slow/livez").statusCode()).isEqualTo(500);
        Awaitility.await()
                .atMost(SOON)
                .until(() -> waiting.get() != null && waiting.get().response().closed());
        assertThat(send("GET", "/app-health/long/livez").body()).hasSize(10 * 1024);
        assertThat(send("GET", "/app-health/none/livez").statusCode()).isEqualTo(500);
        HttpResponse<String> unknown = send("GET", "/app-health/other/livez");
        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(unknown.body()).contains("/app-health/other/livez");
    }

    @Test
    void aQuestionIsGivenUpWithWhoAsked() throws Exception {
        AtomicReference<HttpServerRequest> waiting = new AtomicReference<>();
        int port = application(waiting::set);
        probes.put("/app-lifecycle/a/prestopz", new AppProbe.HttpGet(port, Duration.ZERO, false, "/"));
        start();
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream()
                    .write(head("a", "GET", "/app-lifecycle/a/prestopz").getBytes(StandardCharsets.US_ASCII));
            Awaitility.await().atMost(SOON).until(() -> waiting.get() != null);
        }
        Awaitility.await().atMost(SOON).until(() -> waiting.get().response().closed());
    }

    @Test
    void overTlsNobodysCertificateIsChecked() throws Exception {
        Secret.TlsCertificate own = new TestCertificates("CN=whoever").workload("own", "spiffe://a/ns/b/sa/c");
        HttpServerOptions secured = new HttpServerOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(own.certificateChainPem()))
                        .addKeyValue(Buffer.buffer(own.privateKeyPem())));
        int port =
                application(secured, request -> request.response().end(request.version() + " " + request.authority()));
        probes.put("/app-health/a/livez", new AppProbe.HttpGet(port, SECOND.multipliedBy(9), true, "/"));
        start();
        HttpResponse<String> answer = send("GET", "/app-health/a/livez");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("HTTP_2 127.0.0.1:" + port);
    }

    @Test
    void anOpenPortIsEnoughForATcpProbe() throws Exception {
        int port = application(request -> request.response().end());
        probes.put("/app-health/a/livez", new AppProbe.TcpSocket(port, SECOND));
        probes.put("/app-health/a/readyz", new AppProbe.TcpSocket(1, SECOND));
        start();
        assertThat(send("GET", "/app-health/a/livez").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/app-health/a/readyz").statusCode()).isEqualTo(500);
    }

    @Test
    void aGrpcProbeAsksForHealth() throws Exception {
        Map<String, Integer> health = Map.of("", 1, "good", 1, "bad", 2);
        int port = application(request -> request.body().onSuccess(body -> {
            String service = body.length() <= 5 ? "" : body.getString(7, body.length());
            Integer status = health.get(service);
            request.response().putHeader("content-type", "application/grpc");
            if (!"/grpc.health.v1.Health/Check".equals(request.path()) || status == null) {
                request.response().putTrailer("grpc-status", "5").end();
                return;
            }
            request.response().putTrailer("grpc-status", "0");
            request.response().end(Buffer.buffer(new byte[] {0, 0, 0, 0, 2, 8, status.byteValue()}));
        }));
        for (String service : new String[] {"good", "bad", "unknown"}) {
            probes.put("/app-health/" + service + "/livez", new AppProbe.Grpc(port, SECOND.multipliedBy(9), service));
        }
        probes.put("/app-health/all/livez", new AppProbe.Grpc(port, SECOND.multipliedBy(9), ""));
        probes.put("/app-health/none/livez", new AppProbe.Grpc(1, SECOND, ""));
        start();
        assertThat(send("GET", "/app-health/all/livez").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/app-health/good/livez").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/app-health/bad/livez").statusCode()).isEqualTo(500);
        assertThat(send("GET", "/app-health/unknown/livez").statusCode()).isEqualTo(500);
        assertThat(send("GET", "/app-health/none/livez").statusCode()).isEqualTo(500);
    }
}
