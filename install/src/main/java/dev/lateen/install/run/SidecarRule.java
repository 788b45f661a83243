package dev.lateen.install.run;

import dev.lateen.injector.InjectionPolicy;
import io.fabric8.kubernetes.api.model.Namespace;
import java.util.HashMap;
import java.util.Map;

/** Which pods get a sidecar here: the injector's own rule, with its policy on, since one who types {@code meshctl run} wants a mesh. */
final class SidecarRule {
    private final InjectionPolicy policy = InjectionPolicy.enabled();
    private final Map<String, Map<String, String>> namespaceLabels = new HashMap<>();

    SidecarRule(Manifests manifests) {
        manifests.of(Namespace.class).forEach(namespace -> {
            Map<String, String> labels = namespace.getMetadata().getLabels();
            namespaceLabels.put(namespace.getMetadata().getName(), labels == null ? Map.of() : labels);
        });
    }

    boolean givesSidecar(PodPlan pod) {
        return policy.decide(
                        pod.pod().getMetadata(),
                        pod.pod().getSpec(),
                        pod.namespace(),
                        namespaceLabels.getOrDefault(pod.namespace(), Map.of()))
                .inject();
    }
}
