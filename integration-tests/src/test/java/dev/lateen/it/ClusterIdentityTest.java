package dev.lateen.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.istiod.Istiod;
import dev.lateen.istiod.ca.AuthorityReader;
import dev.lateen.istiod.ca.KeyPairAndChain;
import dev.lateen.istiod.kubernetes.connection.ClusterBootstrap;
import dev.lateen.istiod.kubernetes.identity.RootConfigMaps;
import dev.lateen.istiod.kubernetes.leader.Leadership;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The authority of a cluster: whose tokens it believes, and who else has it. */
class ClusterIdentityTest extends ClusterFixture {
    private static final String SYSTEM = "istio-system";

    @BeforeEach
    void withoutAuthority() {
        for (String name : List.of("cacerts", "istio-ca-secret")) {
            cluster.client().secrets().inNamespace(SYSTEM).withName(name).delete();
        }
        cluster.client().leases().inNamespace(SYSTEM).withName(Leadership.LEASE).delete();
        cluster.client()
                .configMaps()
                .inNamespace("shop")
                .withName(RootConfigMaps.NAME)
                .delete();
    }

    private Istiod called(String name) {
        return istiod(new ClusterBootstrap("Kubernetes", cluster.kubeconfig(), SYSTEM, "", name));
    }

    private static String root(String namespace) {
        ConfigMap map = cluster.client()
                .configMaps()
                .inNamespace(namespace)
                .withName(RootConfigMaps.NAME)
                .get();
        return map == null ? "" : map.getData().getOrDefault("root-cert.pem", "");
    }

    private static void awaitRoot(String namespace, String root) {
        Awaitility.await("root in " + namespace)
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(root(namespace)).isEqualTo(root));
    }

    @Test
    void aPodsTokenIsBelievedAndNoOther() throws Exception {
        Istiod istiod = called("istiod-a");
        String roots = istiod.authority().rootPem();
        List<String> chain = PodAgent.sign(vertx, istiod, roots, cluster.token("shop", "default", "istio-ca"));
        assertThat(PodAgent.certificate(chain.getFirst()).getSubjectAlternativeNames())
                .containsExactly(List.of(6, "spiffe://cluster.local/ns/shop/sa/default"));
        PodAgent.assertVerifies(chain.getFirst(), istiod);

        String forOthers = cluster.token("shop", "default", "https://kubernetes.default.svc");
        assertThatThrownBy(() -> PodAgent.sign(vertx, istiod, roots, forOthers))
                .hasMessageContaining("token: not known to the API server: ")
                .hasMessageContaining(
                        "(accepted: a token of a service account of cluster Kubernetes, audience istio-ca");
        String good = cluster.token("shop", "default", "istio-ca");
        assertThatThrownBy(() -> PodAgent.sign(vertx, istiod, roots, good.substring(0, good.length() - 6) + "AAAAAA"))
                .hasMessageContaining("token: not known to the API server");
    }

    @Test
    void whileTheApiServerIsAwayNobodySaysThatATokenIsBad() throws Exception {
        try (CutOffPort port = new CutOffPort(cluster.port())) {
            Istiod istiod = istiod(cluster.kubeconfigBy(port.port(), directory.resolve("kubeconfig")));
            String roots = istiod.authority().rootPem();
            String known = cluster.token("shop", "default", "istio-ca");
            PodAgent.sign(vertx, istiod, roots, known);
            port.cut();
            assertThat(PodAgent.sign(vertx, istiod, roots, known))
                    .as("it was good a moment ago")
                    .isNotEmpty();
            assertThatThrownBy(() -> PodAgent.sign(vertx, istiod, roots, cluster.token("shop", "default", "istio-ca")))
                    .as("14: unavailable")
                    .hasMessageContaining("the CA refused: 14 token: can't be checked now: cluster Kubernetes");
        }
    }

    @Test
    void twoControlPlanesHaveOneAuthorityAndWhatEitherSignedIsGood() throws Exception {
        Istiod first = called("istiod-a");
        Istiod second = called("istiod-b");
        assertThat(second.authority().rootPem()).isEqualTo(first.authority().rootPem());
        Map<String, String> secret = requireNonNull(cluster.client()
                        .secrets()
                        .inNamespace(SYSTEM)
                        .withName("istio-ca-secret")
                        .get())
                .getData();
        assertThat(secret).containsOnlyKeys("ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem");

        String root = first.authority().rootPem();
        awaitRoot("shop", root);
        cluster.client()
                .configMaps()
                .inNamespace("shop")
                .withName(RootConfigMaps.NAME)
                .delete();
        awaitRoot("shop", root);
        String token = cluster.token("shop", "default", "istio-ca");
        String leaf = PodAgent.sign(vertx, first, root(SYSTEM), token).getFirst();
        Async.done(vertx.undeploy(first.deploymentID()));
        PodAgent.assertVerifies(leaf, second);
        PodAgent.assertVerifies(PodAgent.sign(vertx, second, root, token).getFirst(), second);
        cluster.namespace("late-" + ProcessHandle.current().pid());
        awaitRoot("late-" + ProcessHandle.current().pid(), root);
    }

    @Test
    void anAuthorityThatIsGivenLaterTakesOverAndABrokenOneDoesNot() throws Exception {
        Istiod istiod = called("istiod-a");
        String before = istiod.authority().rootPem();
        awaitRoot("shop", before);
        KeyPairAndChain given = new AuthorityReader(InstantSource.system(), new SecureRandom()).newRoot("given");
        secret(Map.of("ca-cert.pem", given.chainPem(), "ca-key.pem", "nonsense", "root-cert.pem", given.chainPem()));
        awaitTold("Secret istio-system/cacerts ca-key.pem: no private key", "what signed last goes on signing");
        assertThat(istiod.authority().rootPem()).isEqualTo(before);
        secret(Map.of(
                "ca-cert.pem", given.chainPem(), "ca-key.pem", given.keyPem(), "root-cert.pem", given.chainPem()));
        awaitRoot("shop", given.chainPem());
        String token = cluster.token("shop", "default", "istio-ca");
        Awaitility.await("its port shows a certificate of the new authority")
                .atMost(Patience.OF_A_CHANGE)
                .ignoreExceptions()
                .untilAsserted(() -> PodAgent.assertVerifies(
                        PodAgent.sign(vertx, istiod, given.chainPem(), token).getFirst(), istiod));
    }

    private static void secret(Map<String, String> texts) {
        SecretBuilder secret = new SecretBuilder()
                .withNewMetadata()
                .withName("cacerts")
                .withNamespace(SYSTEM)
                .endMetadata();
        texts.forEach((name, text) ->
                secret.addToData(name, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII))));
        cluster.client().resource(secret.build()).forceConflicts().serverSideApply();
    }
}
