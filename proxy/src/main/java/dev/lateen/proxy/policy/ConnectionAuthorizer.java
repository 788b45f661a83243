package dev.lateen.proxy.policy;

import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.model.RbacPolicies;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Authorization of TCP connections, with the policies compiled once and remembered by their identity. Reading takes no lock; safe for use by
 * several threads.
 */
public final class ConnectionAuthorizer {
    /** Far more than a configuration has; beyond it everything is forgotten and compiled anew, so replaced policies don't pile up. */
    private static final int MAX_REMEMBERED = 512;

    private volatile IdentityHashMap<RbacPolicies, RbacEngine> engines = new IdentityHashMap<>();

    /**
     * Asks a chain's network filters in their order. Null when all allow it, else Envoy's connection termination details such as
     * {@code rbac_access_denied_matched_policy[none]}.
     */
    public @Nullable String denial(List<NetworkFilterConfig> filters, ConnectionFacts connection) {
        return denial(filters, connection, null);
    }

    /** The same, telling why. @param trace null when nobody asks */
    public @Nullable String denial(
            List<NetworkFilterConfig> filters, ConnectionFacts connection, @Nullable Trace trace) {
        for (int i = 0; i < filters.size(); i++) {
            String denial = switch (filters.get(i)) {
                case NetworkFilterConfig.Rbac(RbacPolicies policies) -> denial(policies, connection, trace);
                case NetworkFilterConfig.Denied(String name, String reason) -> unavailable(name, reason, trace);
                case NetworkFilterConfig.IstioStats _, NetworkFilterConfig.MetadataExchange _ -> null;
            };
            if (denial != null) {
                return denial;
            }
        }
        return null;
    }

    private @Nullable String denial(RbacPolicies policies, ConnectionFacts connection, @Nullable Trace trace) {
        RbacEngine engine = engines.get(policies);
        RbacDecision decision = (engine == null ? add(policies) : engine).check(connection, trace);
        return decision.allowed() ? null : decision.details();
    }

    private static String unavailable(String name, String reason, @Nullable Trace trace) {
        if (trace != null) {
            trace.no(Question.ACCESS, name, Provenance.NONE, reason);
        }
        return name + ": " + reason;
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
