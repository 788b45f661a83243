package dev.lateen.injector.tree;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** By which field the items of a pod's lists are told apart when they are merged: the {@code patchMergeKey} of Kubernetes' API. */
final class MergeKeys {
    private static final Map<String, String> KEYS = Map.ofEntries(
            Map.entry("containers", "name"),
            Map.entry("initContainers", "name"),
            Map.entry("ephemeralContainers", "name"),
            Map.entry("env", "name"),
            Map.entry("ports", "containerPort"),
            Map.entry("volumes", "name"),
            Map.entry("volumeMounts", "mountPath"),
            Map.entry("volumeDevices", "devicePath"),
            Map.entry("imagePullSecrets", "name"),
            Map.entry("hostAliases", "ip"),
            Map.entry("topologySpreadConstraints", "topologyKey"),
            Map.entry("resourceClaims", "name"),
            Map.entry("schedulingGates", "name"),
            Map.entry("ownerReferences", "uid"));

    private MergeKeys() {}

    /** Lists of texts that are merged. */
    static boolean isMergedAsSet(String list) {
        return Set.of("finalizers").contains(list);
    }

    /** The key, or null if the list is replaced as a whole. */
    static @Nullable String of(String list) {
        return KEYS.get(list);
    }
}
