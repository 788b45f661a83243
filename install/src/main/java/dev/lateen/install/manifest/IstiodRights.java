package dev.lateen.install.manifest;

import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.yaml.IstioKinds;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who istiod is in its cluster, and what it may do there: what it reads and writes, and no more. A test on an API server shows that each of these rights is used, and
 * that none is missing.
 */
final class IstiodRights {
    private static final String[] FOLLOW = {"list", "watch"};
    private static final String ADMISSION = "admissionregistration.k8s.io";
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
                        .withRules(everywhere(installation))
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

    private static List<PolicyRule> everywhere(Installation installation) {
        List<PolicyRule> rules = new ArrayList<>(List.of(
                // The registry, and certificates of gateways, which stand where the gateways do.
                rule("", List.of("services", "pods", "namespaces", "nodes", "serviceaccounts", "secrets"), FOLLOW),
                rule("discovery.k8s.io", List.of("endpointslices"), FOLLOW),
                rule("", List.of("events"), "create"),
                // The root for workloads stands in every namespace.
                named(rule("", List.of("configmaps"), "list", "watch", "create", "patch"), "istio-ca-root-cert"),
                rule("authentication.k8s.io", List.of("tokenreviews"), "create"),
                // The webhooks are told whose certificate to trust.
                rule(ADMISSION, List.of("mutatingwebhookconfigurations"), "list", "update"),
                named(
                        rule(ADMISSION, List.of("validatingwebhookconfigurations"), "get", "update"),
                        Webhooks.validatorName(installation),
                        Webhooks.DEFAULT_VALIDATOR)));
        // What users configure, and what istiod says of it.
        Map<String, List<String>> kinds = new TreeMap<>();
        for (var type : IstioKinds.ALL) {
            ApiKind kind = IstioKinds.of(type);
            kinds.computeIfAbsent(kind.group(), _ -> new ArrayList<>()).add(kind.plural());
        }
        kinds.forEach((group, plurals) -> {
            rules.add(rule(group, plurals, FOLLOW));
            rules.add(rule(
                    group, plurals.stream().map(plural -> plural + "/status").toList(), "patch"));
        });
        return rules;
    }

    private static List<PolicyRule> atHome() {
        return List.of(
                rule("coordination.k8s.io", List.of("leases"), "get", "create", "update", "patch"),
                // The API server is asked to take a bad one, for show: so istiod learns that its webhook is heard.
                rule("networking.istio.io", List.of("gateways"), "create"),
                // The authority's own key.
                rule("", List.of("secrets"), "get", "create"),
                // Settings of the mesh and of the injector.
                rule("", List.of("configmaps"), FOLLOW));
    }

    private static PolicyRule rule(String group, List<String> resources, String... verbs) {
        return new PolicyRuleBuilder()
                .withApiGroups(group)
                .withResources(resources)
                .withVerbs(verbs)
                .build();
    }

    private static PolicyRule named(PolicyRule rule, String... objects) {
        return new PolicyRuleBuilder(rule).withResourceNames(objects).build();
    }
}
