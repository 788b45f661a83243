package dev.lateen.istiod.kubernetes.object;

import dev.lateen.api.mesh.MeshConfig.NamespaceSelector;
import java.util.List;
import java.util.Map;

/**
 * Which namespaces are looked at: those that one of the mesh config's {@code discoverySelectors} selects, and all if there is none.
 *
 * @param selectors one of them must hold
 */
record NamespaceChoice(List<NamespaceSelector> selectors) {
    /** All namespaces. */
    static final NamespaceChoice ALL = new NamespaceChoice(List.of());

    boolean isAll() {
        return selectors.isEmpty();
    }

    /** Whether a namespace with these labels is looked at. */
    boolean selects(Map<String, String> labels) {
        return isAll() || selectors.stream().anyMatch(selector -> holds(selector, labels));
    }

    private static boolean holds(NamespaceSelector selector, Map<String, String> labels) {
        return labels.entrySet().containsAll(selector.matchLabels().entrySet())
                && selector.matchExpressions().stream().allMatch(expression -> holds(expression, labels));
    }

    /** As Kubernetes' label selectors: NotIn holds too where there is no such label. An operator that nobody knows selects nothing. */
    private static boolean holds(NamespaceSelector.Expression expression, Map<String, String> labels) {
        String value = labels.get(expression.key());
        return switch (expression.operator()) {
            case "In" -> value != null && expression.values().contains(value);
            case "NotIn" -> value == null || !expression.values().contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            default -> false;
        };
    }
}
