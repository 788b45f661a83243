package dev.lateen.api.networking;

import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Port;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Size;
import dev.lateen.api.schema.TextRules;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One rule of a VirtualService for TLS that is passed through.
 *
 * @param match any of these must match
 * @param route the weighted destinations
 */
@Obeys(VirtualServiceRules.TlsRouteAction.class)
public record TlsRoute(@Required List<Match> match, List<RouteDestination> route) {
    /**
     * What a connection must be like.
     *
     * @param sniHosts the names in the client's hello, with wildcards
     * @param destinationSubnets addresses or CIDRs that the connection goes to
     * @param port the port that it goes to
     * @param sourceLabels only workloads with these labels have this rule
     * @param gateways only these gateways have this rule; empty means those of the VirtualService
     * @param sourceNamespace only workloads of this namespace have this rule
     */
    public record Match(
            @Required @Size(min = 1, why = "without a name nothing would match")
            List<String> sniHosts,

            List<@Obeys(TextRules.Cidr.class) String> destinationSubnets,
            @Nullable @Port Integer port,
            Map<String, String> sourceLabels,
            List<@Obeys(HostSyntax.GatewayName.class) String> gateways,
            String sourceNamespace) {}
}
