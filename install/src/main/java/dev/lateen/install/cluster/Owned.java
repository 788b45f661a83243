package dev.lateen.install.cluster;

import dev.lateen.install.manifest.Ownership;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.util.ArrayList;
import java.util.List;

/** What of a cluster's objects belongs to installations, by its labels. Blocks. */
record Owned(ApiObjects objects) {
    /** Webhooks first: while they lead nowhere, no pod can be made. Rights last: until then what goes still works. */
    private static final List<Class<? extends HasMetadata>> KINDS = List.of(
            MutatingWebhookConfiguration.class,
            ValidatingWebhookConfiguration.class,
            HorizontalPodAutoscaler.class,
            PodDisruptionBudget.class,
            Deployment.class,
            Service.class,
            ConfigMap.class,
            RoleBinding.class,
            Role.class,
            ClusterRoleBinding.class,
            ClusterRole.class,
            ServiceAccount.class);

    /** All but namespaces and resource definitions, in the order in which they may be removed. */
    List<HasMetadata> all() {
        List<HasMetadata> all = new ArrayList<>();
        for (Class<? extends HasMetadata> kind : KINDS) {
            all.addAll(objects.labelled(kind, Ownership.MANAGED_BY, Ownership.LATEEN));
        }
        return all;
    }

    /** Those of one revision. */
    List<HasMetadata> ofRevision(String revision) {
        return all().stream()
                .filter(object ->
                        revision.equals(object.getMetadata().getLabels().get(Ownership.REVISION)))
                .toList();
    }

    /** Whether an object was applied by an installation of ours. */
    static boolean isOurs(HasMetadata object) {
        return object.getMetadata().getLabels() != null
                && Ownership.LATEEN.equals(object.getMetadata().getLabels().get(Ownership.MANAGED_BY));
    }
}
