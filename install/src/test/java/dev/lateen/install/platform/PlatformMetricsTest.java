package dev.lateen.install.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.metrics.MetricsText;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PlatformMetricsTest {
    private final PlatformMetrics metrics = new PlatformMetrics();
    private final Vertx vertx = metrics.vertx(new VertxOptions().setEventLoopPoolSize(2));

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        metrics.close();
    }

    private List<String> page() throws IOException {
        StringBuilder page = new StringBuilder();
        metrics.write(new MetricsText(page));
        return page.toString().lines().toList();
    }

    private int call(String... paths) throws Exception {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> request.response().end("x"));
        server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        var client = vertx.createHttpClient();
        for (String path : paths) {
            client.request(HttpMethod.valueOf("M" + path.length()), server.actualPort(), "127.0.0.1", path)
                    .compose(request -> request.send())
                    .compose(response -> response.end())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
        }
        return server.actualPort();
    }

    @Test
    void eventLoopsPoolsServersClientsAndTheJvmAreTold() throws Exception {
        call("/a");
        vertx.executeBlocking(() -> 1).toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        Awaitility.await()
                .untilAsserted(() -> assertThat(page())
                        .contains(
                                "# TYPE vertx_http_server_requests_total counter",
                                "vertx_http_server_requests_total{code=\"200\",local=\"127.0.0.1:0\",route=\"\"} 1",
                                "# TYPE vertx_http_client_requests_total counter",
                                "# TYPE vertx_http_server_response_time_seconds summary",
                                "# TYPE vertx_http_server_response_time_seconds_max gauge",
                                "vertx_pool_completed_total{pool_name=\"vert.x-worker-thread\",pool_type=\"worker\"} 1",
                                "netty_eventexecutor_tasks_pending{name=\"vert.x-eventloop-thread-0\"} 0",
                                "# TYPE jvm_memory_used_bytes gauge",
                                "# TYPE jvm_threads_live_threads gauge",
                                "# TYPE jvm_classes_loaded_classes gauge",
                                "# TYPE process_cpu_usage gauge")
                        .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\",id=\"")));
    }

    @Test
    void everyFamilyStandsOnceAndNoneHasAnIstioName() throws Exception {
        call("/a");
        List<String> families = page().stream()
                .filter(line -> line.startsWith("# TYPE "))
                .map(line -> line.split(" ")[2])
                .toList();
        assertThat(families)
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("(vertx|netty|jvm|system|process)_.*"))
                .doesNotContain(
                        "process_cpu_seconds_total",
                        "process_start_time_seconds",
                        "process_virtual_memory_bytes",
                        "process_resident_memory_bytes",
                        "process_open_fds");
    }

    @Test
    void serversThatShareAGaugeWarnNobody() throws Exception {
        List<LogRecord> told = new CopyOnWriteArrayList<>();
        Handler listener = new Handler() {
            @Override
            public void publish(LogRecord line) {
                told.add(line);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger root = Logger.getLogger("");
        root.addHandler(listener);
        try {
            call("/a");
            call("/a");
        } finally {
            root.removeHandler(listener);
        }
        assertThat(told).extracting(LogRecord::getMessage).noneMatch(line -> line.contains("been already registered"));
    }

    @Test
    void whatClientsChooseMakesNoSeries() throws Exception {
        call("/a");
        Awaitility.await()
                .until(() -> page().stream().anyMatch(line -> line.startsWith("vertx_http_server_requests_total")));
        long before = page().stream()
                .filter(line -> line.startsWith("vertx_http_server"))
                .count();
        call("/other", "/another?x=y", "/" + "z".repeat(200));
        Awaitility.await()
                .until(() -> page().stream()
                        .anyMatch(line -> line.startsWith("vertx_http_server_requests_total{") && line.endsWith(" 4")));
        assertThat(page().stream().filter(line -> line.startsWith("vertx_http_server")))
                .hasSize((int) before);
    }

    @Test
    void noMoreSeriesAreKeptThanABound() throws Exception {
        for (int i = 0; i < PlatformMetrics.MOST_SERIES; i++) {
            vertx.createSharedWorkerExecutor("pool-" + i, 1).close();
        }
        assertThat(page().stream().filter(line -> !line.startsWith("#")))
                // A summary has three lines.
                .hasSizeLessThan(3 * PlatformMetrics.MOST_SERIES);
    }
}
