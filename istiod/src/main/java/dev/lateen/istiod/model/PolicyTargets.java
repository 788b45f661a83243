package dev.lateen.istiod.model;

import dev.lateen.api.resource.Resource;
import dev.lateen.api.selector.TargetReference;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which workloads a policy with {@code targetRefs} is for: those of a Gateway of its own namespace, which have its name as a label. */
final class PolicyTargets {
    private static final String GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";
    private static final String GROUP = "gateway.networking.k8s.io";

    private PolicyTargets() {}

    /** All of them, with the old form of one. */
    static List<TargetReference> of(@Nullable TargetReference one, List<TargetReference> all) {
        return all.isEmpty() && one != null ? List.of(one) : all;
    }

    /** Whether its targets let it be for a workload; without any they do. */
    static boolean select(
            Resource<?> policy, List<TargetReference> targets, String namespace, Map<String, String> labels) {
        if (targets.isEmpty()) {
            return true;
        }
        String gateway = labels.get(GATEWAY_NAME);
        return gateway != null
                && policy.namespace().equals(namespace)
                && targets.stream().anyMatch(target -> means(target, gateway, namespace));
    }

    private static boolean means(TargetReference target, String gateway, String namespace) {
        return target.group().equals(GROUP)
                && target.kind().equals("Gateway")
                && target.name().equals(gateway)
                && (target.namespace().isEmpty() || target.namespace().equals(namespace));
    }
}
