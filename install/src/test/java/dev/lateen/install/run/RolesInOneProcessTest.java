package dev.lateen.install.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.egress.EgressGateway;
import dev.lateen.ingress.IngressGateway;
import dev.lateen.injector.Injection;
import dev.lateen.injector.InjectionPolicy;
import dev.lateen.injector.InjectorWebhook;
import dev.lateen.injector.settings.SidecarSettings;
import dev.lateen.install.platform.PlatformMetrics;
import dev.lateen.istiod.Istiod;
import dev.lateen.istiod.IstiodBootstrap;
import dev.lateen.istiod.IstiodEvents;
import dev.lateen.istiod.ca.KeyPairAndChain;
import dev.lateen.istiod.debug.Readiness;
import dev.lateen.istiod.listen.ListenAddress;
import dev.lateen.proxy.Proxy;
import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.model.LoadAssignment.Locality;
import dev.lateen.proxy.xds.bootstrap.ControlPlane;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two whole meshes of verticles in one JVM, on loopback addresses of their own. */
class RolesInOneProcessTest {
    private static final int PORT = 8080;
    private static final int STATS = 15090;
    private static final Duration LONG = Duration.ofSeconds(30);

    static {
        LeakWatch.begin();
    }

    @TempDir
    private Path directory;

    private final PlatformMetrics platform = new PlatformMetrics();
    private final Vertx vertx = platform.vertx(new VertxOptions());
    private final HttpClient user = HttpClient.newHttpClient();

    @AfterEach
    void close() throws Exception {
        user.close();
        done(vertx.close());
        platform.close();
        assertThat(LeakWatch.found()).isEmpty();
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static final String CONFIG = """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: edge, namespace: istio-system}
        spec:
          selector: {istio: %1$s}
          servers:
          - {port: {number: 8080, name: http, protocol: HTTP}, hosts: ["*"]}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: answer, namespace: istio-system}
        spec:
          hosts: ["*"]
          gateways: [edge]
          http: [{directResponse: {status: %2$d}}]
        """;

    /** The roles of one mesh. @param host its control plane's address; {@code pod} its gateway's */
    private record Mesh(String host, String pod, Istiod istiod, InjectorWebhook webhook, Proxy gateway) {}

    private Mesh mesh(int number, String selector, int status) throws Exception {
        String host = "127.81." + number + ".1";
        String pod = "127.81." + number + ".2";
        Path config = Files.createDirectories(directory.resolve("config-" + number));
        Files.writeString(config.resolve("gateway.yaml"), CONFIG.formatted(selector, status));
        IstiodBootstrap bootstrap = IstiodBootstrap.onLoopback(List.of(config), directory.resolve("state-" + number))
                .withAddresses(
                        new ListenAddress("test", host, 15010),
                        new ListenAddress("test", host, 15012),
                        null,
                        new ListenAddress("test", host, 15014));
        Istiod istiod =
                deployed(new Istiod(bootstrap, new Istiod.Surroundings(IstiodEvents.NONE, new Readiness(), platform)));
        KeyPairAndChain pair = istiod.authority().issueServer(List.of("localhost"), List.of(host), Duration.ofDays(1));
        InjectorWebhook webhook = deployed(new InjectorWebhook(
                new InetSocketAddress(host, 15017),
                new PemKeyCertOptions()
                        .addKeyValue(Buffer.buffer(pair.keyPem()))
                        .addCertValue(Buffer.buffer(pair.chainPem())),
                new Injection(InjectionPolicy.enabled(), SidecarSettings.defaults())));
        Proxy gateway = deployed(ProxyRole.of(node(pod, selector))
                .verticle(proxyBootstrap(host, pod, selector), OutputStream.nullOutputStream())
                .platform(platform));
        Awaitility.await().atMost(LONG).until(() -> status("http://" + pod + ":" + PORT + "/") == status);
        return new Mesh(host, pod, istiod, webhook, gateway);
    }

    private <V extends Deployable> V deployed(V role) throws Exception {
        done(vertx.deployVerticle(role));
        return role;
    }

    private static XdsNode node(String pod, String selector) {
        return new XdsNode(
                "router~" + pod + "~gateway.istio-system~istio-system.svc.cluster.local",
                "gateway.istio-system",
                Map.of(
                        "NAME",
                        "gateway",
                        "NAMESPACE",
                        "istio-system",
                        "LABELS",
                        Map.of("istio", selector),
                        "LATEEN_BIND_ADDRESS",
                        pod),
                new Locality("", "", ""),
                "lateen",
                "test",
                List.of());
    }

    private static ProxyBootstrap proxyBootstrap(String host, String pod, String selector) {
        return new ProxyBootstrap(
                node(pod, selector),
                0,
                new ProxyBootstrap.OwnAddresses(null, new InetSocketAddress(pod, STATS), null),
                new ProxyBootstrap.Discovery(new ControlPlane(host, 15010, "", true, null, Map.of()), Map.of(), null),
                List.of(),
                new ProxyBootstrap.Drain(Duration.ofMillis(200), Duration.ofMillis(200)),
                Map::of);
    }

    private HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return user.send(
                HttpRequest.newBuilder(URI.create(url)).timeout(LONG).build(), HttpResponse.BodyHandlers.ofString());
    }

    private int status(String url) {
        try {
            return get(url).statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void end(Mesh mesh) throws Exception {
        done(vertx.undeploy(mesh.gateway().deploymentID()));
        done(vertx.undeploy(mesh.webhook().deploymentID()));
        done(vertx.undeploy(mesh.istiod().deploymentID()));
    }

    /** Names of all threads, virtual ones too, with how many there are; those of Vert.x' own pools stay as long as it does. */
    private Map<String, Long> threads() throws IOException {
        Path file = directory.resolve("threads-" + System.nanoTime());
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(file.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
        try (var lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith("#"))
                    .map(line -> line.replaceFirst("^#[0-9]+ \"([^\"]*)\".*", "$1"))
                    .filter(name -> Set.of("config-files", "snapshots").contains(name) || name.startsWith("ads-"))
                    .map(name -> name.replaceFirst("^ads-[0-9]+", "ads"))
                    .collect(Collectors.groupingBy(name -> name, Collectors.counting()));
        }
    }

    /** The JDK gives a socket back when its selector looks the next time, which may be just after the role has ended. */
    private static void awaitFree(String host, int... ports) {
        for (int port : ports) {
            Awaitility.await().atMost(LONG).untilAsserted(() -> {
                try (ServerSocket socket = new ServerSocket()) {
                    socket.setReuseAddress(true);
                    socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
                    assertThat(socket.isBound()).isTrue();
                } catch (IOException e) {
                    throw new AssertionError(host + ":" + port + " is not free", e);
                }
            });
        }
    }

    @Test
    void oneMeshEndsAndTheOtherServesOn() throws Exception {
        Map<String, Long> before = threads();
        Mesh one = mesh(1, IngressGateway.SELECTOR, 418);
        Map<String, Long> withOne = threads();
        Mesh other = mesh(2, EgressGateway.SELECTOR, 429);
        assertThat(one.gateway()).isInstanceOf(IngressGateway.class);
        assertThat(other.gateway()).isInstanceOf(EgressGateway.class);
        assertThat(one.istiod().proxies()).hasSize(1);
        assertThat(withOne).containsKeys("config-files", "snapshots", "ads-silence", "ads");

        end(one);

        awaitFree(one.host(), 15010, 15012, 15014, 15017);
        awaitFree(one.pod(), PORT, STATS);
        Awaitility.await()
                .atMost(LONG)
                .untilAsserted(() -> assertThat(threads()).isEqualTo(withOne));
        assertThat(status("http://" + other.pod() + ":" + PORT + "/")).isEqualTo(429);
        assertThat(get("http://" + other.host() + ":15014/ready").body()).isEqualTo("ready\n");
        // The other still follows its files.
        Files.writeString(directory.resolve("config-2/gateway.yaml"), CONFIG.formatted(EgressGateway.SELECTOR, 410));
        Awaitility.await().atMost(LONG).until(() -> status("http://" + other.pod() + ":" + PORT + "/") == 410);

        end(other);
        Awaitility.await()
                .atMost(LONG)
                .untilAsserted(() -> assertThat(threads()).isEqualTo(before));
        Mesh again = mesh(1, IngressGateway.SELECTOR, 418);
        end(again);
    }

    @Test
    void pagesTellThePlatformBesideIstiosMetrics() throws Exception {
        Mesh mesh = mesh(1, IngressGateway.SELECTOR, 418);
        // A server is told of once it has answered somebody.
        get("http://" + mesh.host() + ":15014/ready");
        String istiod = get("http://" + mesh.host() + ":15014/metrics").body();
        String gateway =
                get("http://" + mesh.pod() + ":" + STATS + "/stats/prometheus").body();
        for (String page : List.of(istiod, gateway)) {
            assertThat(page.lines())
                    .contains(
                            "# TYPE jvm_memory_used_bytes gauge",
                            "# TYPE vertx_http_server_requests_total counter",
                            "# TYPE netty_eventexecutor_tasks_pending gauge",
                            "# TYPE vertx_pool_completed_total counter");
            List<String> families = page.lines()
                    .filter(line -> line.startsWith("# TYPE "))
                    .map(line -> line.split(" ")[2])
                    .toList();
            assertThat(new TreeSet<>(families)).hasSameSizeAs(families);
        }
        assertThat(istiod).startsWith("# HELP citadel_").contains("\npilot_xds{version=", "\nprocess_open_fds ");
        assertThat(gateway).contains("\nenvoy_server_live 1\n", "istio_requests_total{");
        end(mesh);
    }

    @Test
    void aStartThatFailsLeavesNothingBehind() throws Exception {
        Path config = Files.createDirectories(directory.resolve("config"));
        String host = "127.81.3.1";
        IstiodBootstrap bootstrap = IstiodBootstrap.onLoopback(List.of(config), directory.resolve("state"))
                .withAddresses(
                        new ListenAddress("test", host, 15010),
                        new ListenAddress("test", host, 15012),
                        null,
                        new ListenAddress("--monitoringAddr", host, 15014));
        Map<String, Long> before = threads();
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(host, 15014));
            Istiod istiod = new Istiod(
                    bootstrap, new Istiod.Surroundings(IstiodEvents.NONE, new Readiness(), MetricsSource.NONE));
            assertThat(vertx.deployVerticle(istiod)
                            .toCompletionStage()
                            .toCompletableFuture()
                            .handle((id, failure) -> String.valueOf(failure))
                            .get(60, TimeUnit.SECONDS))
                    .contains("--monitoringAddr " + host + ":15014");
        }
        awaitFree(host, 15010, 15012, 15014);
        Awaitility.await()
                .atMost(LONG)
                .untilAsserted(() -> assertThat(threads()).isEqualTo(before));
    }
}
