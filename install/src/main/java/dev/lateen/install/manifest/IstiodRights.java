package dev.lateen.install.manifest;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import java.util.List;
import java.util.Map;

/** Who istiod is in its cluster, and what it may do there: what it reads and writes, and no more. */
final class IstiodRights {
    private static final String[] READ = {"get", "list", "watch"};
    private static final String RBAC = "rbac.authorization.k8s.io";
    private static final Map<String, String> LABELS = Map.of("app", "istiod");

    private IstiodRights() {}

    static List<HasMetadata> objects(Installation installation) {
        String account = installation.named("istiod");
        String namespace = installation.namespace();
        String clusterRole = installation.named("istiod-clusterrole") + "-" + namespace;
        return List.of(
                new ServiceAccountBuilder()
                        .withMetadata(installation.meta(account, "Pilot", LABELS))
                        .withImagePullSecrets(installation.pullSecrets())
                        .build(),
                new ClusterRoleBuilder()
                        .withMetadata(installation.clusterMeta(clusterRole, "Pilot", LABELS))
                        .withRules(everywhere())
                        .build(),
                new ClusterRoleBindingBuilder()
                        .withMetadata(installation.clusterMeta(clusterRole, "Pilot", LABELS))
                        .withNewRoleRef(RBAC, "ClusterRole", clusterRole)
                        .addNewSubject("", "ServiceAccount", account, namespace)
                        .build(),
                new RoleBuilder()
                        .withMetadata(installation.meta(account, "Pilot", LABELS))
                        .withRules(atHome())
                        .build(),
                new RoleBindingBuilder()
                        .withMetadata(installation.meta(account, "Pilot", LABELS))
                        .withNewRoleRef(RBAC, "Role", account)
                        .addNewSubject("", "ServiceAccount", account, namespace)
                        .build());
    }

    private static List<PolicyRule> everywhere() {
        String[] istio = {"networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io"};
        return List.of(
                // The registry.
                rule(List.of(""), List.of("services", "pods", "namespaces", "nodes", "serviceaccounts"), READ),
                rule(List.of("discovery.k8s.io"), List.of("endpointslices"), READ),
                // What users configure, and what istiod says of it.
                rule(List.of(istio), List.of("*"), READ),
                rule(List.of(istio), List.of("*/status"), "patch", "update"),
                rule(List.of("apiextensions.k8s.io"), List.of("customresourcedefinitions"), READ),
                rule(List.of(""), List.of("events"), "create", "patch"),
                // Certificates of gateways stand where the gateways do.
                rule(List.of(""), List.of("secrets"), READ),
                // The root for workloads stands in every namespace.
                rule(List.of(""), List.of("configmaps"), "get", "list", "watch", "create", "patch", "update"),
                rule(List.of("authentication.k8s.io"), List.of("tokenreviews"), "create"),
                // The webhooks are told whose certificate to trust.
                rule(
                        List.of("admissionregistration.k8s.io"),
                        List.of("mutatingwebhookconfigurations", "validatingwebhookconfigurations"),
                        "get",
                        "list",
                        "watch",
                        "patch",
                        "update"));
    }

    private static List<PolicyRule> atHome() {
        return List.of(
                rule(List.of("coordination.k8s.io"), List.of("leases"), "get", "create", "update", "patch"),
                // The API server is asked to take a bad one, for show: so istiod learns that its webhook is heard.
                rule(List.of("networking.istio.io"), List.of("gateways"), "create"),
                // The authority's own key.
                rule(List.of(""), List.of("secrets"), "create", "update", "patch"));
    }

    private static PolicyRule rule(List<String> groups, List<String> resources, String... verbs) {
        return new PolicyRuleBuilder()
                .withApiGroups(groups)
                .withResources(resources)
                .withVerbs(verbs)
                .build();
    }
}
