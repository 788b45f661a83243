package dev.lateen.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.istiod.Istiod;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What goes on, and what is said, while the API server is away, hangs, or has forgotten. */
class ClusterAwayTest extends ClusterFixture {
    private final MeshNode late = MeshNode.bookinfo("productpage", "127.9.3.1", "127.9.4.1");

    private Istiod by(CutOffPort port) throws Exception {
        return istiod(cluster.kubeconfigBy(port.port(), directory.resolve("kubeconfig")));
    }

    @Test
    void aProxyThatComesWhileTheApiServerIsAwayGetsWhatWasSaidLast() throws Exception {
        try (CutOffPort port = new CutOffPort(cluster.port());
                Web web = Web.direct()) {
            Istiod istiod = by(port);
            awaitEndpoints(istiod, "10.1.2.3:8080");
            port.cut();
            awaitTold("the API server https://127.0.0.1:" + port.port() + "/ is away", "stays in force");
            proxy(istiod, late);
            awaitClusters(web, late, "outbound|9080||" + HOST + "::10.1.2.3:8080::");
            cluster.apply(slice("10.1.2.5"));
            port.mend();
            awaitClusters(web, late, "outbound|9080||" + HOST + "::10.1.2.5:8080::");
        }
    }

    @Test
    void anApiServerThatHangsIsNamedAndFollowedOnOnceItAnswers() throws Exception {
        try (CutOffPort port = new CutOffPort(cluster.port())) {
            Istiod istiod = by(port);
            String roots = istiod.authority().rootPem();
            String token = cluster.token("shop", "default", "istio-ca");
            awaitEndpoints(istiod, "10.1.2.3:8080");
            port.hold();
            cluster.apply(slice("10.1.2.6"));
            awaitTold("the API server https://127.0.0.1:" + port.port() + "/ is away", "stays in force");
            assertThat(endpoints(istiod)).containsExactly("10.1.2.3:8080");
            assertThatThrownBy(() -> PodAgent.sign(vertx, istiod, roots, token))
                    .as("nobody says that its token is bad")
                    .hasMessageNotContaining("not known");
            port.release();
            awaitEndpoints(istiod, "10.1.2.6:8080");
            assertThat(PodAgent.sign(vertx, istiod, roots, token)).isNotEmpty();
        }
    }

    @Test
    void aControlPlaneThatStartsWhileItIsAwayEndsWithASentenceAndComesUpOnceItIsBack() throws Exception {
        try (CutOffPort port = new CutOffPort(cluster.port());
                Web web = Web.direct()) {
            Istiod before = by(port);
            proxy(before, late);
            port.cut();
            Async.done(vertx.undeploy(before.deploymentID()));
            assertThatThrownBy(() -> by(port))
                    .hasMessageContaining("cluster Kubernetes: the API server https://127.0.0.1:" + port.port())
                    .hasMessageContaining("can't be reached: ");
            assertThat(clusters(web, late))
                    .as("a proxy keeps what it has without either")
                    .contains("10.1.2.3:8080");
            port.mend();
            awaitEndpoints(by(port), "10.1.2.3:8080");
        }
    }

    @Test
    void whatHappenedBeforeTheStoreForgotIsFoundByAnotherList() throws Exception {
        Assumptions.assumeTrue(cluster.isOurs(), "somebody else's API server");
        cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 3s"));
        try (CutOffPort port = new CutOffPort(cluster.port())) {
            Istiod istiod = by(port);
            awaitConfig(istiod, "\"3s\"");
            String before = requireNonNull(cluster.client()
                            .discovery()
                            .v1()
                            .endpointSlices()
                            .inNamespace("shop")
                            .withName("reviews-1")
                            .get())
                    .getMetadata()
                    .getResourceVersion();
            port.cut();
            cluster.delete(ROUTE.formatted("timeouts", "reviews", "timeout: 3s"));
            cluster.apply(ROUTE.formatted("broken", "details", "timeout: 4s"));
            cluster.apply(slice("10.1.2.7"));
            cluster.compact();
            // A new API server knows nothing of what was before the compaction.
            cluster.restart(() -> assertThat(endpoints(istiod)).containsExactly("10.1.2.3:8080"));
            port.mend();
            awaitEndpoints(istiod, "10.1.2.7:8080");
            awaitConfig(istiod, "\"4s\"");
            awaitNoConfig(istiod, "\"3s\"");
            assertThat(cluster.client()
                            .raw("/apis/discovery.k8s.io/v1/endpointslices?watch=1&timeoutSeconds=2&resourceVersion="
                                    + before))
                    .as("what a watch hears that asks for what came after")
                    .contains("\"code\":410");
        }
    }
}
