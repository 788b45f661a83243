package dev.lateen.proxy.xds.decode;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.io.UncheckedIOException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Envoy resources written as YAML, for tests. */
public final class Resources {
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().usingTypeRegistry(IstioDumps.registry());
    private static final ObjectMapper YAML = YAMLMapper.builder().build();
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final String HCM =
            "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

    private static final String ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";

    private Resources() {}

    public static Cluster edsCluster(String name) {
        return cluster("{name: \"%s\", type: EDS, connect_timeout: 1s, eds_cluster_config: {eds_config: {ads: {}}}}"
                .formatted(name));
    }

    public static Cluster cluster(String json) {
        return parse(json, Cluster.newBuilder()).build();
    }

    public static ClusterLoadAssignment endpoints(String name, String address, int port) {
        String host =
                "{endpoint: {address: {socket_address: {address: \"%s\", port_value: %d}}}}".formatted(address, port);
        return parse(
                        "{cluster_name: \"" + name + "\", endpoints: [{lb_endpoints: [" + host + "]}]}",
                        ClusterLoadAssignment.newBuilder())
                .build();
    }

    public static Listener rdsListener(String name, int port, String routes) {
        return listener(name, port, "rds: {route_config_name: \"%s\", config_source: {ads: {}}}".formatted(routes));
    }

    public static Listener listener(String name, int port, String routeSpecifier) {
        String router = "{name: envoy.filters.http.router, typed_config: {\"@type\": \"%s\"}}".formatted(ROUTER);
        String manager =
                "{\"@type\": \"%s\", stat_prefix: test, %s, http_filters: [%s]}".formatted(HCM, routeSpecifier, router);
        String address = "{socket_address: {address: 127.0.0.1, port_value: %d}}".formatted(port);
        return parse(
                        "{name: \"%s\", address: %s, filter_chains: [{filters: [{name: hcm, typed_config: %s}]}]}"
                                .formatted(name, address, manager),
                        Listener.newBuilder())
                .build();
    }

    public static RouteConfiguration routes(String name, String cluster) {
        return parse("{name: \"" + name + "\", " + virtualHosts(cluster) + "}", RouteConfiguration.newBuilder())
                .build();
    }

    /** Everything goes to one cluster. */
    public static String virtualHosts(String cluster) {
        return "virtual_hosts: [{name: all, domains: [\"*\"], routes: [{match: {prefix: /}, route: {cluster: \"%s\"}}]}]"
                .formatted(cluster);
    }

    public static Secret secret(String json) {
        return parse(json, Secret.newBuilder()).build();
    }

    /** A cluster that no proxy takes. */
    public static Cluster brokenCluster(String name) {
        return cluster("{name: \"%s\", type: STATIC, connect_timeout: 0s}".formatted(name));
    }

    public static <B extends Message.Builder> B parse(String json, B builder) {
        try {
            PARSER.merge(JSON.writeValueAsString(YAML.readValue(json, Object.class)), builder);
            return builder;
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Decoded decode(Message message) {
        Any any = Any.pack(message);
        ResourceType type = ResourceType.ofUrl(any.getTypeUrl());
        if (type == null) {
            throw new IllegalArgumentException(any.getTypeUrl());
        }
        return ResourceDecoder.lenient(FileSource.NONE).decode(type, "", any.getTypeUrl(), any.getValue());
    }

    public static Decoded.Accepted accepted(Message message) {
        return switch (decode(message)) {
            case Decoded.Accepted accepted -> accepted;
            case Decoded.Rejected rejected -> throw new AssertionError(rejected.reason());
        };
    }
}
