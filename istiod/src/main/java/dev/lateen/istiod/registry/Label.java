package dev.lateen.istiod.registry;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A label of a namespace's workloads, or one of a selector. */
record Label(String namespace, String key, String value) {
    /** The label by which a selector is found; null if it selects nothing. Which one makes no difference, but it is always the same. */
    static @Nullable Label of(String namespace, Map<String, String> selector) {
        return selector.entrySet().stream()
                .min(Map.Entry.comparingByKey())
                .map(entry -> new Label(namespace, entry.getKey(), entry.getValue()))
                .orElse(null);
    }
}
