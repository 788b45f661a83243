package dev.lateen.proxy.model;

import java.util.Map;

/**
 * {@code envoy.config.endpoint.v3.LbEndpoint}.
 *
 * @param host an IP literal, a name for DNS clusters, or the absolute path of a Unix domain socket
 * @param hostname for auto host rewrite; may be empty
 * @param weight at least 1
 * @param transportLabels {@code envoy.transport_socket_match} metadata, such as {@code tlsMode: istio}
 * @param workload Istio's {@code istio.workload}: {@code name;namespace;canonical-name;canonical-revision;cluster-id}, or empty
 */
public record Endpoint(
        String host,
        int port,
        String hostname,
        int weight,
        Health health,
        Map<String, String> transportLabels,
        String workload) {
    public Endpoint {
        transportLabels = Map.copyOf(transportLabels);
    }

    /** {@code envoy.config.core.v3.HealthStatus}, as far as balancing tells them apart. */
    public enum Health {
        HEALTHY,
        UNHEALTHY,
        DRAINING,
        DEGRADED
    }
}
