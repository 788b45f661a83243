package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.istiod.Istiod;
import dev.lateen.istiod.IstiodBootstrap;
import dev.lateen.istiod.IstiodEvents;
import dev.lateen.istiod.admission.ConfigAdmission;
import dev.lateen.istiod.ca.AuthorityFiles;
import dev.lateen.istiod.ca.CertificateAuthority;
import dev.lateen.istiod.ca.KeyPairAndChain;
import dev.lateen.istiod.debug.Readiness;
import dev.lateen.istiod.kubernetes.connection.ClusterBootstrap;
import dev.lateen.istiod.listen.ListenAddress;
import dev.lateen.istiod.webhook.ValidationRegistration;
import dev.lateen.istiod.webhook.ValidationRegistration.State;
import dev.lateen.istiod.webhook.ValidationWebhook;
import dev.lateen.istiod.webhook.WebhookPort;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The validation webhook, asked by a real API server. */
class ValidationOnClusterTest {
    private static final String NAMESPACE = "admission";
    private static final String NAME = "lateen-validation-test";
    /** As an installation calls it. */
    private static final String INSTALLED = "istio-validator-istio-system";

    private static final String REGISTRATION = """
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingWebhookConfiguration
        metadata: {name: %s}
        webhooks:
        - name: validation.istio.io
          admissionReviewVersions: [v1]
          sideEffects: None
          failurePolicy: Ignore
          timeoutSeconds: 5
          namespaceSelector:
            matchExpressions:
            - {key: kubernetes.io/metadata.name, operator: In, values: [admission, istio-system]}
          clientConfig: {url: "https://127.0.0.1:%d/validate"}
          rules:
          - apiGroups: [networking.istio.io]
            apiVersions: ["*"]
            operations: [CREATE, UPDATE]
            resources: ["*"]
        """;

    private static final String ROUTE = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews, namespace: admission}
        spec:
          hosts: [reviews]
          http: [{retries: {attempts: 2, retryOn: "%s"}, route: [{destination: {host: reviews}}]}]
        """;

    private static final String GOOD = ROUTE.formatted("5xx");
    private static final String BAD = ROUTE.formatted("on tuesdays");

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private KubeCluster cluster;
    private KubernetesClient client;
    private CertificateAuthority authority;
    private HttpServer server;
    private ValidationRegistration registration;

    @BeforeEach
    void serve() throws Exception {
        cluster = KubeCluster.shared();
        client = impatient(cluster.client());
        cluster.namespace(NAMESPACE);
        authority = new AuthorityFiles(InstantSource.system(), new SecureRandom())
                .openOrCreate(directory.resolve("ca"), "cluster.local");
        KeyPairAndChain pair = authority.issueServer(List.of("localhost"), List.of("127.0.0.1"), Duration.ofDays(1));
        Router router = Router.router(vertx);
        new ValidationWebhook(vertx, new ConfigAdmission(() -> null)).serveOn(router);
        server = Async.done(vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setUseAlpn(true)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .addKeyValue(Buffer.buffer(pair.keyPem()))
                                .addCertValue(Buffer.buffer(pair.chainPem()))))
                .requestHandler(router)
                .listen(0, "127.0.0.1"));
        registration =
                new ValidationRegistration(client, NAME, NAMESPACE, Map.of("app", "probe"), () -> authority.rootPem());
    }

    @AfterEach
    void end() {
        for (String name : List.of(NAME, INSTALLED)) {
            client.admissionRegistration()
                    .v1()
                    .validatingWebhookConfigurations()
                    .withName(name)
                    .delete();
        }
        cluster.delete(GOOD);
        client.close();
        Async.done(vertx.close());
    }

    /** Another try would take its time, and have the same answer. */
    private static KubernetesClient impatient(KubernetesClient client) {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(client.getConfiguration())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
    }

    private void offer(String yaml) {
        client.resource(client.getKubernetesSerialization().unmarshal(yaml, GenericKubernetesResource.class))
                .inNamespace(NAMESPACE)
                .dryRun()
                .create();
    }

    private boolean isBinding(String name) {
        return client
                .admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName(name)
                .get()
                .getWebhooks()
                .stream()
                .allMatch(webhook -> webhook.getFailurePolicy().equals("Fail"));
    }

    private void register() {
        cluster.apply(REGISTRATION.formatted(NAME, server.actualPort()));
        Awaitility.await("the API server hears the webhook")
                .atMost(Patience.OF_A_START)
                .until(() -> registration.update() == State.BINDING);
    }

    @Test
    void anApiServerThatHearsTheWebhookRefusesWhatValidateRefuses() {
        assertThat(registration.update()).isEqualTo(State.ABSENT);
        assertThatCode(() -> offer(BAD)).as("nobody is asked").doesNotThrowAnyException();

        register();

        assertThat(isBinding(NAME)).isTrue();
        offer(GOOD);
        assertThatThrownBy(() -> offer(BAD))
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        refused -> assertThat(refused.getCode()).isEqualTo(422))
                .hasMessageContaining("denied the request: VirtualService admission/reviews: spec.http[0].retries");
    }

    @Test
    void aWebhookThatIsGoneLetsNothingPassOnceItWasHeard() {
        register();
        Async.done(server.close());

        assertThatThrownBy(() -> offer(GOOD)).hasMessageContaining("failed calling webhook");
        assertThat(registration.update()).isEqualTo(State.BINDING);
    }

    @Test
    void aWebhookThatCannotBeReachedHoldsNobodyUp() {
        Async.done(server.close());
        cluster.apply(REGISTRATION.formatted(NAME, server.actualPort()));

        assertThat(registration.update()).isEqualTo(State.NOT_HEARD);
        assertThat(registration.update()).isEqualTo(State.NOT_HEARD);

        assertThatCode(() -> offer(BAD)).doesNotThrowAnyException();
    }

    @Test
    void aBadObjectThatWasThereBeforeMayChangeItsLabels() {
        cluster.apply(BAD);
        register();

        cluster.apply(BAD.replace("namespace: admission", "namespace: admission, labels: {a: b}"));

        assertThatThrownBy(() -> cluster.apply(BAD.replace("attempts: 2", "attempts: 3")))
                .hasMessageContaining("denied the request");
    }

    @Test
    void aControlPlaneMakesItsOwnWebhookBinding() {
        ListenAddress free = new ListenAddress("test", "127.0.0.1", 0);
        Istiod istiod = Async.deployed(
                vertx,
                new Istiod(
                        IstiodBootstrap.onLoopback(List.of(), directory.resolve("state"))
                                .withAddresses(free, free, null, free)
                                .withCluster(new ClusterBootstrap(
                                        "Kubernetes", cluster.kubeconfig(), "istio-system", "", "test")),
                        new Istiod.Surroundings(
                                IstiodEvents.NONE,
                                new Readiness(),
                                MetricsSource.NONE,
                                List.of(),
                                new WebhookPort(free, _ -> {}))));

        cluster.apply(REGISTRATION.formatted(INSTALLED, istiod.addresses().webhooks()));

        Awaitility.await("istiod hears itself").atMost(Patience.OF_A_START).until(() -> isBinding(INSTALLED));
        offer(GOOD);
        assertThatThrownBy(() -> offer(BAD)).hasMessageContaining("denied the request: VirtualService");
    }
}
