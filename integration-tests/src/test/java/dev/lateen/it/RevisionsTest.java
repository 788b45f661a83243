package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Two revisions side by side on a real API server, and tags that move namespaces between them. No control plane runs here: whom the API server would ask about a pod is told by
 * its refusal, for its word is binding.
 */
class RevisionsTest extends InstallFixture {
    private static final String OLD = "https://istiod.istio-system.svc:443/inject";
    private static final String NEW = "https://istiod-canary.istio-system.svc:443/inject";

    private static final Pod POD = new PodBuilder()
            .withNewMetadata()
            .withName("asked-about")
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("app")
            .withImage("lab.local/app:1")
            .endContainer()
            .endSpec()
            .build();

    @AfterEach
    void unlabel() throws Exception {
        label("plain", Map.of());
        label("tagged", Map.of());
    }

    private static void label(String namespace, Map<String, String> labels) throws Exception {
        client().resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .withLabels(labels)
                        .endMetadata()
                        .build())
                .fieldManager("revisions-test")
                .forceConflicts()
                .serverSideApply();
        Awaitility.await("account of " + namespace)
                .atMost(Patience.OF_A_CHANGE)
                .until(() -> client().serviceAccounts()
                                .inNamespace(namespace)
                                .withName("default")
                                .get()
                        != null);
    }

    /** The answer to a pod in a namespace; empty if it would be made. The API server may take a moment to notice other webhooks. */
    private static String answer(String namespace) {
        Throwable thrown = catchThrowable(
                () -> client().resource(POD).inNamespace(namespace).dryRun().create());
        return thrown == null ? "" : String.valueOf(thrown.getMessage());
    }

    private static void awaitAsked(String namespace, String whom) {
        Awaitility.await(namespace + " asks " + whom)
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(answer(namespace)).contains("sidecar-injector.istio.io", whom));
    }

    private static void awaitNobodyAsked(String namespace) {
        Awaitility.await(namespace + " asks nobody")
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(answer(namespace)).isEmpty());
    }

    private static void ok(String... command) throws Exception {
        Ended ended = meshctl(command);
        assertThat(ended.exit()).as("%s: %s", List.of(command), ended.output()).isZero();
    }

    private static void both() throws Exception {
        installed("default");
        installed("canary");
    }

    /** Versions of all objects of a revision. */
    private static Map<String, String> objectsOf(String revision) throws Exception {
        KubernetesClient client = client();
        List<HasMetadata> all = new ArrayList<>();
        all.addAll(client.apps()
                .deployments()
                .inAnyNamespace()
                .withLabel("istio.io/rev", revision)
                .list()
                .getItems());
        all.addAll(client.services()
                .inAnyNamespace()
                .withLabel("istio.io/rev", revision)
                .list()
                .getItems());
        all.addAll(client.configMaps()
                .inAnyNamespace()
                .withLabel("istio.io/rev", revision)
                .list()
                .getItems());
        all.addAll(client.serviceAccounts()
                .inAnyNamespace()
                .withLabel("istio.io/rev", revision)
                .list()
                .getItems());
        all.addAll(client.rbac()
                .clusterRoles()
                .withLabel("istio.io/rev", revision)
                .list()
                .getItems());
        all.addAll(client.rbac()
                .clusterRoleBindings()
                .withLabel("istio.io/rev", revision)
                .list()
                .getItems());
        all.addAll(client.rbac()
                .roles()
                .inAnyNamespace()
                .withLabel("istio.io/rev", revision)
                .list()
                .getItems());
        all.addAll(client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withLabel("istio.io/rev", revision)
                .list()
                .getItems());
        all.addAll(client.admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withLabel("istio.io/rev", revision)
                .list()
                .getItems());
        Map<String, String> versions = new TreeMap<>();
        all.forEach(object -> versions.put(
                object.getKind() + " " + object.getMetadata().getName(),
                // A Deployment's own controller writes its status at any time.
                object.getMetadata().getUid() + " " + object.getMetadata().getGeneration()));
        return versions;
    }

    @Test
    void aNamespaceMovesByItsLabelAndTheOldRevisionGoesAlone() throws Exception {
        both();
        label("plain", Map.of("istio-injection", "enabled"));
        label("tagged", Map.of("istio.io/rev", "canary"));
        awaitAsked("plain", OLD);
        awaitAsked("tagged", NEW);

        label("plain", Map.of("istio.io/rev", "canary"));
        awaitAsked("plain", NEW);
        Map<String, String> before = objectsOf("canary");
        assertThat(before)
                .containsKeys("Deployment istiod-canary", "ClusterRole istiod-clusterrole-canary-istio-system");

        ok("uninstall", "--revision", "default", "-y");

        assertThat(objectsOf("default")).isEmpty();
        assertThat(objectsOf("canary")).isEqualTo(before);
        awaitAsked("plain", NEW);
    }

    @Test
    void aTagMovesItsNamespacesFromOneRevisionToAnother() throws Exception {
        both();
        label("tagged", Map.of("istio.io/rev", "prod"));
        ok("tag", "set", "prod", "--revision", "default");
        awaitAsked("tagged", OLD);

        Ended refused = meshctl("tag", "set", "prod", "--revision", "canary");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.output()).contains("tag prod is there already, for revision default");
        ok("tag", "set", "prod", "--revision", "canary", "--overwrite");
        awaitAsked("tagged", NEW);
        assertThat(meshctl("tag", "list", "-o", "json").output())
                .contains("{\"tag\":\"prod\",\"revision\":\"canary\",\"namespaces\":[\"tagged\"]}");

        installed("canary");
        awaitAsked("tagged", NEW);

        Ended inUse = meshctl("tag", "remove", "prod");
        assertThat(inUse.exit()).isEqualTo(1);
        assertThat(inUse.output()).contains("namespaces live by it: tagged");
        ok("tag", "remove", "prod", "-y");
        awaitNobodyAsked("tagged");
    }

    @Test
    void theTagDefaultTakesWhatNamesNoRevision() throws Exception {
        both();
        label("plain", Map.of("istio-injection", "enabled"));
        ok("tag", "set", "default", "--revision", "canary");
        awaitAsked("plain", NEW);
        assertThat(client().admissionRegistration()
                        .v1()
                        .validatingWebhookConfigurations()
                        .withName("istiod-default-validator")
                        .get())
                .isNotNull();

        installed("default");
        assertThat(answer("plain"))
                .as("the default revision is installed again")
                .contains(NEW);

        ok("tag", "remove", "default", "-y");
        awaitAsked("plain", OLD);
    }

    @Test
    void whatNoTagCanBeIsRefused() throws Exception {
        installed("default");
        assertThat(meshctl("tag", "set", "prod", "--revision", "none").output())
                .contains("there is no revision none (expected: default)");
        assertThat(meshctl("tag", "set", "Prod", "--revision", "default").output())
                .contains("tag: found Prod (expected: lower-case letters");
        assertThat(meshctl("tag", "remove", "prod").output()).contains("there is no tag prod");
        Ended generated = meshctl("tag", "generate", "prod", "--revision", "default", "--webhook-name", "of-my-own");
        assertThat(generated.output())
                .contains("kind: \"MutatingWebhookConfiguration\"", "name: \"of-my-own\"", "istio.io/tag: \"prod\"");
        assertThat(meshctl("tag", "list").output()).contains("default").doesNotContain("prod");
    }

    @Test
    void anUpgradeIsOfWhatIsThereAndNotBackwards() throws Exception {
        Ended nothing = meshctl("upgrade", "--set", "profile=minimal", "--readiness-timeout", "0s");
        assertThat(nothing.exit()).isEqualTo(1);
        assertThat(nothing.output())
                .contains("there is no revision default in istio-system to upgrade (expected: meshctl install)");
        installed("default");
        assertThat(meshctl("upgrade", "--set", "profile=minimal", "--readiness-timeout", "0s")
                        .output())
                .contains("upgrading: revision default in istio-system from ", "0 created, 0 changed", "upgraded: ");
        client().apps()
                .deployments()
                .inNamespace("istio-system")
                .withName("istiod")
                .edit(plane -> plane.edit()
                        .editMetadata()
                        .addToLabels("app.kubernetes.io/version", "99.0.0")
                        .endMetadata()
                        .build());
        Ended back = meshctl("upgrade", "--set", "profile=minimal", "--readiness-timeout", "0s");
        assertThat(back.exit()).isEqualTo(1);
        assertThat(back.output()).contains("nothing was changed: ", "is of version 99.0.0, newer than");
    }
}
