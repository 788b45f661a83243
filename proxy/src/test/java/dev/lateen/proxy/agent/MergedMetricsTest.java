package dev.lateen.proxy.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpServerRequest;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The application's metrics beside the proxy's, asked for as a Prometheus does. */
class MergedMetricsTest extends AgentFixture {
    /** What is told, but for what the agent says of itself. */
    private static String metrics(HttpResponse<String> answer) {
        return answer.body()
                .lines()
                .filter(line -> !line.contains("istio_agent_"))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    @Test
    void theApplicationsMetricsFollowTheProxys() throws Exception {
        AtomicReference<HttpServerRequest> asked = new AtomicReference<>();
        int port = application(request -> {
            asked.set(request);
            request.response()
                    .putHeader("content-type", "text/plain; version=0.0.4")
                    .end("app_metric 2");
        });
        targets.add(new ScrapeTarget(port, "/m?x=1"));
        start();
        HttpResponse<String> answer = send(
                "GET", "/stats/prometheus", "Accept", "text/plain;q=0.5", "X-Prometheus-Scrape-Timeout-Seconds", "5");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
        assertThat(metrics(answer)).isEqualTo("proxy_metric 1\napp_metric 2\n");
        assertThat(asked.get().uri()).isEqualTo("/m?x=1");
        assertThat(asked.get().getHeader("accept")).isEqualTo("text/plain;q=0.9");
        assertThat(asked.get().getHeader("x-prometheus-scrape-timeout-seconds")).isEqualTo("5");
        assertThat(metrics(send("GET", "/metrics"))).isEqualTo("proxy_metric 1\napp_metric 2\n");
        assertThat(send("GET", "/stats/prometheus?bad=1").statusCode()).isEqualTo(400);
    }

    @Test
    void severalApplicationsInOpenMetricsHaveOneEnd() throws Exception {
        for (String name : new String[] {"a", "b"}) {
            int port = application(request -> request.response()
                    .putHeader("content-type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
                    .end(name + " 1\n# EOF\n"));
            targets.add(new ScrapeTarget(port, "/"));
        }
        start();
        HttpResponse<String> answer =
                send("GET", "/stats/prometheus", "Accept", "application/openmetrics-text;version=1.0.0");
        assertThat(answer.headers().firstValue("content-type"))
                .hasValue("application/openmetrics-text; version=1.0.0; charset=utf-8");
        assertThat(metrics(answer)).isEqualTo("proxy_metric 1\na 1\nb 1\n# EOF\n");
    }

    @Test
    void anApplicationThatFailsHidesNothing() throws Exception {
        int failing =
                application(request -> request.response().setStatusCode(500).end("app_metric 1"));
        int page = application(request ->
                request.response().putHeader("content-type", "text/html").end("<html>"));
        int silent = application(request -> {});
        int breaking = application(request -> {
            request.response().setChunked(true).write("whole 1\nhal");
            vertx.setTimer(20, _ -> request.connection().close());
        });
        int stalling =
                application(request -> request.response().setChunked(true).write("stalled 1\nhal"));
        for (int port : new int[] {1, failing, page, silent, breaking, stalling}) {
            targets.add(new ScrapeTarget(port, "/"));
        }
        start();
        HttpResponse<String> answer = send("GET", "/stats/prometheus", "X-Prometheus-Scrape-Timeout-Seconds", "1");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(metrics(answer))
                .startsWith("proxy_metric 1\n")
                .endsWith("stalled 1\n")
                .doesNotContain("hal", "app", "html");
        assertThat(answer.body())
                .contains(
                        "istio_agent_scrapes_total 1\n", "istio_agent_scrape_failures_total{type=\"application\"} 4\n");
    }

    @Test
    void anEndlessApplicationStopsWithItsReader() throws Exception {
        AtomicReference<HttpServerRequest> asked = new AtomicReference<>();
        int port = application(request -> {
            asked.set(request);
            request.response().setChunked(true);
            String line = "endless 1\n".repeat(1000);
            vertx.setPeriodic(1, timer -> {
                if (request.response().closed()) {
                    vertx.cancelTimer(timer);
                } else if (!request.response().writeQueueFull()) {
                    request.response().write(line);
                }
            });
        });
        targets.add(new ScrapeTarget(port, "/"));
        start();
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream().write(head("a", "GET", "/metrics").getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            assertThat(in.readNBytes(100_000)).hasSize(100_000);
        }
        Awaitility.await().atMost(SOON).until(() -> asked.get().response().closed());
    }

    @Test
    void metricsMayBeForThePodAlone() throws Exception {
        metricsForThisPodOnly = true;
        start();
        assertThat(send("GET", "/stats/prometheus").statusCode()).isEqualTo(200);
        assertThat(raw("127.0.0.6", head("a", "GET", "/stats/prometheus"))).startsWith("HTTP/1.1 403 ");
    }
}
