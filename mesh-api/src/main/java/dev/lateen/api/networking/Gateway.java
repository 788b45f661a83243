package dev.lateen.api.networking;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Port;
import dev.lateen.api.schema.Range;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Size;
import dev.lateen.api.schema.Uint32;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy at the edge of the mesh listens for.
 *
 * @param servers its listeners
 * @param selector the labels of the proxies meant, in any namespace
 */
@ApiKind(
        group = "networking.istio.io",
        kind = "Gateway",
        plural = "gateways",
        versions = {"v1", "v1beta1", "v1alpha3"},
        shortNames = "gw")
@Obeys(GatewayRules.Whole.class)
public record Gateway(List<Server> servers, Map<String, String> selector) implements Spec {
    /**
     * One listener.
     *
     * @param port the port
     * @param bind the IP address, or {@code unix://} with a path; empty means all
     * @param hosts the hosts served, as {@code [namespace/]host} with wildcards
     * @param tls how the connection is secured; absent means in plain text
     * @param defaultEndpoint never implemented by Istio
     * @param name shown in logs; unique in its Gateway
     */
    @Obeys({GatewayRules.Place.class, GatewayRules.ServerTlsFits.class})
    public record Server(
            @Required ServerPort port,
            String bind,

            @Required @Size(min = 1, why = "a server without hosts serves nothing")
            List<@Obeys(HostSyntax.ServerHost.class) String> hosts,

            @Nullable ServerTls tls,
            String defaultEndpoint,
            String name) {}

    /**
     * A port that is listened on.
     *
     * @param number the port; 0 for a Unix socket
     * @param protocol HTTP, HTTPS, GRPC, GRPC-WEB, HTTP2, MONGO, TCP or TLS
     * @param name a label
     * @param targetPort the proxy's own port where it differs; old
     */
    public record ServerPort(
            @Required @Uint32 @Range(min = 0, max = 65_535, why = "a port is at most 65535, as Istio's webhook has it")
            int number,

            @Required @Obeys(GatewayRules.Protocol.class) String protocol,
            @Required String name,
            @Nullable @Port Integer targetPort) {}
}
