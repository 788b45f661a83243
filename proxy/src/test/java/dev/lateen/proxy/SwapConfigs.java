package dev.lateen.proxy;

import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.tls.TestCertificates;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.decode.Resources;
import dev.lateen.proxy.xds.snapshot.SnapshotAssembler;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Configurations without end, each unlike the one before: what the even ones send to the first of two applications, the odd ones send to the second. Names stay at one
 * time and change at another, so that every kind of resource is changed in place, comes, goes and is renamed. A response says by which configuration it was routed.
 */
final class SwapConfigs {
    private static final String MANAGER = """
        {name: http, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,
          stat_prefix: in, rds: {route_config_name: TABLE, config_source: {ads: {}}},
          http_filters: [{name: router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]}}\
        """;
    private static final String TLS = """
        transport_socket: {name: tls, typed_config: {"@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext,
          common_tls_context: {tls_certificate_sds_secret_configs: [{name: SECRET, sds_config: {ads: {}}}]}}}\
        """;

    private final TestCertificates authority = new TestCertificates("O=cluster.local");
    private final List<Secret.TlsCertificate> certificates = List.of(
            authority.workload("s0", "spiffe://cluster.local/a"),
            authority.workload("s1", "spiffe://cluster.local/b"),
            authority.workload("s2", "spiffe://cluster.local/c"));
    private final SnapshotAssembler assembler = new SnapshotAssembler(List.of());
    private final Map<ResourceType, Set<String>> sent = new HashMap<>();
    private final int[] httpPorts;
    private final int[] tcpPorts;
    private final int webPort;
    private final int rawPort;
    private final int morePort;

    /** Nothing is made yet. @param httpApplications the ports of both @param tcpApplications the same for bytes @param listeners the ports of the proxy: HTTP, bytes, and one that comes and goes */
    SwapConfigs(int[] httpApplications, int[] tcpApplications, int... listeners) {
        this.httpPorts = httpApplications;
        this.tcpPorts = tcpApplications;
        this.webPort = listeners[0];
        this.rawPort = listeners[1];
        this.morePort = listeners[2];
    }

    /** The configuration with this number; to be asked for in order. */
    ProxySnapshot next(int number) {
        certificates.forEach(assembler::secret);
        String web = (number % 3 == 0 ? "same" : "web" + number);
        String raw = (number % 5 == 0 ? "raw" : "raw" + number % 3);
        String table = "t" + number % 3;
        send(ResourceType.CLUSTER, cluster(web, number), cluster(raw, number));
        send(ResourceType.ENDPOINTS, endpoints(web, number, httpPorts), endpoints(raw, number, tcpPorts));
        send(ResourceType.LISTENER, web(table, number), raw(raw), more(table, number));
        send(ResourceType.ROUTES, routes(table, web, number));
        ProxySnapshot snapshot = assembler.assemble();
        if (snapshot == null) {
            throw new AssertionError("nothing changed with " + number);
        }
        return snapshot;
    }

    private void send(ResourceType type, Decoded.Accepted... resources) {
        Set<String> names = new HashSet<>();
        List<Decoded.Accepted> all = new ArrayList<>();
        for (Decoded.Accepted resource : resources) {
            names.add(resource.name());
            all.add(resource);
        }
        Set<String> gone = new HashSet<>(sent.getOrDefault(type, Set.of()));
        gone.removeAll(names);
        sent.put(type, names);
        assembler.update(type, all, gone);
    }

    private static String service(String cluster, int number) {
        return number % 4 < 2 ? cluster : cluster + "-endpoints";
    }

    private static Decoded.Accepted cluster(String name, int number) {
        return Resources.accepted(Resources.parse(
                        "{name: %s, type: EDS, connect_timeout: 5s, eds_cluster_config: {service_name: %s, eds_config: {ads: {}}}}"
                                .formatted(name, service(name, number)),
                        Cluster.newBuilder())
                .build());
    }

    private static Decoded.Accepted endpoints(String cluster, int number, int[] ports) {
        ClusterLoadAssignment at =
                Resources.endpoints(service(cluster, number), "127.0.0.1", ports[number % ports.length]);
        return Resources.accepted(at);
    }

    private Decoded.Accepted web(String table, int number) {
        String manager = MANAGER.replace("TABLE", table);
        String tls = TLS.replace("SECRET", "s" + number % 3);
        String extra = number % 4 == 0
                ? ", {name: extra, filter_chain_match: {transport_protocol: tls, server_names: [extra]}, filters: [%s], %s}"
                        .formatted(manager, tls)
                : "";
        return listener(
                "web",
                webPort,
                "{name: clear, filter_chain_match: {transport_protocol: raw_buffer}, filters: [%s]}, "
                                .formatted(manager)
                        + "{name: tls, filter_chain_match: {transport_protocol: tls}, filters: [%s], %s}%s"
                                .formatted(manager, tls, extra));
    }

    private Decoded.Accepted more(String table, int number) {
        return listener("more" + number % 2, morePort, "{filters: [%s]}".formatted(MANAGER.replace("TABLE", table)));
    }

    private Decoded.Accepted raw(String cluster) {
        String proxy = "{name: tcp, typed_config: {\"@type\": type.googleapis.com/envoy.extensions.filters.network."
                + "tcp_proxy.v3.TcpProxy, stat_prefix: raw, cluster: " + cluster + "}}";
        return listener("raw", rawPort, "{filters: [" + proxy + "]}");
    }

    private static Decoded.Accepted listener(String name, int port, String chains) {
        String yaml = "{name: %s, address: {socket_address: {address: 127.0.0.1, port_value: %d}}, filter_chains: [%s]}"
                .formatted(name, port, chains);
        return Resources.accepted(Resources.parse(yaml, Listener.newBuilder()).build());
    }

    private static Decoded.Accepted routes(String table, String cluster, int number) {
        String yaml = "{name: %s, virtual_hosts: [{name: all, domains: [\"*\"], ".formatted(table)
                + "response_headers_to_add: [{header: {key: x-config, value: \"%d\"}}], ".formatted(number)
                + "routes: [{match: {prefix: /}, route: {cluster: %s}}]}]}".formatted(cluster);
        return Resources.accepted(
                Resources.parse(yaml, RouteConfiguration.newBuilder()).build());
    }
}
