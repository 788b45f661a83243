package dev.lateen.proxy.policy;

import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.model.RbacPolicies;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Authorization of TCP connections, with the policies compiled once and remembered by their identity. Reading takes no lock; safe for use by
 * several threads.
 */
public final class ConnectionAuthorizer {
    /** Far more than a configuration has; beyond it everything is forgotten and compiled anew, so replaced policies don't pile up. */
    private static final int MAX_REMEMBERED = 512;

    private volatile IdentityHashMap<RbacPolicies, RbacEngine> engines = new IdentityHashMap<>();

    /** Null when allowed, else Envoy's connection termination details such as {@code rbac_access_denied_matched_policy[none]}. */
    public @Nullable String denial(RbacPolicies policies, ConnectionFacts connection) {
        RbacEngine engine = engines.get(policies);
        RbacDecision decision = (engine == null ? add(policies) : engine).check(connection);
        return decision.allowed() ? null : decision.details();
    }

    private synchronized RbacEngine add(RbacPolicies policies) {
        RbacEngine engine = RbacEngine.compile(policies);
        IdentityHashMap<RbacPolicies, RbacEngine> next =
                engines.size() >= MAX_REMEMBERED ? new IdentityHashMap<>() : new IdentityHashMap<>(engines);
        next.put(policies, engine);
        engines = next;
        return engine;
    }
}
