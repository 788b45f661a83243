package dev.lateen.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.istiod.Istiod;
import dev.lateen.istiod.ca.RefusedException;
import dev.lateen.istiod.kubernetes.connection.ApiServer;
import dev.lateen.istiod.kubernetes.connection.ClusterBootstrap;
import dev.lateen.istiod.kubernetes.identity.TokenReviews;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The authority's Secret is lost or spoilt, and tokens run out or are renewed, while a control plane runs. */
class ClusterAuthorityTest extends ClusterFixture {
    private static final String OWN = "istio-ca-secret";

    @BeforeEach
    void withoutGivenAuthority() {
        secret("cacerts").delete();
        secret(OWN).delete();
    }

    private static Resource<Secret> secret(String name) {
        return cluster.client().secrets().inNamespace("istio-system").withName(name);
    }

    private static void write(Map<String, String> data) {
        cluster.client()
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(OWN)
                        .withNamespace("istio-system")
                        .endMetadata()
                        .withType("istio.io/ca-root")
                        .withData(data)
                        .build())
                .forceConflicts()
                .serverSideApply();
    }

    @Test
    void aSecretThatIsDeletedOrSpoiltIsNamedAndWhatSignedLastGoesOnUntilItIsRestored() throws Exception {
        Istiod istiod = istiod(cluster.kubeconfig());
        Map<String, String> good = requireNonNull(secret(OWN).get()).getData();
        String roots = istiod.authority().rootPem();
        String token = cluster.token("shop", "default", "istio-ca");

        secret(OWN).delete();
        awaitTold("Secret istio-system/" + OWN + " is gone; what signed last goes on signing");
        PodAgent.assertVerifies(PodAgent.sign(vertx, istiod, roots, token).getFirst(), istiod);
        Awaitility.await("it is written back")
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(secret(OWN).get()).isNotNull());
        assertThat(requireNonNull(secret(OWN).get()).getData()).isEqualTo(good);
        assertThat(requireNonNull(secret(OWN).get()).getType()).isEqualTo("istio.io/ca-root");
        awaitNothingToSay(istiod);

        write(Map.of("ca-cert.pem", base64("nonsense"), "ca-key.pem", requireNonNull(good.get("ca-key.pem"))));
        awaitTold("Secret istio-system/" + OWN + " ca-cert.pem: ", "what signed last goes on signing");
        assertThat(istiod.authority().rootPem()).isEqualTo(roots);
        PodAgent.assertVerifies(PodAgent.sign(vertx, istiod, roots, token).getFirst(), istiod);

        secret(OWN).delete();
        write(good);
        awaitNothingToSay(istiod);
        assertThat(istiod.authority().rootPem()).isEqualTo(roots);
        assertThat(PodAgent.sign(vertx, istiod, roots, token)).isNotEmpty();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What is wrong with the Secret is no longer among what is wrong. */
    private static void awaitNothingToSay(Istiod istiod) {
        Awaitility.await("it is well again").atMost(Patience.OF_A_CHANGE).untilAsserted(() -> {
            try (Web web = Web.direct()) {
                assertThat(web.get("http://127.0.0.1:" + istiod.addresses().monitoring() + "/debug/objectz")
                                .body())
                        .doesNotContain(OWN);
            }
        });
    }

    @Test
    void aTokenThatHasRunOutIsRefusedInTheApiServersWords() throws Exception {
        Path key = cluster.key("sa.key");
        Assumptions.assumeTrue(key != null, "somebody else's API server");
        Istiod istiod = istiod(cluster.kubeconfig());
        String old = expired(cluster.token("shop", "default", "istio-ca"), requireNonNull(key));
        assertThatThrownBy(() -> PodAgent.sign(vertx, istiod, istiod.authority().rootPem(), old))
                .hasMessageContaining("token: not known to the API server: ")
                .hasMessageContaining("expired")
                .hasMessageContaining("(accepted: a token of a service account of cluster Kubernetes");
    }

    /** The same token as the API server would have made it two hours ago. */
    private static String expired(String token, Path key) throws Exception {
        String[] parts = token.split("\\.");
        JsonMapper json = JsonMapper.shared();
        ObjectNode claims = (ObjectNode) json.readTree(Base64.getUrlDecoder().decode(parts[1]));
        long now = Instant.now().getEpochSecond();
        claims.put("iat", now - 7200).put("nbf", now - 7200).put("exp", now - 3600);
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String signed = parts[0] + "." + base64.encodeToString(json.writeValueAsBytes(claims));
        String pem = Files.readString(key).replaceAll("-----[A-Z ]+-----", "");
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem))));
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + base64.encodeToString(signature.sign());
    }

    private static void account(String name) {
        cluster.client()
                .resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace("shop")
                        .endMetadata()
                        .build())
                .serverSideApply();
    }

    private static void revoke(String name) {
        cluster.client().serviceAccounts().inNamespace("shop").withName(name).delete();
    }

    @Test
    void aTokenThatIsRevokedIsBelievedForHalfAMinuteAtMost() throws Exception {
        account("revoked");
        String token = cluster.token("shop", "revoked", "istio-ca");
        AtomicLong nanos = new AtomicLong();
        try (ApiServer server = ApiServer.connect(
                vertx, new ClusterBootstrap("Kubernetes", cluster.kubeconfig(), "istio-system", "", "test"))) {
            TokenReviews reviews = new TokenReviews(server, nanos::get);
            assertThat(reviews.verify(token, "cluster.local")).hasToString("spiffe://cluster.local/ns/shop/sa/revoked");
            revoke("revoked");
            assertThat(reviews.verify(token, "cluster.local")).isNotNull();
            nanos.addAndGet(Duration.ofSeconds(30).toNanos());
            // The API server itself believes for some seconds what it has just said.
            Awaitility.await().atMost(Patience.OF_A_CHANGE).untilAsserted(() -> {
                nanos.addAndGet(Duration.ofSeconds(30).toNanos());
                assertThatThrownBy(() -> reviews.verify(token, "cluster.local"))
                        .isInstanceOf(RefusedException.class)
                        .hasMessageContaining("token: not known to the API server");
            });
        }
    }

    @Test
    void aControlPlaneWhoseOwnTokenIsRenewedInItsFileGoesOnWithTheNewOne() throws Exception {
        account("before");
        account("after");
        Path file = Files.writeString(
                directory.resolve("token"), cluster.token("shop", "before", "https://kubernetes.default.svc"));
        Path kubeconfig = cluster.kubeconfigOf("", directory.resolve("kubeconfig"));
        Files.writeString(
                kubeconfig, Files.readString(kubeconfig).replace("token: \"\"", "tokenFile: \"" + file + "\""));
        try (ApiServer server =
                ApiServer.connect(vertx, new ClusterBootstrap("Kubernetes", kubeconfig, "istio-system", "", "test"))) {
            assertThat(caller(server)).isEqualTo("system:serviceaccount:shop:before");
            Files.writeString(file, cluster.token("shop", "after", "https://kubernetes.default.svc"));
            revoke("before");
            Awaitility.await()
                    .atMost(Patience.OF_A_CHANGE.multipliedBy(2))
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(caller(server)).isEqualTo("system:serviceaccount:shop:after"));
        }
    }

    private static String caller(ApiServer server) {
        String review = "authentication.k8s.io/v1";
        String answer = server.client()
                .raw(
                        "/apis/" + review + "/selfsubjectreviews",
                        "POST",
                        Map.of("apiVersion", review, "kind", "SelfSubjectReview"));
        return JsonMapper.shared()
                .readTree(answer)
                .at("/status/userInfo/username")
                .asString();
    }
}
