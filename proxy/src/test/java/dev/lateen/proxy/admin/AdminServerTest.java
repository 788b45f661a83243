package dev.lateen.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.upstream.Timers;
import dev.lateen.proxy.upstream.UpstreamClusters;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminServerTest {
    private final Vertx vertx = Vertx.vertx();
    private final FakeSource source = new FakeSource();
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final UpstreamClusters clusters = new UpstreamClusters(
            name -> CompletableFuture.failedStage(new UnsupportedOperationException()),
            Timers.on(timers),
            new SplittableRandom(1));
    private final AdminServer server = new AdminServer(vertx, source, clusters);
    private final HttpClient client = HttpClient.newHttpClient();

    private static final class FakeSource implements AdminSource {
        State state = State.INITIALIZING;
        boolean quit;

        @Override
        public ProxySnapshot snapshot() {
            return ProxySnapshot.EMPTY;
        }

        @Override
        public State state() {
            return state;
        }

        @Override
        public Map<String, List<String>> boundListeners() {
            return Map.of("virtualInbound", List.of("0.0.0.0:15006"));
        }

        @Override
        public Future<String> configDump(Map<String, String> query) {
            return query.containsKey("resource")
                    ? Future.failedFuture(new NoSuchElementException("nope not found in config dump"))
                    : Future.succeededFuture("{\"configs\":[]}");
        }

        @Override
        public String nodeJson() {
            return "{\"id\":\"sidecar~127.1.0.1~a.default~default.svc.cluster.local\"}";
        }

        @Override
        public List<MetricSnapshot> metrics() {
            return List.of();
        }

        @Override
        public Map<String, Long> stats() {
            return Map.of("control_plane.connected_state", 1L);
        }

        @Override
        public long uptimeMillis() {
            return 12_345;
        }

        @Override
        public void drainListeners() {}

        @Override
        public void quit() {
            quit = true;
        }
    }

    @BeforeEach
    void start() {
        InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
        server.start(any, any, any).await();
    }

    @AfterEach
    void stop() {
        server.stop().await();
        clusters.close();
        client.close();
        timers.shutdownNow();
        vertx.close().await();
    }

    private HttpResponse<String> send(int port, String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.ports().get(port) + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void readyFollowsTheState() throws Exception {
        assertThat(send(0, "GET", "/ready").statusCode()).isEqualTo(503);
        assertThat(send(2, "GET", "/healthz/ready").body()).isEqualTo("INITIALIZING\n");
        source.state = AdminSource.State.LIVE;
        assertThat(send(0, "GET", "/ready").body()).isEqualTo("LIVE\n");
        assertThat(send(2, "GET", "/healthz/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void eachPortAnswersItsOwnPathsOnly() throws Exception {
        assertThat(send(1, "GET", "/config_dump").statusCode()).isEqualTo(404);
        assertThat(send(2, "GET", "/stats/prometheus").statusCode()).isEqualTo(404);
        assertThat(send(1, "GET", "/stats/prometheus").body()).contains("envoy_server_live 0.0");
    }

    @Test
    void theUsualPagesAreThere() throws Exception {
        assertThat(send(0, "GET", "/server_info").body())
                .contains("\"INITIALIZING\"")
                .contains("sidecar~127.1.0.1");
        assertThat(send(0, "GET", "/listeners").body()).isEqualTo("virtualInbound::0.0.0.0:15006\n");
        assertThat(send(0, "GET", "/listeners?format=json").body()).contains("\"port_value\" : 15006");
        assertThat(send(0, "GET", "/stats?filter=control").body()).isEqualTo("control_plane.connected_state: 1\n");
        assertThat(send(0, "GET", "/stats?filter=(").statusCode()).isEqualTo(400);
        assertThat(send(0, "GET", "/nonsense").statusCode()).isEqualTo(404);
    }

    @Test
    void whatChangesSomethingAsksForPost() throws Exception {
        assertThat(send(0, "GET", "/quitquitquit").statusCode()).isEqualTo(405);
        assertThat(source.quit).isFalse();
        assertThat(send(0, "POST", "/quitquitquit").body()).isEqualTo("OK\n");
        assertThat(source.quit).isTrue();
    }

    @Test
    void loggingLevelsCanBeChangedAndABadOneIsExplained() throws Exception {
        assertThat(send(0, "POST", "/logging?http=debug").body())
                .contains("http: debug")
                .contains("xds: info");
        HttpResponse<String> bad = send(0, "POST", "/logging?http=loud");
        assertThat(bad.statusCode()).isEqualTo(400);
        assertThat(bad.body()).contains("loud").contains("warning");
        assertThat(send(0, "POST", "/logging?level=info").body()).contains("http: info");
    }
}
