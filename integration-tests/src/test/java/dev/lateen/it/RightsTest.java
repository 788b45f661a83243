package dev.lateen.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.install.manifest.InstallManifest;
import dev.lateen.install.manifest.InstallValues;
import dev.lateen.istiod.kubernetes.leader.Leadership;
import dev.lateen.it.ApiRecorder.Asked;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * istiod, as the service account that an installation gives it, does all that it does in a cluster: nothing is forbidden to it, and nothing is granted that it doesn't
 * use. Who gives istiod something new to do adds it to the story here.
 */
class RightsTest {
    private static final String HOME = "rights-system";
    private static final String SHOP = "rights-shop";
    private static final String REVISION = "rights";
    private static final String TAG = "rights-default-tag";
    private static final String VALIDATOR = "istio-validator-rights-rights-system";
    private static final String INJECTOR = "istio-sidecar-injector-rights-rights-system";

    /** One object of each kind, so that each has a status. */
    private static final String OBJECTS = RightsTestObjects.ALL;

    @TempDir
    private Path directory;

    private final Vertx vertx = Vertx.vertx();
    private KubeCluster cluster;
    private KubernetesClient client;
    private List<HasMetadata> rights;
    private ApiRecorder recorder;
    private int webhooks;
    private int secure;

    /** A verb on a kind of objects that a role grants. */
    private record Grant(boolean atHome, String group, String resource, String verb, List<String> names) {
        boolean covers(Asked asked) {
            return (!atHome || asked.namespace().equals(HOME))
                    && asked.group().equals(group)
                    && asked.resource().equals(resource)
                    && asked.verb().equals(verb)
                    && (names.isEmpty() || names.contains(asked.name()));
        }
    }

    @BeforeEach
    void install() throws Exception {
        cluster = KubeCluster.shared();
        client = cluster.client();
        clear();
        InstallManifest manifest = InstallManifest.of(InstallValues.of(
                "minimal", List.of(), List.of("revision=" + REVISION, "values.global.istioNamespace=" + HOME)));
        rights = manifest.base();
        rights.forEach(object -> client.resource(object).forceConflicts().serverSideApply());
        webhooks = Ports.free();
        secure = Ports.free();
        manifest.controlPlane().forEach(this::register);
        anotherRevisionLeads();
        recorder = new ApiRecorder(vertx, client.getConfiguration());
    }

    /** For an hour, if nobody of the default revision comes; which is this one, says a tag. */
    private void anotherRevisionLeads() {
        client.resource(new MutatingWebhookConfigurationBuilder()
                        .withNewMetadata()
                        .withName(TAG)
                        .addToLabels("istio.io/tag", "default")
                        .addToLabels("istio.io/rev", REVISION)
                        .endMetadata()
                        .build())
                .create();
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        client.resource(new LeaseBuilder()
                        .withNewMetadata()
                        .withName(Leadership.LEASE)
                        .withNamespace(HOME)
                        .addToAnnotations("leader.istio.io/holder-key", "other")
                        .endMetadata()
                        .withNewSpec()
                        .withHolderIdentity("istiod-other")
                        .withLeaseDurationSeconds(3600)
                        .withAcquireTime(now)
                        .withRenewTime(now)
                        .withLeaseTransitions(0)
                        .endSpec()
                        .build())
                .create();
    }

    /** On a cluster without pods the webhooks are reached by address. */
    private void register(HasMetadata object) {
        switch (object) {
            case MutatingWebhookConfiguration injector ->
                client.resource(new MutatingWebhookConfigurationBuilder(injector)
                                .withWebhooks(injector.getWebhooks().stream()
                                        .map(webhook -> webhook.edit()
                                                .withNewClientConfig()
                                                .withUrl("https://127.0.0.1:" + webhooks + "/inject")
                                                .endClientConfig()
                                                .build())
                                        .toList())
                                .build())
                        .create();
            case ValidatingWebhookConfiguration validator ->
                client.resource(new ValidatingWebhookConfigurationBuilder(validator)
                                .withWebhooks(validator.getWebhooks().stream()
                                        .map(webhook -> webhook.edit()
                                                .withNewClientConfig()
                                                .withUrl("https://127.0.0.1:" + webhooks + "/validate")
                                                .endClientConfig()
                                                .build())
                                        .toList())
                                .build())
                        .create();
            default -> {
                // What runs pods.
            }
        }
    }

    @AfterEach
    void end() {
        Async.done(vertx.close());
        clear();
    }

    private void clear() {
        client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName(INJECTOR)
                .delete();
        client.admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName(VALIDATOR)
                .delete();
        client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName(TAG)
                .delete();
        client.secrets().inNamespace(HOME).delete();
        client.leases().inNamespace(HOME).delete();
        client.configMaps().inNamespace(SHOP).withName("istio-ca-root-cert").delete();
        client.apps().replicaSets().inNamespace(SHOP).delete();
        client.v1().events().inNamespace(SHOP).delete();
        cluster.delete(OBJECTS);
    }

    private Running istiod() throws Exception {
        String token = cluster.token(HOME, "istiod-" + REVISION, "https://kubernetes.default.svc");
        return Running.meshctl(
                "istiod",
                "--kubeconfig",
                KubeCluster.kubeconfig(recorder.url(), token, directory.resolve("kubeconfig")),
                "--namespace",
                HOME,
                "--revision",
                REVISION,
                "--state",
                directory.resolve("state"),
                "--grpcAddr",
                "127.0.0.1:" + Ports.free(),
                "--secureGRPCAddr",
                "127.0.0.1:" + secure,
                "--monitoringAddr",
                "127.0.0.1:" + Ports.free(),
                "--httpsAddr",
                "127.0.0.1:" + webhooks);
    }

    @Test
    void whatIsGrantedIsUsedAndNothingIsMissing() throws Exception {
        try (Running istiod = istiod()) {
            istiod.awaitOutput(Patience.OF_A_START, output -> output.contains("istiod serves on"));
            story();
            istiod.terminate();
            istiod.awaitExit(Patience.OF_A_START);
            List<Asked> asked = recorder.asked();
            assertThat(asked).as("forbidden").noneMatch(one -> one.status() == 403);
            List<Grant> grants = grants();
            assertThat(grants).hasSizeGreaterThan(30);
            assertThat(grants.stream()
                            .filter(grant -> asked.stream().noneMatch(one -> isOnlyBy(grant, grants, one)))
                            .toList())
                    .as("granted and not used")
                    .isEmpty();
            assertThat(istiod.output()).doesNotContain("forbid");
        }
    }

    /** What is granted at home needs no right everywhere. */
    private static boolean isOnlyBy(Grant grant, List<Grant> grants, Asked asked) {
        return grant.covers(asked)
                && (grant.atHome() || grants.stream().noneMatch(other -> other.atHome() && other.covers(asked)));
    }

    private void story() throws Exception {
        cluster.namespace(SHOP);
        client.namespaces()
                .withName(SHOP)
                .edit(namespace -> namespace
                        .edit()
                        .editMetadata()
                        .addToLabels("istio.io/rev", REVISION)
                        .endMetadata()
                        .build());
        Awaitility.await("both webhooks are registered")
                .atMost(Patience.OF_A_START)
                .until(() -> isBinding() && isTrusted());
        cluster.apply(OBJECTS);
        for (GenericKubernetesResource object : RightsTestObjects.read(client)) {
            awaitStatus(object);
        }
        // What only the leader does was done: so it took the Lease from the other revision.
        client.leases().inNamespace(HOME).withName(Leadership.LEASE).delete();
        Awaitility.await("the Lease is made anew")
                .atMost(Patience.OF_A_CHANGE)
                .until(() -> client.leases()
                                .inNamespace(HOME)
                                .withName(Leadership.LEASE)
                                .get()
                        != null);
        awaitEvents("Refused");
        assertThat(CertificateCall.sign(
                        vertx, secure, root(), cluster.token(SHOP, "default", "istio-ca"), Duration.ofHours(1)))
                .isNotEmpty();
        assertThatThrownBy(() ->
                        client.resource(RightsTestObjects.POD).inNamespace(SHOP).create())
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("sidecar.istio.io/proxyCPU");
        awaitRefusal("Namespace", SHOP);
        client.resource(RightsTestObjects.CONTROLLER)
                .inNamespace(SHOP)
                .forceConflicts()
                .serverSideApply();
        awaitRefusal("ReplicaSet", "not-injectable");
    }

    private boolean isBinding() {
        return client
                .admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName(VALIDATOR)
                .get()
                .getWebhooks()
                .stream()
                .allMatch(webhook -> webhook.getFailurePolicy().equals("Fail"));
    }

    private boolean isTrusted() {
        return client
                .admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName(INJECTOR)
                .get()
                .getWebhooks()
                .stream()
                .allMatch(webhook -> webhook.getClientConfig().getCaBundle() != null);
    }

    private void awaitStatus(GenericKubernetesResource object) {
        Awaitility.await(object.getKind() + " has a status")
                .atMost(Patience.OF_A_CHANGE)
                .until(() -> client.resource(object).inNamespace(SHOP).get().get("status", "conditions") != null);
    }

    private void awaitEvents(String reason) {
        Awaitility.await("an Event " + reason)
                .atMost(Patience.OF_A_CHANGE)
                .until(() -> client.v1().events().inNamespace(SHOP).list().getItems().stream()
                        .anyMatch(event -> event.getReason().equals(reason)));
    }

    private void awaitRefusal(String kind, String name) {
        Awaitility.await("an Event on " + kind + " " + name)
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(
                                client.v1().events().inNamespace(SHOP).list().getItems())
                        .anySatisfy(event -> {
                            assertThat(event.getReason()).isEqualTo("InjectionRefused");
                            assertThat(event.getInvolvedObject().getKind()).isEqualTo(kind);
                            assertThat(event.getInvolvedObject().getName()).isEqualTo(name);
                            assertThat(event.getMessage()).contains("sidecar.istio.io/proxyCPU", "a-lot");
                        }));
    }

    private String root() {
        Awaitility.await("what is to be trusted stands in " + SHOP)
                .atMost(Patience.OF_A_CHANGE)
                .until(() -> client.configMaps()
                                .inNamespace(SHOP)
                                .withName("istio-ca-root-cert")
                                .get()
                        != null);
        return requireNonNull(client.configMaps()
                .inNamespace(SHOP)
                .withName("istio-ca-root-cert")
                .get()
                .getData()
                .get("root-cert.pem"));
    }

    /** Each verb on each kind for itself. */
    private List<Grant> grants() {
        Set<Grant> grants = new HashSet<>();
        for (HasMetadata object : rights) {
            List<PolicyRule> rules = switch (object) {
                case ClusterRole role -> role.getRules();
                case Role role -> role.getRules();
                default -> List.of();
            };
            for (PolicyRule rule : rules) {
                for (String group : rule.getApiGroups()) {
                    for (String resource : rule.getResources()) {
                        rule.getVerbs()
                                .forEach(verb -> grants.add(new Grant(
                                        object instanceof Role, group, resource, verb, rule.getResourceNames())));
                    }
                }
            }
        }
        return new ArrayList<>(grants);
    }
}
