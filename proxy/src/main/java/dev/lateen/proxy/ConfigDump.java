package dev.lateen.proxy;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.Discovery;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpConnectionManager.RouteSource;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.RouteMatch.PathMatch;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.model.TcpProxy;
import dev.lateen.proxy.model.VirtualHost;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The snapshot in the shape of {@code envoy.admin.v3.ConfigDump}, as far as tools look at it: what exists, what it is bound to, what goes
 * where. The protobuf is gone after decoding, so fields that nobody here keeps are not told. Private keys never are.
 */
final class ConfigDump {
    private static final String ADMIN = "type.googleapis.com/envoy.admin.v3.";
    private static final String HCM =
            "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
    private static final String TCP_PROXY =
            "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";

    private ConfigDump() {}

    static JsonObject json(ProxySnapshot snapshot, JsonObject node, boolean withEndpoints) {
        JsonArray configs = new JsonArray()
                .add(typed("BootstrapConfigDump").put("bootstrap", new JsonObject().put("node", node)))
                .add(typed("ClustersConfigDump")
                        .put(
                                "dynamic_active_clusters",
                                each(snapshot.clusters(), c -> new JsonObject().put("cluster", cluster(c)))));
        if (withEndpoints) {
            configs.add(typed("EndpointsConfigDump")
                    .put(
                            "dynamic_endpoint_configs",
                            each(snapshot.assignments(), a -> new JsonObject().put("endpoint_config", assignment(a)))));
        }
        return new JsonObject()
                .put(
                        "configs",
                        configs.add(typed("ListenersConfigDump")
                                        .put(
                                                "dynamic_listeners",
                                                each(snapshot.listeners(), ConfigDump::listenerState)))
                                .add(typed("RoutesConfigDump")
                                        .put(
                                                "dynamic_route_configs",
                                                each(
                                                        snapshot.routeTables(),
                                                        t -> new JsonObject().put("route_config", table(t)))))
                                .add(typed("SecretsConfigDump")
                                        .put("dynamic_active_secrets", each(snapshot.secrets(), ConfigDump::secret))));
    }

    private static JsonObject typed(String message) {
        return new JsonObject().put("@type", ADMIN + message);
    }

    private static <T> JsonArray each(Map<String, T> parts, Function<T, JsonObject> toJson) {
        JsonArray array = new JsonArray();
        new TreeMap<>(parts).values().forEach(part -> array.add(toJson.apply(part)));
        return array;
    }

    private static JsonObject cluster(Cluster cluster) {
        JsonObject json = new JsonObject()
                .put("name", cluster.name())
                .put("connect_timeout", cluster.connectTimeout().toMillis() / 1000.0 + "s")
                .put("lb_policy", cluster.lbPolicy().name());
        switch (cluster.discovery()) {
            case Discovery.Static(var assignment) ->
                json.put("type", "STATIC").put("load_assignment", assignment(assignment));
            case Discovery.Eds(var service) ->
                json.put("type", "EDS").put("eds_cluster_config", new JsonObject().put("service_name", service));
            case Discovery.StrictDns dns ->
                json.put("type", "STRICT_DNS").put("load_assignment", assignment(dns.names()));
            case Discovery.LogicalDns dns ->
                json.put("type", "LOGICAL_DNS").put("load_assignment", assignment(dns.names()));
            case Discovery.OriginalDst _ -> json.put("type", "ORIGINAL_DST");
        }
        return withProvenance(json, cluster.provenance().config());
    }

    private static JsonObject withProvenance(JsonObject json, String config) {
        return config.isEmpty()
                ? json
                : json.put(
                        "metadata",
                        new JsonObject()
                                .put(
                                        "filter_metadata",
                                        new JsonObject().put("istio", new JsonObject().put("config", config))));
    }

    private static JsonObject assignment(LoadAssignment assignment) {
        JsonArray localities = new JsonArray();
        for (LoadAssignment.LocalityEndpoints part : assignment.localities()) {
            JsonArray endpoints = new JsonArray();
            part.endpoints()
                    .forEach(endpoint -> endpoints.add(new JsonObject()
                            .put("endpoint", new JsonObject().put("address", socket(endpoint.host(), endpoint.port())))
                            .put("health_status", endpoint.health().name())
                            .put("load_balancing_weight", endpoint.weight())));
            localities.add(new JsonObject()
                    .put(
                            "locality",
                            new JsonObject()
                                    .put("region", part.locality().region())
                                    .put("zone", part.locality().zone())
                                    .put("sub_zone", part.locality().subZone()))
                    .put("priority", part.priority())
                    .put("lb_endpoints", endpoints));
        }
        return new JsonObject().put("cluster_name", assignment.clusterName()).put("endpoints", localities);
    }

    private static JsonObject socket(String address, int port) {
        return new JsonObject()
                .put("socket_address", new JsonObject().put("address", address).put("port_value", port));
    }

    private static JsonObject listenerState(Listener listener) {
        return new JsonObject()
                .put("name", listener.name())
                .put("active_state", new JsonObject().put("listener", listener(listener)));
    }

    private static JsonObject listener(Listener listener) {
        InetSocketAddress address = listener.address();
        JsonArray chains = new JsonArray();
        listener.filterChains().forEach(chain -> chains.add(chain(chain)));
        JsonObject json = new JsonObject()
                .put("name", listener.name())
                .put("address", socket(address.getAddress().getHostAddress(), address.getPort()))
                .put("bind_to_port", listener.bindToPort())
                .put("traffic_direction", listener.direction().name())
                .put("filter_chains", chains);
        FilterChain fallback = listener.defaultFilterChain();
        return fallback == null ? json : json.put("default_filter_chain", chain(fallback));
    }

    private static JsonObject chain(FilterChain chain) {
        JsonObject match = new JsonObject();
        if (chain.match().destinationPort() != 0) {
            match.put("destination_port", chain.match().destinationPort());
        }
        putAll(match, "server_names", chain.match().serverNames());
        putAll(match, "application_protocols", chain.match().applicationProtocols());
        if (!chain.match().transportProtocol().isEmpty()) {
            match.put("transport_protocol", chain.match().transportProtocol());
        }
        JsonObject filter = switch (chain.terminal()) {
            case HttpConnectionManager manager ->
                new JsonObject()
                        .put("name", "envoy.filters.network.http_connection_manager")
                        .put("typed_config", manager(manager));
            case TcpProxy proxy ->
                new JsonObject().put("name", "envoy.filters.network.tcp_proxy").put("typed_config", tcp(proxy));
        };
        return new JsonObject()
                .put("name", chain.name())
                .put("filter_chain_match", match)
                .put("filters", new JsonArray().add(filter));
    }

    private static void putAll(JsonObject json, String key, Collection<String> values) {
        if (!values.isEmpty()) {
            json.put(key, new JsonArray(java.util.List.copyOf(values)));
        }
    }

    private static JsonObject manager(HttpConnectionManager manager) {
        JsonObject json = new JsonObject().put("@type", HCM).put("stat_prefix", manager.statPrefix());
        return switch (manager.routes()) {
            case RouteSource.Inline(var table) -> json.put("route_config", table(table));
            case RouteSource.Rds(var name) -> json.put("rds", new JsonObject().put("route_config_name", name));
        };
    }

    private static JsonObject tcp(TcpProxy proxy) {
        JsonObject json = new JsonObject().put("@type", TCP_PROXY).put("stat_prefix", proxy.statPrefix());
        if (proxy.clusters().size() == 1) {
            return json.put("cluster", proxy.clusters().getFirst().cluster());
        }
        JsonArray weighted = new JsonArray();
        proxy.clusters()
                .forEach(c ->
                        weighted.add(new JsonObject().put("name", c.cluster()).put("weight", c.weight())));
        return json.put("weighted_clusters", new JsonObject().put("clusters", weighted));
    }

    private static JsonObject table(RouteTable table) {
        JsonArray hosts = new JsonArray();
        table.virtualHosts().forEach(host -> hosts.add(host(host)));
        return new JsonObject().put("name", table.name()).put("virtual_hosts", hosts);
    }

    private static JsonObject host(VirtualHost host) {
        JsonArray routes = new JsonArray();
        host.routes().forEach(route -> routes.add(route(route)));
        return new JsonObject()
                .put("name", host.name())
                .put("domains", new JsonArray(host.domains()))
                .put("routes", routes);
    }

    private static JsonObject route(Route route) {
        JsonObject json = new JsonObject()
                .put("name", route.name())
                .put("match", match(route.match().path()));
        switch (route.action()) {
            case RouteAction.Forward forward -> json.put("route", forward(forward));
            case RouteAction.Redirect redirect ->
                json.put("redirect", new JsonObject().put("response_code", redirect.status()));
            case RouteAction.DirectResponse direct ->
                json.put("direct_response", new JsonObject().put("status", direct.status()));
            case RouteAction.NonForwarding _ -> json.put("non_forwarding_action", new JsonObject());
        }
        return withProvenance(json, route.provenance().config());
    }

    private static JsonObject match(PathMatch path) {
        JsonObject json = new JsonObject();
        return switch (path) {
            case PathMatch.Prefix(var prefix) -> json.put("prefix", prefix);
            case PathMatch.Exact(var exact) -> json.put("path", exact);
            case PathMatch.PathSeparatedPrefix(var prefix) -> json.put("path_separated_prefix", prefix);
            case PathMatch.Regex(var pattern) ->
                json.put("safe_regex", new JsonObject().put("regex", pattern.pattern()));
            case PathMatch.Connect _ -> json.put("connect_matcher", new JsonObject());
            case PathMatch.UriTemplate template -> json.put("path_match_policy", template.template());
        };
    }

    private static JsonObject forward(RouteAction.Forward forward) {
        JsonObject json = new JsonObject().put("timeout", forward.timeout().toMillis() / 1000.0 + "s");
        return switch (forward.cluster()) {
            case RouteAction.ClusterSpecifier.Single(var cluster) -> json.put("cluster", cluster);
            case RouteAction.ClusterSpecifier.Header(var name) -> json.put("cluster_header", name);
            case RouteAction.ClusterSpecifier.Weighted weighted -> {
                JsonArray clusters = new JsonArray();
                weighted.clusters()
                        .forEach(c -> clusters.add(
                                new JsonObject().put("name", c.cluster()).put("weight", c.weight())));
                yield json.put("weighted_clusters", new JsonObject().put("clusters", clusters));
            }
        };
    }

    private static JsonObject secret(Secret secret) {
        JsonObject content = new JsonObject().put("name", secret.name());
        switch (secret) {
            case Secret.TlsCertificate certificate ->
                content.put(
                        "tls_certificate",
                        new JsonObject()
                                .put("certificate_chain", inline(certificate.certificateChainPem()))
                                .put("private_key", inline("[redacted]")));
            case Secret.ValidationContext context ->
                content.put("validation_context", new JsonObject().put("trusted_ca", inline(context.trustedCaPem())));
        }
        return new JsonObject().put("name", secret.name()).put("secret", content);
    }

    private static JsonObject inline(String text) {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return new JsonObject()
                .put("inline_bytes", java.util.Base64.getEncoder().encodeToString(bytes));
    }
}
