package dev.lateen.proxy.model;

import java.util.List;

/** {@code envoy.config.endpoint.v3.ClusterLoadAssignment}. @param clusterName the EDS name */
public record LoadAssignment(String clusterName, List<LocalityEndpoints> localities) {
    public LoadAssignment {
        localities = List.copyOf(localities);
    }

    /** Endpoints of one locality. @param weight 0 when not given; @param priority 0 is the highest */
    public record LocalityEndpoints(Locality locality, int weight, int priority, List<Endpoint> endpoints) {
        public LocalityEndpoints {
            endpoints = List.copyOf(endpoints);
        }
    }

    /** {@code envoy.config.core.v3.Locality}. */
    public record Locality(String region, String zone, String subZone) {}
}
