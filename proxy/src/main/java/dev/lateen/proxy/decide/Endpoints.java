package dev.lateen.proxy.decide;

import dev.lateen.proxy.forward.RequestedHost;
import dev.lateen.proxy.forward.TransportSocketChoice;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.Discovery;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.reason.Trace;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The endpoints that a cluster may send to, each with the transport socket of connections to it. Which of them is picked, balancers and health say. */
final class Endpoints {
    private Endpoints() {}

    /** @param exchange of a request; null for a TCP connection */
    static List<Target> of(
            ProxySnapshot snapshot,
            Cluster cluster,
            ConnectionFacts connection,
            @Nullable ExchangeFacts exchange,
            @Nullable Trace trace) {
        List<Target> targets = new ArrayList<>();
        Set<Map<String, String>> told = new HashSet<>();
        for (Endpoint endpoint : described(snapshot, cluster, connection, exchange)) {
            // Endpoints with the same labels are secured alike.
            boolean news = trace != null && told.add(endpoint.transportLabels());
            UpstreamTls tls = TransportSocketChoice.choose(cluster, endpoint, news ? trace : null);
            targets.add(new Target(endpoint, tls));
        }
        return targets;
    }

    private static List<Endpoint> described(
            ProxySnapshot snapshot, Cluster cluster, ConnectionFacts connection, @Nullable ExchangeFacts exchange) {
        return switch (cluster.discovery()) {
            case Discovery.Static(LoadAssignment assignment) -> all(assignment);
            case Discovery.Eds(String name) -> {
                LoadAssignment assignment = snapshot.assignments().get(name);
                yield assignment == null ? List.of() : all(assignment);
            }
            case Discovery.StrictDns dns -> all(dns.names());
            case Discovery.LogicalDns dns -> all(dns.names());
            case Discovery.ByName _ -> exchange == null ? List.of() : one(RequestedHost.of(exchange), 0);
            case Discovery.OriginalDst original -> one(connection.originalDestination(), original.portOverride());
        };
    }

    private static List<Endpoint> all(LoadAssignment assignment) {
        return assignment.localities().stream()
                .flatMap(locality -> locality.endpoints().stream())
                .toList();
    }

    private static List<Endpoint> one(@Nullable InetSocketAddress address, int portOverride) {
        if (address == null) {
            return List.of();
        }
        String host = address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        int port = portOverride > 0 ? portOverride : address.getPort();
        return List.of(new Endpoint(host, port, "", 1, Endpoint.Health.HEALTHY, Map.of(), ""));
    }
}
