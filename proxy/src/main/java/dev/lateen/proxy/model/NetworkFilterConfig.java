package dev.lateen.proxy.model;

import java.util.List;

/** A network filter before the terminal one. */
public sealed interface NetworkFilterConfig {
    /** {@code envoy.extensions.filters.network.rbac.v3.RBAC}: decides when the connection's facts are known. */
    record Rbac(RbacPolicies policies) implements NetworkFilterConfig {}

    /** {@code istio.stats} on a TCP chain: Istio's TCP metrics are counted. */
    record IstioStats(Listener.Direction direction, List<MetricChange> changes) implements NetworkFilterConfig {
        public IstioStats {
            changes = List.copyOf(changes);
        }
    }

    /** {@code istio.metadata_exchange}: peer metadata over ALPN {@code istio-peer-exchange}. */
    record MetadataExchange() implements NetworkFilterConfig {}

    /** A filter that decides on security and can't be built here: the connection is refused, saying so (fail closed). */
    record Denied(String filterName, String reason) implements NetworkFilterConfig {}
}
