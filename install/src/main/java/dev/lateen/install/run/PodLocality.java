package dev.lateen.install.run;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.HashMap;
import java.util.Map;

/** Where pods are, by their label {@code istio-locality}, else by the topology labels of the Node that their spec names; as istiod has it of a cluster. Pure. */
final class PodLocality {
    private static final String OWN = "istio-locality";

    private final Map<String, Map<String, String>> nodes = new HashMap<>();

    PodLocality(Manifests manifests) {
        manifests.of(Node.class).forEach(node -> {
            Map<String, String> labels = node.getMetadata().getLabels();
            nodes.put(node.getMetadata().getName(), labels == null ? Map.of() : labels);
        });
    }

    /** {@code region/zone/subzone}, without what isn't known at its end. */
    String of(Pod pod) {
        Map<String, String> labels = pod.getMetadata().getLabels();
        String own = labels == null ? null : labels.get(OWN);
        if (own != null && !own.isEmpty()) {
            // A label's value can have no slash.
            return own.contains("/") ? own : own.replace('.', '/');
        }
        String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        Map<String, String> of = node == null ? Map.of() : nodes.getOrDefault(node, Map.of());
        String joined = of.getOrDefault("topology.kubernetes.io/region", "") + "/"
                + of.getOrDefault("topology.kubernetes.io/zone", "") + "/"
                + of.getOrDefault("topology.istio.io/subzone", "");
        int end = joined.length();
        while (end > 0 && joined.charAt(end - 1) == '/') {
            end--;
        }
        return joined.substring(0, end);
    }
}
