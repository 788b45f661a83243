package dev.lateen.proxy.listener;

import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.model.NetworkFilterConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks the network filters of a connection's chain whether it may be. Pure; called on event loops. */
@FunctionalInterface
public interface ConnectionPolicy {
    /** Null when allowed, else {@code %CONNECTION_TERMINATION_DETAILS%} such as {@code rbac_access_denied_matched_policy[none]}. */
    @Nullable
    String denial(List<NetworkFilterConfig> filters, ConnectionFacts facts);
}
