package dev.lateen.istiod.model;

import dev.lateen.api.resource.Resource;
import dev.lateen.api.security.PeerAuthentication;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that decides how workloads take connections. The same object from snapshot to snapshot as long as nothing of it changes.
 *
 * @param policies the oldest first
 * @param rootNamespace whose policies without selector are for the whole mesh
 */
public record PeerPolicies(List<Resource<PeerAuthentication>> policies, String rootNamespace) {
    /** Copies the list. */
    public PeerPolicies {
        policies = List.copyOf(policies);
    }

    static PeerPolicies of(
            List<Resource<PeerAuthentication>> policies, String rootNamespace, @Nullable PeerPolicies before) {
        PeerPolicies now = new PeerPolicies(policies, rootNamespace);
        return before != null && now.equals(before) ? before : now;
    }

    /** How a workload's ports take connections. */
    public InboundTls inboundTls(String namespace, Map<String, String> labels) {
        return InboundTls.compose(policies, rootNamespace, namespace, labels);
    }
}
