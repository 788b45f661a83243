package dev.lateen.proxy.listener;

import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.model.RbacPolicies;
import org.jspecify.annotations.Nullable;

/** Evaluates {@code envoy.filters.network.rbac} for a connection. Pure; called on event loops. */
@FunctionalInterface
public interface ConnectionPolicy {
    /** Null when allowed, else {@code %CONNECTION_TERMINATION_DETAILS%} such as {@code rbac_access_denied_matched_policy[none]}. */
    @Nullable
    String denial(RbacPolicies policies, ConnectionFacts facts);
}
