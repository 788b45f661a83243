package dev.lateen.istiod.registry;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whom a Kubernetes Service wants its clients to prefer: its {@code spec.trafficDistribution}. */
public enum TrafficDistribution {
    /** Nobody. */
    ANY,
    /** Endpoints of the client's zone, then of its region. */
    SAME_ZONE,
    /** Endpoints on the client's node, then of its zone, then of its region. */
    SAME_NODE;

    static final String ANNOTATION = "networking.istio.io/traffic-distribution";

    /** {@code PreferClose} and {@code PreferSameZone}, {@code PreferSameNode}; anything else is nobody. */
    static TrafficDistribution parse(@Nullable String text) {
        return switch (text == null ? "" : text.toLowerCase(Locale.ROOT)) {
            case "preferclose", "prefersamezone" -> SAME_ZONE;
            case "prefersamenode" -> SAME_NODE;
            default -> ANY;
        };
    }

    /** Labels that tell how near an endpoint is, the most important first; empty if that plays no part. */
    public List<String> preferred() {
        return switch (this) {
            case ANY -> List.of();
            case SAME_ZONE -> List.of(Topology.NETWORK, Topology.REGION, Topology.ZONE);
            case SAME_NODE ->
                List.of(Topology.NETWORK, Topology.REGION, Topology.ZONE, Topology.SUB_ZONE, Topology.HOSTNAME);
        };
    }
}
