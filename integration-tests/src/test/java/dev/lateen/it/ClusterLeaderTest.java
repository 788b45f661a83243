package dev.lateen.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.istiod.Istiod;
import dev.lateen.istiod.kubernetes.connection.ClusterBootstrap;
import dev.lateen.istiod.kubernetes.leader.Leadership;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One of two control planes is lost without a word. */
class ClusterLeaderTest extends ClusterFixture {
    /** How long a lease holds; a renewal may be on its way when the link is cut. */
    private static final Duration HELD = Duration.ofSeconds(14);

    @BeforeEach
    void nobodyLeads() {
        cluster.client()
                .leases()
                .inNamespace("istio-system")
                .withName(Leadership.LEASE)
                .delete();
    }

    private Istiod called(String name, Path kubeconfig) {
        return istiod(new ClusterBootstrap("Kubernetes", kubeconfig, "istio-system", "", name));
    }

    private static Lease lease() {
        return cluster.client()
                .leases()
                .inNamespace("istio-system")
                .withName(Leadership.LEASE)
                .get();
    }

    private static void awaitLeader(String name) {
        Awaitility.await("leader " + name).atMost(Patience.OF_A_CHANGE).until(() -> {
            Lease lease = lease();
            return lease != null && name.equals(lease.getSpec().getHolderIdentity());
        });
    }

    /** The generation that its status is about. */
    private static long observed() {
        GenericKubernetesResource object = cluster.client()
                .genericKubernetesResources("networking.istio.io/v1", "VirtualService")
                .inNamespace("shop")
                .withName("timeouts")
                .get();
        Map<String, Object> status = object.get("status");
        return status != null && status.get("observedGeneration") instanceof Number number ? number.longValue() : 0;
    }

    @Test
    void theOtherOneTakesItsWorkWithinTheLeaseAndNoCertificateIsRejected() throws Exception {
        try (CutOffPort port = new CutOffPort(cluster.port())) {
            Istiod first = called("istiod-a", cluster.kubeconfigBy(port.port(), directory.resolve("kubeconfig")));
            awaitLeader("istiod-a");
            Istiod second = called("istiod-b", cluster.kubeconfig());
            String roots = first.authority().rootPem();
            String token = cluster.token("shop", "default", "istio-ca");
            String before = PodAgent.sign(vertx, first, roots, token).getFirst();

            port.cut();
            Instant lost = requireNonNull(lease().getSpec().getRenewTime()).toInstant();
            awaitLeader("istiod-b");
            assertThat(Duration.between(lost, lease().getSpec().getAcquireTime().toInstant()))
                    .as("not before its lease has run out")
                    .isGreaterThan(HELD);
            cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 3s"));
            Awaitility.await("status goes on").atMost(Patience.OF_A_CHANGE).until(() -> observed() == 1);
            PodAgent.assertVerifies(before, second);
            PodAgent.assertVerifies(PodAgent.sign(vertx, second, roots, token).getFirst(), first);

            port.mend();
            awaitEndpoints(first, "10.1.2.3:8080");
            cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 4s"));
            Awaitility.await("by one of them").atMost(Patience.OF_A_CHANGE).until(() -> observed() == 2);
            awaitLeader("istiod-b");
        }
    }
}
