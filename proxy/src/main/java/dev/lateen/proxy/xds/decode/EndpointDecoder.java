package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.model.LoadAssignment.Locality;
import dev.lateen.proxy.model.LoadAssignment.LocalityEndpoints;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.util.ArrayList;
import java.util.List;

/** {@code envoy.config.endpoint.v3.ClusterLoadAssignment}. */
final class EndpointDecoder {
    private static final int MAX_PRIORITY = 128;

    private EndpointDecoder() {}

    /** @param names whether a host name may stand in place of an IP address (DNS clusters) */
    static LoadAssignment decode(ProtoNode node, boolean names) {
        RouteDecoder.refuse(node, "named_endpoints");
        ProtoNode policy = node.messageOrEmpty("policy");
        policy.ignoring("overprovisioning_factor", "endpoint_stale_after", "weighted_priority_health");
        List<LocalityEndpoints> localities = new ArrayList<>();
        for (ProtoNode locality : node.messages("endpoints")) {
            localities.add(locality(locality, names));
        }
        return new LoadAssignment(node.required("cluster_name"), localities);
    }

    private static LocalityEndpoints locality(ProtoNode node, boolean names) {
        RouteDecoder.refuse(node, "load_balancer_endpoints", "leds_cluster_locality_config");
        node.ignoring("proximity", "metadata");
        ProtoNode place = node.messageOrEmpty("locality");
        long priority = node.number("priority");
        if (priority > MAX_PRIORITY) {
            throw node.unsupported("priority", String.valueOf(priority), "0 to " + MAX_PRIORITY);
        }
        List<Endpoint> endpoints = new ArrayList<>();
        for (ProtoNode endpoint : node.messages("lb_endpoints")) {
            endpoints.add(endpoint(endpoint, names));
        }
        return new LocalityEndpoints(
                new Locality(place.text("region"), place.text("zone"), place.text("sub_zone")),
                (int) Math.min(Integer.MAX_VALUE, node.wrapped("load_balancing_weight", 0)),
                (int) priority,
                endpoints);
    }

    private static Endpoint endpoint(ProtoNode node, boolean names) {
        ProtoNode host = node.requiredMessage("endpoint").ignoring("health_check_config", "additional_addresses");
        ProtoNode pipe = host.requiredMessage("address").message("pipe");
        if (pipe != null) {
            return endpoint(node, host, path(pipe), 0);
        }
        ProtoNode socket = host.requiredMessage("address").message("socket_address");
        if (socket == null) {
            throw host.error("address", "no socket_address (accepted: socket_address, pipe)");
        }
        String address = socket.required("address");
        if (!names && AddressDecoder.literal(address) == null) {
            throw socket.unsupported("address", '"' + address + '"', "an IP address; names only in DNS clusters");
        }
        return endpoint(node, host, address, AddressDecoder.port(socket));
    }

    private static String path(ProtoNode pipe) {
        String path = pipe.ignoring("mode").required("path");
        if (!path.startsWith("/")) {
            throw pipe.unsupported("path", '"' + path + '"', "an absolute path");
        }
        return path;
    }

    private static Endpoint endpoint(ProtoNode node, ProtoNode host, String address, int port) {
        ProtoNode metadata = node.message("metadata");
        return new Endpoint(
                address,
                port,
                host.text("hostname"),
                Math.clamp(node.wrapped("load_balancing_weight", 1), 1, Integer.MAX_VALUE),
                health(node),
                IstioMetadata.transportLabels(metadata),
                IstioMetadata.workload(metadata));
    }

    private static Endpoint.Health health(ProtoNode node) {
        return switch (node.choice("health_status")) {
            case "UNHEALTHY", "TIMEOUT" -> Endpoint.Health.UNHEALTHY;
            case "DRAINING" -> Endpoint.Health.DRAINING;
            case "DEGRADED" -> Endpoint.Health.DEGRADED;
            default -> Endpoint.Health.HEALTHY;
        };
    }
}
