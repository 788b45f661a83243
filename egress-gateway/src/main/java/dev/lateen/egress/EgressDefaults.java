package dev.lateen.egress;

import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.ProxyBootstrap.Connections;

/**
 * What holds for this gateway where neither bootstrap nor control plane says otherwise: what Istio's own gateways do, so that nobody sees another edge. What Envoy's guide for
 * edges asks for beyond that (limits for heads and streams, clean forwarding headers, normal paths) is the control plane's to say, and is done as it says.
 */
final class EgressDefaults {
    private EgressDefaults() {}

    /** A bootstrap with them. */
    static ProxyBootstrap on(ProxyBootstrap bootstrap) {
        boolean silent = bootstrap.connections().equals(Connections.OF_SIDECARS);
        return silent ? bootstrap.withConnections(Connections.OF_GATEWAYS) : bootstrap;
    }
}
