package dev.lateen.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.ConfigGap;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.upstream.Timers;
import dev.lateen.proxy.upstream.UpstreamClusters;
import io.vertx.core.Vertx;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.awaitility.Awaitility;
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
        assertThat(send(0, "GET", "/ready").body()).isEqualTo("INITIALIZING\ncluster a waits for endpoints a\n");
        assertThat(send(2, "GET", "/healthz/ready").body()).isEqualTo("INITIALIZING\n");
        source.state = AdminSource.State.LIVE;
        assertThat(send(0, "GET", "/ready").body()).isEqualTo("LIVE\n");
        assertThat(send(2, "GET", "/healthz/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void eachPortAnswersItsOwnPathsOnly() throws Exception {
        assertThat(send(1, "GET", "/config_dump").statusCode()).isEqualTo(404);
        assertThat(send(2, "GET", "/stats/prometheus").statusCode()).isEqualTo(404);
        assertThat(send(1, "GET", "/stats/prometheus").body()).contains("envoy_server_state 0");
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

    @Test
    void statsCanBeFilteredByNameUseAndTypeAndAResetStartsCountersAnew() throws Exception {
        assertThat(send(
                                0,
                                "GET",
                                "/stats?usedonly&filter=^(server\\.state|http)"
                                        .replace("^", "%5E")
                                        .replace("|", "%7C")
                                        .replace("\\", "%5C"))
                        .body())
                .isEqualTo("""
                    http.inbound;.downstream_rq_2xx: 3
                    server.state: 0
                    http.inbound;.downstream_rq_time: P0(nan,0) P25(nan,0.5) P50(nan,1) P75(nan,3) P90(nan,4.2) P95(nan,4.6) P99(nan,4.92) P99.5(nan,4.96) P99.9(nan,4.992) P100(nan,5)
                    """);
        assertThat(send(0, "GET", "/stats?type=Counters&filter=2xx").body())
                .isEqualTo("http.inbound;.downstream_rq_2xx: 3\n");
        assertThat(send(0, "GET", "/stats?format=xml").statusCode()).isEqualTo(400);
        assertThat(send(0, "GET", "/reset_counters").statusCode()).isEqualTo(405);
        assertThat(send(0, "POST", "/reset_counters").body()).isEqualTo("OK\n");
        source.requests = 5;
        assertThat(send(0, "GET", "/stats?filter=2xx").body()).isEqualTo("http.inbound;.downstream_rq_2xx: 2\n");
    }

    @Test
    void prometheusGetsNamesAsLabelsAndEnvoysTypes() throws Exception {
        HttpResponse<String> answer = send(1, "GET", "/stats/prometheus");
        assertThat(answer.headers().firstValue("content-type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.body()).contains("""
            # TYPE envoy_http_downstream_rq_time histogram
            envoy_http_downstream_rq_time_bucket{http_conn_manager_prefix="inbound",le="1"} 1
            envoy_http_downstream_rq_time_bucket{http_conn_manager_prefix="inbound",le="5"} 2
            envoy_http_downstream_rq_time_bucket{http_conn_manager_prefix="inbound",le="+Inf"} 2
            envoy_http_downstream_rq_time_sum{http_conn_manager_prefix="inbound"} 4.5
            envoy_http_downstream_rq_time_count{http_conn_manager_prefix="inbound"} 2
            # TYPE envoy_http_downstream_rq_xx counter
            envoy_http_downstream_rq_xx{response_code_class="2",http_conn_manager_prefix="inbound"} 3
            envoy_http_downstream_rq_xx{response_code_class="5",http_conn_manager_prefix="inbound"} 0
            """);
    }

    @Test
    void aFailedHealthCheckAndAPartialDrainAreWhatTheyAreInEnvoy() throws Exception {
        source.state = AdminSource.State.LIVE;
        assertThat(send(0, "POST", "/healthcheck/fail").body()).isEqualTo("OK\n");
        assertThat(send(0, "GET", "/ready").body()).isEqualTo("DRAINING\n");
        assertThat(send(0, "POST", "/healthcheck/ok").body()).isEqualTo("OK\n");
        assertThat(send(0, "GET", "/ready").statusCode()).isEqualTo(200);
        send(0, "POST", "/drain_listeners?inboundonly&graceful");
        assertThat(source.drained).isEqualTo("inbound");
        send(0, "POST", "/reopen_logs");
        assertThat(source.reopened).isTrue();
    }

    @Test
    void theSmallPagesAreThere() throws Exception {
        assertThat(send(0, "GET", "/memory").body()).contains("heap_size");
        assertThat(send(0, "GET", "/runtime").body()).contains("layers");
        assertThat(send(0, "GET", "/certs").body()).contains("certificates");
        assertThat(send(0, "GET", "/init_dump").body()).contains("cluster a waits for endpoints a");
        assertThat(send(0, "GET", "/clusters?filter=(").statusCode()).isEqualTo(400);
        assertThat(send(0, "GET", "/config_dump?resource=nope").statusCode()).isEqualTo(404);
    }

    @Test
    void whatCannotBeBuiltIsListed() throws Exception {
        source.snapshot = new ProxySnapshot(
                1,
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                List.of(new ConfigGap(
                        ConfigGap.Effect.DENIES, "listener l", "filter_chains[0]", "wasm", "can't be built")));
        assertThat(send(0, "GET", "/config_gaps").body())
                .contains("\"DENIES\"")
                .contains("listener l: filter_chains[0]: wasm denies: can't be built");
    }

    /** istioctl knows Envoy's loggers, not our packages. */
    @Test
    void envoysLoggersAreUnderstood() throws Exception {
        assertThat(send(0, "POST", "/logging?paths=connection:debug,wasm:warning")
                        .body())
                .contains("listener: debug");
        assertThat(send(0, "POST", "/logging?wasm=loud").statusCode()).isEqualTo(400);
        send(0, "POST", "/logging?level=info");
    }

    @Test
    void aScrapeIsWrittenAwayFromTheEventLoops() throws Exception {
        source.series = 10_000;
        assertThat(send(1, "GET", "/stats/prometheus").body()).contains("{i=\"0\"} 1.0\n", "{i=\"9999\"} 1.0\n");
        assertThat(source.scrapers).singleElement().matches(Thread::isVirtual);
    }

    /** Asks for a page and reads nothing of it. */
    private Socket deaf(String path) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(1024);
        socket.connect(new InetSocketAddress("127.0.0.1", server.ports().get(1)));
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nhost: a\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void whoeverReadsNothingHoldsAFewPiecesAndAPlaceButNobodyElse() throws Exception {
        source.series = 10_000_000;
        try (Socket a = deaf("/stats/prometheus");
                Socket b = deaf("/metrics");
                Socket c = deaf("/stats/prometheus");
                Socket d = deaf("/stats/prometheus")) {
            assertThat(List.of(a, b, c, d)).allMatch(Socket::isConnected);
            Awaitility.await().until(() -> source.scrapers.size() == 4);
            Awaitility.await()
                    .until(() -> source.scrapers.stream()
                            .allMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING));
            assertThat(source.written)
                    .as("lines of some 40 bytes, written ahead of a client that reads nothing")
                    .isLessThan(1_000_000);
            HttpResponse<String> fifth = send(1, "GET", "/stats/prometheus");
            assertThat(fifth.statusCode()).isEqualTo(503);
            assertThat(fifth.body()).isEqualTo("too many pages are being written\n");
            assertThat(send(0, "GET", "/stats?filter=control").statusCode())
                    .as("the admin port has places of its own")
                    .isEqualTo(200);
        }
        Awaitility.await().until(() -> source.scrapers.stream().noneMatch(Thread::isAlive));
        source.series = 1;
        assertThat(send(1, "GET", "/stats/prometheus").statusCode()).isEqualTo(200);
    }

    @Test
    void allPiecesOfALongPageArriveInTheirOrder() throws Exception {
        source.series = 200_000;
        assertThat(send(1, "GET", "/stats/prometheus").body().lines().filter(line -> line.startsWith("istio")))
                .hasSize(200_000)
                .first()
                .isEqualTo("istio_requests_total{i=\"0\"} 1.0");
    }

    /** The bytes of a CONNECT over HTTP/2, which has an authority and no path. */
    private static byte[] connect() {
        ByteBuffer bytes = ByteBuffer.allocate(64);
        bytes.put("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        bytes.put(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
        bytes.put(new byte[] {0, 0, 12, 1, 5, 0, 0, 0, 1});
        bytes.put(new byte[] {2, 7, 'C', 'O', 'N', 'N', 'E', 'C', 'T', 1, 1, 'a'});
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    @Test
    void aRequestWithoutAPathIsAnsweredToo() throws Exception {
        byte status404 = (byte) 0x8d;
        for (int port : server.ports()) {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream().write(connect());
                DataInputStream in = new DataInputStream(socket.getInputStream());
                byte[] payload = {};
                for (int type = -1; type != 1; ) {
                    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                    type = in.readUnsignedByte();
                    in.skipNBytes(5);
                    payload = in.readNBytes(length);
                }
                assertThat(payload).contains(status404);
            }
        }
    }
}
