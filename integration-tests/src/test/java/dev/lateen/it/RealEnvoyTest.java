package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.istiod.Istiod;
import dev.lateen.istiod.IstiodBootstrap;
import dev.lateen.istiod.listen.ListenAddress;
import dev.lateen.proxy.Proxy;
import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.xds.bootstrap.ControlPlane;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Our istiod drives a stock Envoy, which is one pod's sidecar, and our own proxy, which is another's: Bookinfo's requests pass between them
 * over mutual TLS.
 */
@SuppressWarnings({"UnusedVariable", "InlineFormatString"
}) // what is held only to be closed; long templates read better on their own
class RealEnvoyTest {
    private static final int PORT = 9080;

    private static final String SERVICE = """
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s, namespace: default, labels: {app: %1$s, service: %1$s}}
        spec:
          clusterIP: 10.96.7.%2$d
          ports: [{port: 9080, name: http}]
          selector: {app: %1$s}
        ---
        """;

    private static final String POD = """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s, namespace: default, labels: {app: %s, version: v1, security.istio.io/tlsMode: istio}}
        spec:
          serviceAccountName: %s
          containers: [{name: app, image: app, ports: [{containerPort: 9080}]}]
        status: {phase: Running, podIP: %s, conditions: [{type: Ready, status: "True"}]}
        ---
        """;

    private static final String STRICT = """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: istio-system}
        spec: {mtls: {mode: STRICT}}
        """;

    @TempDir
    Path directory;

    /** Istio's routing files unchanged, Services and Pods as a cluster would show them. */
    private Path config(MeshNode... pods) throws IOException {
        Path config = Files.createDirectories(directory.resolve("config"));
        StringBuilder yaml = new StringBuilder();
        List<String> services = List.of("productpage", "details", "reviews", "ratings");
        services.forEach(service -> yaml.append(SERVICE.formatted(service, 10 + services.indexOf(service))));
        for (MeshNode pod : pods) {
            yaml.append(POD.formatted(pod.name(), pod.labels().get("app"), pod.serviceAccount(), pod.ip()));
        }
        Files.writeString(config.resolve("mesh.yaml"), yaml.append(STRICT));
        for (String file : List.of("virtual-service-all-v1.yaml", "destination-rule-all.yaml")) {
            Files.copy(Project.bookinfo("networking/" + file), config.resolve(file));
        }
        return config;
    }

    private static Istiod istiod(Vertx vertx, Path config, Path state) {
        ListenAddress free = new ListenAddress("test", "127.0.0.1", 0);
        IstiodBootstrap bootstrap =
                IstiodBootstrap.onLoopback(List.of(config), state).withAddresses(free, free, null, free);
        return Async.deployed(vertx, new Istiod(bootstrap, Istiod.Surroundings.none()));
    }

    private static Proxy ours(Vertx vertx, Istiod istiod, MeshNode node, boolean delta) {
        ControlPlane.Tls tls = ControlPlane.Tls.ofWorkload(istiod.authority().rootPem(), "");
        Proxy proxy = new Proxy(
                new ProxyBootstrap(
                        node.xds(),
                        1,
                        new ProxyBootstrap.OwnAddresses(new InetSocketAddress(node.ip(), 15000), null, null),
                        new ProxyBootstrap.Discovery(
                                new ControlPlane(
                                        "127.0.0.1", istiod.addresses().secureGrpc(), "", delta, tls, Map.of()),
                                Map.of(),
                                node.identity(istiod)),
                        List.of(),
                        new ProxyBootstrap.Drain(Duration.ofSeconds(1), Duration.ofSeconds(1)),
                        Map::of),
                OutputStream.nullOutputStream());
        Async.done(vertx.deployVerticle(proxy));
        return proxy;
    }

    @ParameterizedTest
    @CsvSource({"DELTA_GRPC,1", "GRPC,2"})
    void bookinfoPassesBetweenEnvoyAndOurSidecarOverMutualTls(String apiType, int net) throws Exception {
        MeshNode productpage = MeshNode.bookinfo("productpage", "127.3." + net + ".1", "127.4." + net + ".1");
        MeshNode reviews = MeshNode.bookinfo("reviews", "127.3." + net + ".2", "127.4." + net + ".2");
        Path config = config(productpage, reviews);
        Vertx vertx = Vertx.vertx();
        Istiod istiod = istiod(vertx, config, directory.resolve("state"));
        try (EchoBackend pages = new EchoBackend("productpage", new InetSocketAddress("127.4." + net + ".1", PORT));
                EchoBackend texts = new EchoBackend("reviews", new InetSocketAddress("127.4." + net + ".2", PORT));
                RealEnvoy envoy = RealEnvoy.start(vertx, istiod, productpage, apiType, directory);
                Web fromEnvoy = Web.through(productpage.ip(), MeshNode.HTTP_PROXY);
                Web fromOurs = Web.through(reviews.ip(), MeshNode.HTTP_PROXY);
                Web stranger = Web.direct()) {
            Proxy ours = ours(vertx, istiod, reviews, apiType.equals("DELTA_GRPC"));
            Async.done(ours.ready());
            envoy.awaitLive();
            awaitInSync(istiod, productpage, reviews);

            HttpResponse<String> there = fromEnvoy.get("http://reviews:9080/reviews/0");
            assertThat(there.statusCode()).as(there.body()).isEqualTo(200);
            assertThat(there.body())
                    .startsWith("reviews GET /reviews/0")
                    .contains("x-forwarded-client-cert", "By=" + reviews.spiffeId(), "URI=" + productpage.spiffeId());

            HttpResponse<String> back = fromOurs.get("http://productpage:9080/productpage");
            assertThat(back.statusCode()).as(back.body()).isEqualTo(200);
            assertThat(back.body())
                    .startsWith("productpage GET /productpage")
                    .contains("By=" + productpage.spiffeId(), "URI=" + reviews.spiffeId());

            // Without a certificate nobody comes in, at either kind of sidecar.
            assertThatThrownBy(() -> stranger.get("http://" + reviews.ip() + ":9080/reviews/0"))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> stranger.get("http://" + productpage.ip() + ":9080/productpage"))
                    .isInstanceOf(IOException.class);

            changesReachThem(config, istiod, fromEnvoy, fromOurs);

            assertThat(envoy.page("/certs")).contains(productpage.spiffeId());
            assertThat(envoy.stats("rds.http_proxy.update_success").values())
                    .as(envoy.page("/stats?filter=rds"))
                    .isNotEmpty()
                    .allMatch(count -> count > 0);
            assertThat(envoy.page("/clusters"))
                    .contains("outbound|9080|v1|reviews.default.svc.cluster.local::" + reviews.ip() + ":9080");
            envoy.assertNothingRejected();
            assertThat(istiod.proxies())
                    .hasSize(2)
                    .allSatisfy(proxy -> assertThat(proxy.delta()).isEqualTo(apiType.equals("DELTA_GRPC")));
        } finally {
            Async.done(vertx.close());
        }
    }

    /** An edit of a file takes effect in both, without a restart. */
    private static void changesReachThem(Path config, Istiod istiod, Web fromEnvoy, Web fromOurs) throws Exception {
        Path rule = config.resolve("virtual-service-all-v1.yaml");
        String before = Files.readString(rule);
        Files.writeString(
                rule,
                before.replace(
                        "  - route:", "  - fault: {abort: {httpStatus: 418, percentage: {value: 100}}}\n    route:"));
        LocalMesh.awaitStatus(fromEnvoy, "http://reviews:9080/reviews/0", 418);
        LocalMesh.awaitStatus(fromOurs, "http://productpage:9080/productpage", 418);
        Files.writeString(rule, before);
        LocalMesh.awaitStatus(fromEnvoy, "http://reviews:9080/reviews/0", 200);
        LocalMesh.awaitStatus(fromOurs, "http://productpage:9080/productpage", 200);
    }

    private static void awaitInSync(Istiod istiod, MeshNode... nodes) {
        Awaitility.await("in sync").atMost(Patience.OF_A_CHANGE).untilAsserted(() -> {
            for (MeshNode node : nodes) {
                assertThat(istiod.isInSync(node.id()))
                        .as("%s", istiod.proxies())
                        .isTrue();
            }
        });
    }
}
