package dev.lateen.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import dev.lateen.istiod.Istiod;
import dev.lateen.istiod.kubernetes.connection.ClusterBootstrap;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What a control plane makes of a real API server's objects. */
class ClusterSourceTest extends ClusterFixture {
    @Test
    void aProxyGetsTheEndpointsOfTheClusterAndWhatBecomesOfThem() throws Exception {
        Istiod istiod = istiod(cluster.kubeconfig());
        MeshNode node = MeshNode.bookinfo("productpage", "127.9.1.1", "127.9.2.1");
        proxy(istiod, node);
        try (Web web = Web.direct()) {
            awaitClusters(web, node, "outbound|9080||" + HOST + "::10.1.2.3:8080::");
            cluster.apply(slice("10.1.2.3", "10.1.2.4"));
            awaitClusters(web, node, "outbound|9080||" + HOST + "::10.1.2.4:8080::");
            cluster.apply(slice("10.1.2.4"));
            Awaitility.await()
                    .atMost(Patience.OF_A_CHANGE)
                    .untilAsserted(() -> assertThat(clusters(web, node)).doesNotContain("10.1.2.3:8080"));
            cluster.delete(SERVICE);
            Awaitility.await()
                    .atMost(Patience.OF_A_CHANGE)
                    .untilAsserted(() -> assertThat(clusters(web, node)).doesNotContain(HOST));
        }
    }

    @Test
    void aBrokenObjectHoldsNothingBackAtTheStartOrLater() throws Exception {
        cluster.apply(ROUTE.formatted("broken", "details", NO_SUCH_CONDITION));
        cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 3s"));
        Istiod istiod = istiod(cluster.kubeconfig());
        assertThat(config(istiod)).contains("timeouts", "\"3s\"").doesNotContain("broken");
        awaitTold(
                "cluster Kubernetes",
                "VirtualService shop/broken",
                "spec.http[0].retries.retryOn",
                "no-such-condition");

        cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 4s"));
        awaitConfig(istiod, "\"4s\"");
        cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 5s, " + NO_SUCH_CONDITION));
        awaitTold("VirtualService shop/timeouts", "no-such-condition");
        assertThat(config(istiod)).as("what was last good stays").contains("\"4s\"");
        cluster.apply(ROUTE.formatted("broken", "details", "timeout: 6s"));
        awaitConfig(istiod, "\"6s\"");
    }

    private static final String MESH = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: istio, namespace: istio-system}
        data: {mesh: '%s'}
        """;

    @Test
    @Shows("MeshConfig.discoverySelectors")
    void meshConfigOfTheClusterIsFollowedAndSelectsNamespaces() {
        cluster.namespace("lab");
        cluster.apply(SERVICE.replace("shop", "lab").replace("reviews", "tests"));
        Istiod istiod = istiod(cluster.kubeconfig());
        assertThat(snapshot(istiod).registry().services("tests.lab.svc.cluster.local"))
                .hasSize(1);

        cluster.apply(MESH.formatted(
                "discoverySelectors: [{matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn,"
                        + " values: [lab]}]}]"));
        Awaitility.await()
                .atMost(Patience.OF_A_CHANGE)
                .until(() -> snapshot(istiod)
                        .registry()
                        .services("tests.lab.svc.cluster.local")
                        .isEmpty());
        awaitEndpoints(istiod, "10.1.2.3:8080");

        cluster.apply(MESH.formatted("discoverySelectors: nonsense"));
        awaitTold("ConfigMap istio-system/istio data.mesh", "discoverySelectors");
        assertThat(snapshot(istiod).mesh().discovery().discoverySelectors()).hasSize(1);
        cluster.apply(MESH.formatted("enableTracing: true"));
        Awaitility.await()
                .atMost(Patience.OF_A_CHANGE)
                .until(() -> !snapshot(istiod)
                        .registry()
                        .services("tests.lab.svc.cluster.local")
                        .isEmpty());
    }

    @Test
    void anApiServerThatIsAwayTakesNothingAwayAndWhatChangedMeanwhileArrivesAfterwards() throws Exception {
        try (CutOffPort port = new CutOffPort(cluster.port())) {
            Istiod istiod = istiod(cluster.kubeconfigBy(port.port(), directory.resolve("kubeconfig")));
            awaitEndpoints(istiod, "10.1.2.3:8080");
            port.cut();
            cluster.apply(slice("10.1.2.9"));
            cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 3s"));
            awaitTold("the API server https://127.0.0.1:" + port.port() + "/ is away", "stays in force");
            assertThat(endpoints(istiod)).containsExactly("10.1.2.3:8080");
            port.mend();
            awaitEndpoints(istiod, "10.1.2.9:8080");
            awaitConfig(istiod, "\"3s\"");
        }
    }

    @Test
    void aRestartedApiServerTakesNothingAwayAndIsFollowedOn() throws Exception {
        Assumptions.assumeTrue(cluster.isOurs(), "somebody else's API server");
        Istiod istiod = istiod(cluster.kubeconfig());
        awaitEndpoints(istiod, "10.1.2.3:8080");
        cluster.restart(() -> assertThat(endpoints(istiod)).containsExactly("10.1.2.3:8080"));
        cluster.apply(slice("10.1.2.8"));
        cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 3s"));
        Awaitility.await().atMost(Patience.OF_A_CHANGE).untilAsserted(() -> {
            assertThat(endpoints(istiod)).isNotEmpty();
            assertThat(endpoints(istiod)).containsExactly("10.1.2.8:8080");
        });
        awaitConfig(istiod, "\"3s\"");
    }

    @Test
    void aKindWhoseCrdIsNotThereIsNamedAndReadOnceItIs() {
        String name = "proxyconfigs.networking.istio.io";
        var crds = cluster.client().apiextensions().v1().customResourceDefinitions();
        CustomResourceDefinition crd = requireNonNull(crds.withName(name).get());
        crds.withName(name).delete();
        try {
            Awaitility.await()
                    .atMost(Patience.OF_A_CHANGE)
                    .until(() -> crds.withName(name).get() == null);
            Istiod istiod = istiod(cluster.kubeconfig());
            awaitTold("the API server doesn't serve", name);
            crd.getMetadata().setResourceVersion(null);
            crd.getMetadata().setManagedFields(List.of());
            cluster.client().resource(crd).create();
            Awaitility.await().atMost(Patience.OF_A_CHANGE).ignoreExceptions().untilAsserted(() -> {
                cluster.apply("""
                    apiVersion: networking.istio.io/v1beta1
                    kind: ProxyConfig
                    metadata: {name: late, namespace: shop}
                    spec: {concurrency: 1}
                    """);
                assertThat(config(istiod)).contains("\"late\"");
            });
        } finally {
            if (crds.withName(name).get() == null) {
                crd.getMetadata().setResourceVersion(null);
                crd.getMetadata().setManagedFields(List.of());
                cluster.client().resource(crd).create();
            }
        }
    }

    @Test
    void objectsForAnotherRevisionAreNotTaken() throws Exception {
        cluster.apply(ROUTE.formatted("foreign", "details", "timeout: 7s")
                .replace("namespace: shop", "namespace: shop, labels: {istio.io/rev: canary}"));
        cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 3s"));
        Istiod stable =
                istiod(new ClusterBootstrap("Kubernetes", cluster.kubeconfig(), "istio-system", "stable", "test"));
        assertThat(config(stable)).contains("\"3s\"").doesNotContain("\"7s\"");
    }
}
