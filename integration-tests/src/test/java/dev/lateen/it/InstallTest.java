package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code meshctl install} and {@code uninstall} on a real API server, where nothing runs pods: what is there, what is changed, what is left. */
class InstallTest extends InstallFixture {
    private static Set<String> installed() throws Exception {
        KubernetesClient client = client();
        List<HasMetadata> all = new ArrayList<>();
        all.addAll(client.apps().deployments().inAnyNamespace().list().getItems());
        all.addAll(client.services().inNamespace("istio-system").list().getItems());
        all.addAll(client.autoscaling()
                .v2()
                .horizontalPodAutoscalers()
                .inAnyNamespace()
                .list()
                .getItems());
        all.addAll(client.policy()
                .v1()
                .podDisruptionBudget()
                .inAnyNamespace()
                .list()
                .getItems());
        all.addAll(client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .list()
                .getItems());
        all.addAll(client.admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .list()
                .getItems());
        all.addAll(client.rbac()
                .clusterRoles()
                .withLabel("app.kubernetes.io/managed-by", "lateen")
                .list()
                .getItems());
        return all.stream()
                .map(object -> object.getKind() + " " + object.getMetadata().getName())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void itIsInstalledOnceHoweverOftenAndPrunedToWhatIsWanted() throws Exception {
        Ended first = meshctl("install", "--set", "profile=demo", "--readiness-timeout", "0s");
        assertThat(first.exit()).as(first.output()).isZero();
        assertThat(first.output()).contains("kubectl label namespace NAME istio-injection=enabled");
        assertThat(installed())
                .contains(
                        "ClusterRole istiod-clusterrole-istio-system",
                        "Deployment istio-egressgateway",
                        "Deployment istio-ingressgateway",
                        "Deployment istiod",
                        "MutatingWebhookConfiguration istio-sidecar-injector",
                        "Service istiod",
                        "ValidatingWebhookConfiguration istio-validator-istio-system");

        Ended again = meshctl("install", "--set", "profile=demo", "--readiness-timeout", "0s");
        assertThat(again.output()).contains("0 created, 0 changed, ");

        Ended other = meshctl("install", "--set", "profile=minimal", "--readiness-timeout", "0s");
        assertThat(other.output()).contains("removed: Deployment istio-system/istio-egressgateway");
        assertThat(installed()).doesNotContain("Deployment istio-egressgateway", "Service istio-ingressgateway");
    }

    @Test
    void aCanaryStandsBesideTheDefaultRevisionAndGoesAlone() throws Exception {
        meshctl("install", "--set", "profile=minimal", "--readiness-timeout", "0s");
        Ended canary =
                meshctl("install", "--set", "profile=minimal", "--revision", "canary", "--readiness-timeout", "0s");
        assertThat(canary.exit()).as(canary.output()).isZero();
        assertThat(canary.output()).contains("istio.io/rev=canary");
        assertThat(installed()).contains("Deployment istiod", "Deployment istiod-canary");
        meshctl("uninstall", "--revision", "canary", "-y");
        assertThat(installed()).contains("Deployment istiod").doesNotContain("Deployment istiod-canary");
    }

    @Test
    void whatItWouldDoIsSaidAndNotDone() throws Exception {
        Set<String> before = installed();
        Ended plan = meshctl("install", "--dry-run");
        assertThat(plan.output()).contains("create Deployment istio-system/istiod");
        assertThat(installed()).isEqualTo(before);
        meshctl("install", "--set", "profile=minimal", "--readiness-timeout", "0s");
        Ended doomed = meshctl("uninstall", "--purge");
        assertThat(doomed.output()).contains("would be removed: Deployment istio-system/istiod", "nothing was removed");
        assertThat(installed()).contains("Deployment istiod");
    }

    /** As istiod does it once the API server hears its webhook. */
    private static void makeBinding() throws Exception {
        client().admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName("istio-validator-istio-system")
                .edit(found -> new ValidatingWebhookConfigurationBuilder(found)
                        .withWebhooks(found.getWebhooks().stream()
                                .map(webhook ->
                                        webhook.edit().withFailurePolicy("Fail").build())
                                .toList())
                        .build());
    }

    @Test
    void aValidationThatIsBindingStaysSo() throws Exception {
        meshctl("install", "--set", "profile=minimal", "--readiness-timeout", "0s");
        makeBinding();
        Ended again = meshctl("install", "--set", "profile=minimal", "--readiness-timeout", "0s");
        assertThat(again.exit()).as(again.output()).isZero();
        assertThat(client().admissionRegistration()
                        .v1()
                        .validatingWebhookConfigurations()
                        .withName("istio-validator-istio-system")
                        .get()
                        .getWebhooks())
                .hasSize(2)
                .allSatisfy(webhook -> assertThat(webhook.getFailurePolicy()).isEqualTo("Fail"));
    }

    @Test
    void anotherMeshIsNotTakenFromItsOwner() throws Exception {
        Deployment theirs = anotherMeshs("istiod", "istio-system");
        client().resource(theirs).create();
        try {
            Ended refused = meshctl("install", "--readiness-timeout", "0s");
            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.output())
                    .contains("nothing was changed: Deployment istio-system/istiod is there already and belongs to"
                            + " another mesh");
            assertThat(installed()).doesNotContain("Service istiod");
        } finally {
            client().resource(theirs).delete();
        }
    }

    @Test
    void whoMayNotIsToldBeforeAnythingIsChanged() throws Exception {
        KubeCluster cluster = KubeCluster.shared();
        client().resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withName("reader")
                        .withNamespace("default")
                        .endMetadata()
                        .build())
                .serverSideApply();
        client().resource(new ClusterRoleBindingBuilder()
                        .withNewMetadata()
                        .withName("install-test-reader")
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "view")
                        .addNewSubject("", "ServiceAccount", "reader", "default")
                        .build())
                .serverSideApply();
        Path kubeconfig = cluster.kubeconfigOf(
                cluster.token("default", "reader", "https://kubernetes.default.svc"), directory.resolve("kubeconfig"));
        Ended refused = meshctl(kubeconfig, "install", "--readiness-timeout", "0s");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.output())
                .contains("nothing was changed: ", "you may not create deployments in istio-system");
        assertThat(installed()).doesNotContain("Service istiod");
    }

    @Test
    void aClusterThatIsNotThereIsNamed() throws Exception {
        Path kubeconfig = KubeCluster.shared().kubeconfigBy(Ports.free(), directory.resolve("nowhere"));
        Ended refused = meshctl(kubeconfig, "install");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.output()).contains("no answer from the API server");
        assertThat(meshctl(directory.resolve("absent"), "install").output()).contains("absent: no such file");
        Files.writeString(directory.resolve("junk"), "{{{");
        assertThat(meshctl(directory.resolve("junk"), "install").output()).contains("junk: ", "kubeconfig");
    }
}
