package dev.lateen.api.networking;

import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Port;
import dev.lateen.api.schema.TextRules;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One rule of a VirtualService for opaque connections.
 *
 * @param match any of these must match; empty matches all
 * @param route the weighted destinations
 */
@Obeys(VirtualServiceRules.TcpRouteAction.class)
public record TcpRoute(List<Match> match, List<RouteDestination> route) {
    /**
     * What a connection must be like.
     *
     * @param destinationSubnets addresses or CIDRs that it goes to
     * @param port the port that it goes to
     * @param sourceLabels only workloads with these labels have this rule
     * @param gateways only these gateways have this rule; empty means those of the VirtualService
     * @param sourceNamespace only workloads of this namespace have this rule
     * @param sourceSubnet the address or CIDR that it comes from; empty if any
     */
    public record Match(
            List<@Obeys(TextRules.Cidr.class) String> destinationSubnets,
            @Nullable @Port Integer port,
            Map<String, String> sourceLabels,
            List<@Obeys(HostSyntax.GatewayName.class) String> gateways,
            String sourceNamespace,
            @Obeys(TextRules.Cidr.class) String sourceSubnet) {}
}
