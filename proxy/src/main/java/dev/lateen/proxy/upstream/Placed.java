package dev.lateen.proxy.upstream;

import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.model.LoadAssignment.LocalityEndpoints;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An address that a cluster should have, and what is said of it. */
record Placed(InetSocketAddress address, Host.Placement placement) {
    /** Envoy allows priorities 0 to 128; what is above counts as the last, so that nobody can make a list of endless empty levels. */
    private static final int LAST_PRIORITY = 128;

    static Placed of(LocalityEndpoints locality, Endpoint endpoint, InetAddress address) {
        return at(new InetSocketAddress(address, endpoint.port()), locality, endpoint);
    }

    private static Placed at(InetSocketAddress address, LocalityEndpoints locality, Endpoint endpoint) {
        return new Placed(
                address,
                new Host.Placement(
                        endpoint,
                        locality.locality(),
                        locality.weight(),
                        Math.clamp(locality.priority(), 0, LAST_PRIORITY)));
    }

    /** All endpoints that are given by IP address or as the path of a Unix domain socket; a name, which only DNS clusters may have, is left out. */
    static List<Placed> all(LoadAssignment assignment) {
        List<Placed> placed = new ArrayList<>();
        for (LocalityEndpoints locality : assignment.localities()) {
            for (Endpoint endpoint : locality.endpoints()) {
                InetAddress address = literal(endpoint.host());
                if (address != null) {
                    placed.add(of(locality, endpoint, address));
                } else if (endpoint.host().startsWith("/")) {
                    placed.add(at(InetSocketAddress.createUnresolved(endpoint.host(), 0), locality, endpoint));
                }
            }
        }
        return placed;
    }

    /** Never asks a name server. */
    static @Nullable InetAddress literal(String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException notALiteral) {
            return null;
        }
    }
}
