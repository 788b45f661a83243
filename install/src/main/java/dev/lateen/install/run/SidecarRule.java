package dev.lateen.install.run;

import io.fabric8.kubernetes.api.model.Namespace;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which pods get a sidecar here: all that don't opt out, since one who types {@code meshctl run} wants a mesh. Opting out is Istio's: the pod's label
 * {@code sidecar.istio.io/inject}, then its annotation of that name, then the namespace's label {@code istio-injection}.
 */
final class SidecarRule {
    private static final String INJECT = "sidecar.istio.io/inject";

    private final Map<String, String> namespaces = new HashMap<>();

    SidecarRule(Manifests manifests) {
        manifests.of(Namespace.class).forEach(namespace -> {
            Map<String, String> labels = namespace.getMetadata().getLabels();
            if (labels != null && labels.containsKey("istio-injection")) {
                namespaces.put(namespace.getMetadata().getName(), labels.get("istio-injection"));
            }
        });
    }

    boolean givesSidecar(PodPlan pod) {
        if (Boolean.TRUE.equals(pod.pod().getSpec().getHostNetwork())) {
            return false;
        }
        Boolean choice = choice(pod.labels().get(INJECT));
        if (choice == null) {
            choice = choice(pod.annotations().get(INJECT));
        }
        return choice != null ? choice : !"disabled".equals(namespaces.get(pod.namespace()));
    }

    private static @Nullable Boolean choice(@Nullable String value) {
        if (value == null) {
            return null;
        }
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> null;
        };
    }
}
