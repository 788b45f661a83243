package dev.lateen.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.Istiod;
import dev.lateen.istiod.IstiodBootstrap;
import dev.lateen.istiod.IstiodEvents;
import dev.lateen.istiod.debug.Readiness;
import dev.lateen.istiod.kubernetes.connection.ClusterBootstrap;
import dev.lateen.istiod.listen.ListenAddress;
import dev.lateen.istiod.model.MeshSnapshot;
import dev.lateen.istiod.registry.Registry;
import dev.lateen.istiod.registry.Service;
import dev.lateen.proxy.Proxy;
import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.xds.bootstrap.ControlPlane;
import io.vertx.core.Vertx;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A control plane that follows a real API server, in which a Service has one endpoint. */
@SuppressWarnings("InlineFormatString") // long templates read better on their own
abstract class ClusterFixture {
    static final String HOST = "reviews.shop.svc.cluster.local";

    static final String SERVICE = """
        apiVersion: v1
        kind: Service
        metadata: {name: reviews, namespace: shop}
        spec: {ports: [{port: 9080, name: http, targetPort: 8080}]}
        """;

    static final String SLICE = """
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: reviews-1, namespace: shop, labels: {kubernetes.io/service-name: reviews}}
        addressType: IPv4
        ports: [{name: http, port: 8080}]
        endpoints: [%s]
        """;

    static final String ROUTE = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %s, namespace: shop}
        spec:
          hosts: [%s]
          http: [{%s, route: [{destination: {host: reviews}}]}]
        """;

    /** What the CRD lets pass and Istio's validation doesn't. */
    static final String NO_SUCH_CONDITION = "retries: {attempts: 2, retryOn: no-such-condition}";

    @SuppressWarnings("NullAway.Init") // set before all tests
    static KubeCluster cluster;

    @TempDir
    Path directory;

    final Vertx vertx = Vertx.vertx();
    private final List<String> told = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void cluster() throws Exception {
        cluster = KubeCluster.shared();
    }

    @BeforeEach
    void empty() {
        cluster.namespace("shop");
        cluster.apply(SERVICE);
        cluster.apply(slice("10.1.2.3"));
    }

    @AfterEach
    void end() {
        Async.done(vertx.close());
        for (String name : List.of("timeouts", "broken", "foreign")) {
            cluster.delete(ROUTE.formatted(name, "x", "timeout: 1s"));
        }
        cluster.client()
                .configMaps()
                .inNamespace("istio-system")
                .withName("istio")
                .delete();
        cluster.client().services().inNamespace("lab").delete();
    }

    static String slice(String... addresses) {
        String all = String.join(
                ", ",
                List.of(addresses).stream()
                        .map(address -> "{addresses: [" + address + "], conditions: {ready: true}}")
                        .toList());
        return SLICE.formatted(all);
    }

    Istiod istiod(Path kubeconfig) {
        return istiod(new ClusterBootstrap("Kubernetes", kubeconfig, "istio-system", "", "test"));
    }

    Istiod istiod(ClusterBootstrap bootstrap) {
        ListenAddress free = new ListenAddress("test", "127.0.0.1", 0);
        return Async.deployed(
                vertx,
                new Istiod(
                        IstiodBootstrap.onLoopback(List.of(), directory.resolve("state"))
                                .withAddresses(free, free, null, free)
                                .withCluster(bootstrap),
                        new Istiod.Surroundings(
                                new IstiodEvents() {
                                    @Override
                                    public void problems(List<Problem> problems) {
                                        problems.forEach(problem -> told.add(problem.toString()));
                                    }
                                },
                                new Readiness(),
                                MetricsSource.NONE)));
    }

    static MeshSnapshot snapshot(Istiod istiod) {
        return requireNonNull(istiod.snapshot());
    }

    static List<String> endpoints(Istiod istiod) {
        Registry registry = snapshot(istiod).registry();
        List<Service> services = registry.services(HOST);
        return services.isEmpty()
                ? List.of()
                : registry
                        .endpoints(
                                services.getFirst(), services.getFirst().ports().getFirst())
                        .stream()
                        .map(endpoint -> endpoint.address() + ":" + endpoint.port())
                        .toList();
    }

    static void awaitEndpoints(Istiod istiod, String... expected) {
        Awaitility.await()
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(endpoints(istiod)).containsExactlyInAnyOrder(expected));
    }

    void awaitTold(String... parts) {
        Awaitility.await()
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() ->
                        assertThat(told).anySatisfy(line -> assertThat(line).contains(parts)));
    }

    String config(Istiod istiod) throws Exception {
        try (Web web = Web.direct()) {
            return web.get("http://127.0.0.1:" + istiod.addresses().monitoring() + "/debug/configz")
                    .body();
        }
    }

    void awaitConfig(Istiod istiod, String expected) {
        Awaitility.await(expected)
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(config(istiod)).contains(expected));
    }

    /** A list brings its objects one by one, and only at its end what it no longer has. */
    void awaitNoConfig(Istiod istiod, String gone) {
        Awaitility.await(gone + " is gone")
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(config(istiod)).doesNotContain(gone));
    }

    /** A sidecar of a node, once it has its configuration. */
    Proxy proxy(Istiod istiod, MeshNode node) {
        Proxy proxy = new Proxy(
                new ProxyBootstrap(
                        node.xds(),
                        1,
                        new ProxyBootstrap.OwnAddresses(new InetSocketAddress(node.ip(), 15000), null, null),
                        new ProxyBootstrap.Discovery(
                                new ControlPlane("127.0.0.1", istiod.addresses().grpc(), "", true, null, Map.of()),
                                Map.of(),
                                null),
                        List.of(),
                        new ProxyBootstrap.Drain(Duration.ofSeconds(1), Duration.ofSeconds(1)),
                        Map::of),
                OutputStream.nullOutputStream());
        Async.done(vertx.deployVerticle(proxy));
        Async.done(proxy.ready());
        return proxy;
    }

    static String clusters(Web web, MeshNode node) throws Exception {
        return web.get("http://" + node.ip() + ":15000/clusters").body();
    }

    static void awaitClusters(Web web, MeshNode node, String expected) {
        Awaitility.await(expected)
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(clusters(web, node)).contains(expected));
    }
}
