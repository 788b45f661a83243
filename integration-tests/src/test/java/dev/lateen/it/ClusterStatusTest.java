package dev.lateen.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.istiod.Istiod;
import dev.lateen.istiod.kubernetes.connection.ClusterBootstrap;
import dev.lateen.istiod.kubernetes.leader.Leadership;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of objects stands where their authors look for it, written by one of all control planes. */
class ClusterStatusTest extends ClusterFixture {
    private static final String ENTRY = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: outside, namespace: shop}
        spec:
          hosts: [api.example.org]
          ports: [{number: 443, name: tls, protocol: TLS}]
          resolution: DNS
        """;

    /** A lease that a test before left behind would be waited for. */
    @BeforeEach
    void nobodyLeads() {
        leases().delete();
    }

    @AfterEach
    void clean() {
        cluster.delete(ENTRY);
    }

    private static io.fabric8.kubernetes.client.dsl.Resource<Lease> leases() {
        return cluster.client().leases().inNamespace("istio-system").withName(Leadership.LEASE);
    }

    private static GenericKubernetesResource object(String kind, String name) {
        return requireNonNull(cluster.client()
                .genericKubernetesResources("networking.istio.io/v1", kind)
                .inNamespace("shop")
                .withName(name)
                .get());
    }

    /** @return {@code status/reason: message} of a condition; empty if there is none */
    private static String condition(GenericKubernetesResource object, String type) {
        List<Map<String, Object>> conditions = object.get("status", "conditions");
        return conditions == null
                ? ""
                : conditions.stream()
                        .filter(one -> type.equals(one.get("type")))
                        .map(one -> one.get("status") + "/" + one.get("reason") + ": " + one.get("message"))
                        .findFirst()
                        .orElse("");
    }

    private static void awaitCondition(String kind, String name, String type, String start) {
        Awaitility.await(name + " " + type)
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(
                        () -> assertThat(condition(object(kind, name), type)).startsWith(start));
    }

    @Test
    void anObjectSaysThatItIsInForceAndOfWhichGeneration() throws Exception {
        Istiod istiod = istiod(cluster.kubeconfig());
        cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 3s"));
        awaitCondition("VirtualService", "timeouts", "Reconciled", "True/UpToDate: 0/0 proxies up to date.");
        GenericKubernetesResource first = object("VirtualService", "timeouts");
        assertThat(condition(first, "PassedValidation")).isEqualTo("True/NoErrors: ");
        assertThat(first.<Object>get("status", "observedGeneration"))
                .isEqualTo(first.getMetadata().getGeneration().intValue());
        assertThat(first.getMetadata().getManagedFields())
                .anySatisfy(fields -> assertThat(fields)
                        .satisfies(one -> assertThat(one.getManager()).isEqualTo("istiod"))
                        .satisfies(one -> assertThat(one.getSubresource()).isEqualTo("status"))
                        .satisfies(one -> assertThat(one.getOperation()).isEqualTo("Apply")));

        cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 4s"));
        Awaitility.await()
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(
                                object("VirtualService", "timeouts").<Object>get("status", "observedGeneration"))
                        .isEqualTo(2));

        String version = object("VirtualService", "timeouts").getMetadata().getResourceVersion();
        Async.done(vertx.undeploy(istiod.deploymentID()));
        istiod(cluster.kubeconfig());
        // What comes after shows that the new one has written.
        cluster.apply(ROUTE.formatted("broken", "details", "timeout: 1s"));
        awaitCondition("VirtualService", "broken", "Reconciled", "True/");
        assertThat(object("VirtualService", "timeouts").getMetadata().getResourceVersion())
                .as("what is said already is not said again")
                .isEqualTo(version);
    }

    @Test
    void aRefusedObjectSaysWhyInItsStatusAndInAnEvent() {
        istiod(cluster.kubeconfig());
        cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 3s"));
        awaitCondition("VirtualService", "timeouts", "Reconciled", "True/");
        cluster.apply(ROUTE.formatted("timeouts", "reviews", NO_SUCH_CONDITION));
        awaitCondition(
                "VirtualService", "timeouts", "PassedValidation", "False/Refused: spec.http[0].retries.retryOn: ");
        GenericKubernetesResource refused = object("VirtualService", "timeouts");
        assertThat(condition(refused, "Reconciled")).isEqualTo("False/Refused: Its last good form stays in force.");
        List<Map<String, Object>> messages = refused.get("status", "validationMessages");
        assertThat(messages)
                .singleElement()
                .satisfies(one -> assertThat(one)
                        .containsEntry("level", "ERROR")
                        .containsEntry("type", Map.of("code", "IST0106", "name", "SchemaValidationError")));
        Awaitility.await()
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(cluster.client()
                                .v1()
                                .events()
                                .inNamespace("shop")
                                .list()
                                .getItems())
                        .anySatisfy(event -> {
                            assertThat(event.getInvolvedObject().getUid())
                                    .isEqualTo(refused.getMetadata().getUid());
                            assertThat(event.getReason()).isEqualTo("Refused");
                            assertThat(event.getMessage())
                                    .contains("spec.http[0].retries.retryOn", "no-such-condition");
                        }));
        cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 4s"));
        awaitCondition("VirtualService", "timeouts", "PassedValidation", "True/");
    }

    @Test
    void aServiceEntryTellsTheAddressesOfItsHosts() {
        istiod(cluster.kubeconfig());
        cluster.apply(ENTRY);
        Awaitility.await().atMost(Patience.OF_A_CHANGE).untilAsserted(() -> {
            List<Map<String, Object>> addresses =
                    object("ServiceEntry", "outside").get("status", "addresses");
            assertThat(addresses).singleElement().satisfies(one -> {
                assertThat(one).containsEntry("host", "api.example.org");
                assertThat(String.valueOf(one.get("value"))).startsWith("240.240.");
            });
        });
    }

    private Istiod called(String name) {
        return istiod(new ClusterBootstrap("Kubernetes", cluster.kubeconfig(), "istio-system", "", name));
    }

    private static void awaitLeader(String name) {
        Awaitility.await("leader " + name).atMost(Patience.OF_A_CHANGE).until(() -> {
            Lease lease = leases().get();
            return lease != null && name.equals(lease.getSpec().getHolderIdentity());
        });
    }

    @Test
    void whoLeadsWritesAndAnotherOneTakesOver() throws Exception {
        Istiod first = called("istiod-a");
        awaitLeader("istiod-a");
        called("istiod-b");
        Async.done(vertx.undeploy(first.deploymentID()));
        awaitLeader("istiod-b");
        cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 3s"));
        awaitCondition("VirtualService", "timeouts", "Reconciled", "True/");
    }
}
