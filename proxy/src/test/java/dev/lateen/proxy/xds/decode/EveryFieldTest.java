package dev.lateen.proxy.xds.decode;

import static dev.lateen.proxy.xds.decode.ResourceJson.HCM;
import static dev.lateen.proxy.xds.decode.ResourceJson.HTTP;
import static dev.lateen.proxy.xds.decode.ResourceJson.NETWORK;
import static dev.lateen.proxy.xds.decode.ResourceJson.ROUTER;
import static dev.lateen.proxy.xds.decode.ResourceJson.TYPES;
import static dev.lateen.proxy.xds.decode.ResourceJson.filter;
import static dev.lateen.proxy.xds.decode.ResourceJson.listener;
import static dev.lateen.proxy.xds.decode.ResourceJson.manager;
import static dev.lateen.proxy.xds.decode.ResourceJson.named;
import static dev.lateen.proxy.xds.decode.ResourceJson.typed;
import static dev.lateen.proxy.xds.decode.ResourceJson.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.tls.TestCertificates;
import dev.lateen.proxy.xds.proto.ProtoSchema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Every field of every message that the decoders read is set once, and what is not followed stands in {@code not-followed.txt}. A name that a
 * message does not have, a field or a case that went missing, and a field that begins to be followed: all show here. Run with
 * {@code -Dlateen.fields.write=FILE} to write the list anew, and read what changed.
 */
class EveryFieldTest {
    private static final String LB = "envoy.extensions.load_balancing_policies.";
    private static final FieldExplorer.Root LISTENER = root(ResourceType.LISTENER);
    private static final FieldExplorer.Root ROUTES = root(ResourceType.ROUTES);
    private static final FieldExplorer.Root CLUSTER = root(ResourceType.CLUSTER);
    private static final FieldExplorer.Root ENDPOINTS = root(ResourceType.ENDPOINTS);
    private static final FieldExplorer.Root SECRET = root(ResourceType.SECRET);
    private static final Secret.TlsCertificate OWN = new TestCertificates("O=test").workload("", "spiffe://a");

    @Test
    void whatIsNotFollowedStandsOnOneList() throws IOException {
        FieldExplorer explorer = new FieldExplorer();
        addRoots(explorer);
        addBootstrap(explorer);
        addNetworkFilters(explorer);
        addHttpFilters(explorer);
        addRest(explorer);
        Map<String, String> outcomes = explorer.explore();
        outcomes.putAll(ExtensionOutcomes.of(LISTENER));
        assertThat(outcomes.values()).noneMatch(outcome -> outcome.contains("fault of this proxy"));
        assertThat(outcomes).hasSizeGreaterThan(1000);
        Map<String, String> notFollowed = new TreeMap<>(outcomes);
        notFollowed.values().removeIf("read"::equals);
        String found = text(notFollowed);
        String target = System.getProperty("lateen.fields.write");
        if (target != null) {
            Files.writeString(Path.of(target), found);
        }
        assertThat(found.lines().toList()).isEqualTo(list().lines().toList());
    }

    private static String text(Map<String, String> outcomes) {
        StringBuilder text = new StringBuilder("""
            # Fields that the decoders don't follow, made by EveryFieldTest: what becomes of a resource in which one is set.
            # ignored: nobody outside can tell (tunings, names, counters, looks). passed over: the same of a whole message.
            # told: without effect, and named in the log once. LEFT_OUT: what it stands in is left out, and named with the reason.
            # DENIES: what would be let in or sent on by it is refused, and named. rejected: a NACK, and the resource before stays.
            """);
        outcomes.forEach((field, outcome) -> text.append(field)
                .append('\t')
                .append(outcome.replace('\n', ' '))
                .append('\n'));
        return text.toString();
    }

    private static String list() throws IOException {
        try (InputStream in = EveryFieldTest.class.getResourceAsStream("not-followed.txt")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static byte[] pem(String path) {
        return (path.equals("key") ? OWN.privateKeyPem() : OWN.certificateChainPem()).getBytes(StandardCharsets.UTF_8);
    }

    private static FieldExplorer.Root root(ResourceType type) {
        return FieldExplorer.resource(type, ResourceDecoder.lenient(EveryFieldTest::pem));
    }

    private static void addBootstrap(FieldExplorer explorer) {
        String type = "envoy.config.bootstrap.v3.Bootstrap";
        Map<String, Object> base =
                FieldSamples.yaml("{node: {id: n}, static_resources: {clusters: [{name: c, type: STATIC,"
                        + " load_assignment: {cluster_name: c, endpoints: [{lb_endpoints: [{endpoint: {address:"
                        + " {socket_address: {address: 127.0.0.1, port_value: 1}}}}]}]}}]}, dynamic_resources:"
                        + " {ads_config: {api_type: GRPC, grpc_services: [{envoy_grpc: {cluster_name: c}}]}}}");
        FieldExplorer.Root root = FieldExplorer.bootstrap(EveryFieldTest::pem);
        explorer.add(root, type, type, base, "", json -> json);
        for (String part : List.of("node", "dynamic_resources", "admin")) {
            String message = Objects.requireNonNull(
                            ProtoSchema.ENVOY.message(type).byName(part))
                    .typeName();
            Map<String, Object> own = base.get(part) instanceof Map<?, ?>
                    ? FieldSamples.yaml(
                            part.equals("node")
                                    ? "{id: n}"
                                    : "{ads_config: {api_type: GRPC, grpc_services: [{envoy_grpc: {cluster_name:"
                                            + " c}}]}}")
                    : FieldSamples.yaml("{address: {socket_address: {address: 127.0.0.1, port_value: 1}}}");
            explorer.add(root, message, message, own, part, json -> with(base, part, json));
        }
    }

    private static void addRoots(FieldExplorer explorer) {
        explorer.add(
                LISTENER,
                ResourceType.LISTENER.message(),
                ResourceType.LISTENER.message(),
                listener("filters: [TCP]"),
                "",
                json -> json);
        explorer.add(
                ROUTES,
                ResourceType.ROUTES.message(),
                ResourceType.ROUTES.message(),
                FieldSamples.yaml("{name: r, virtual_hosts: [{name: w, domains: [a.test]}]}"),
                "",
                json -> json);
        explorer.add(
                CLUSTER,
                ResourceType.CLUSTER.message(),
                ResourceType.CLUSTER.message(),
                FieldSamples.yaml("{name: c, type: EDS, eds_cluster_config: {eds_config: {ads: {}}}}"),
                "",
                json -> json);
        explorer.add(
                ENDPOINTS,
                ResourceType.ENDPOINTS.message(),
                ResourceType.ENDPOINTS.message(),
                FieldSamples.yaml("{cluster_name: c}"),
                "",
                json -> json);
        explorer.add(
                SECRET,
                ResourceType.SECRET.message(),
                ResourceType.SECRET.message(),
                FieldSamples.yaml("{name: s, validation_context: {trusted_ca: {filename: pem}}}"),
                "",
                json -> json);
    }

    private static void addNetworkFilters(FieldExplorer explorer) {
        explorer.add(
                LISTENER,
                HCM,
                HCM,
                FieldSamples.yaml("{stat_prefix: s, route_config: {name: r}, http_filters: [" + ROUTER + "]}"),
                "filter_chains[0].filters[0].typed_config",
                manager -> listener(filter(HCM, manager)));
        explorer.add(
                LISTENER,
                NETWORK + "tcp_proxy.v3.TcpProxy",
                NETWORK + "tcp_proxy.v3.TcpProxy",
                FieldSamples.yaml("{stat_prefix: s, cluster: c}"),
                "filter_chains[0].filters[0].typed_config",
                proxy -> listener(filter(NETWORK + "tcp_proxy.v3.TcpProxy", proxy)));
        beforeTcp(
                explorer,
                NETWORK + "rbac.v3.RBAC",
                "{stat_prefix: s, rules: {policies: {p: {permissions: [{any: true}],"
                        + " principals: [{any: true}]}}}}");
        beforeTcp(explorer, "stats.PluginConfig", "{}");
        beforeTcp(explorer, "envoy.tcp.metadataexchange.config.MetadataExchange", "{}");
    }

    private static void beforeTcp(FieldExplorer explorer, String type, String base) {
        explorer.add(
                LISTENER,
                type,
                type,
                FieldSamples.yaml(base),
                "filter_chains[0].filters[0].typed_config",
                filter -> listener(filter(type, filter), FieldSamples.yaml("TCP")));
    }

    private static void addHttpFilters(FieldExplorer explorer) {
        String policies = "{rules: {policies: {p: {permissions: [{any: true}], principals: [{any: true}]}}}}";
        inManager(explorer, HTTP + "rbac.v3.RBAC", policies);
        inManager(explorer, HTTP + "fault.v3.HTTPFault", "{}");
        inManager(explorer, HTTP + "cors.v3.Cors", "{}");
        inManager(explorer, HTTP + "grpc_stats.v3.FilterConfig", "{}");
        inManager(explorer, "io.istio.http.peer_metadata.Config", "{}");
        inManager(explorer, "stats.PluginConfig", "{}");
        String type = HTTP + "router.v3.Router";
        explorer.add(
                LISTENER,
                type,
                type,
                Map.of(),
                "filter_chains[0].filters[0].typed_config.http_filters[0].typed_config",
                router -> listener(filter(HCM, manager(filter(type, router)))));
        onRoute(explorer, HTTP + "cors.v3.CorsPolicy", "{}");
        onRoute(explorer, HTTP + "rbac.v3.RBACPerRoute", "{rbac: " + policies + "}");
        onRoute(
                explorer,
                "envoy.config.route.v3.FilterConfig",
                "{config: {'@type': " + TYPES + HTTP + "cors.v3.CorsPolicy}}");
    }

    private static void inManager(FieldExplorer explorer, String type, String base) {
        explorer.add(
                LISTENER,
                "http " + type,
                type,
                FieldSamples.yaml(base),
                "filter_chains[0].filters[0].typed_config.http_filters[0].typed_config",
                filter -> listener(filter(HCM, manager(filter(type, filter), FieldSamples.yaml(ROUTER)))));
    }

    private static void onRoute(FieldExplorer explorer, String type, String base) {
        explorer.add(
                ROUTES,
                type,
                type,
                FieldSamples.yaml(base),
                "virtual_hosts[0].typed_per_filter_config[\"k\"]",
                filter -> Map.of(
                        "name",
                        "r",
                        "virtual_hosts",
                        List.of(Map.of(
                                "name",
                                "v",
                                "domains",
                                List.of("a"),
                                "typed_per_filter_config",
                                Map.of("k", typed(type, filter))))));
    }

    private static void addRest(FieldExplorer explorer) {
        for (String type : List.of("file.v3.FileAccessLog", "stream.v3.StdoutAccessLog", "stream.v3.StderrAccessLog")) {
            String logger = "envoy.extensions.access_loggers." + type;
            explorer.add(
                    LISTENER,
                    logger,
                    logger,
                    FieldSamples.yaml(type.startsWith("file") ? "{path: /dev/null}" : "{}"),
                    "access_log[0].typed_config",
                    json -> with(listener("filters: [TCP]"), "access_log", List.of(named(typed(logger, json)))));
        }
        String zipkin = "envoy.config.trace.v3.ZipkinConfig";
        explorer.add(
                LISTENER,
                zipkin,
                zipkin,
                FieldSamples.yaml("{collector_cluster: c, collector_endpoint: /a}"),
                "filter_chains[0].filters[0].typed_config.tracing.provider.typed_config",
                json -> listener(filter(
                        HCM,
                        with(
                                manager(FieldSamples.yaml(ROUTER)),
                                "tracing",
                                Map.of("provider", named(typed(zipkin, json)))))));
        String tls = "envoy.extensions.transport_sockets.tls.v3.";
        inCluster(
                explorer,
                tls + "CertificateValidationContext",
                "{trusted_ca: {filename: pem}}",
                "transport_socket.typed_config.common_tls_context.validation_context",
                json -> Map.of(
                        "transport_socket",
                        named(typed(
                                tls + "UpstreamTlsContext",
                                Map.of("common_tls_context", Map.of("validation_context", json))))));
        explorer.add(
                LISTENER,
                tls + "DownstreamTlsContext",
                tls + "DownstreamTlsContext",
                Map.of(),
                "filter_chains[0].transport_socket.typed_config",
                json -> with(
                        listener("filters: [TCP]"),
                        "filter_chains",
                        List.of(with(
                                FieldSamples.yaml("{filters: [TCP]}"),
                                "transport_socket",
                                named(typed(tls + "DownstreamTlsContext", json))))));
        inCluster(
                explorer,
                tls + "UpstreamTlsContext",
                "{}",
                "transport_socket.typed_config",
                json -> Map.of("transport_socket", named(typed(tls + "UpstreamTlsContext", json))));
        String original = "envoy.config.cluster.v3.Cluster.OriginalDstLbConfig";
        inCluster(
                explorer,
                original,
                "{}",
                "original_dst_lb_config",
                json -> Map.of("type", "ORIGINAL_DST", "original_dst_lb_config", json));
        String options = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
        inCluster(
                explorer,
                options,
                "{explicit_http_config: {http2_protocol_options: {}}}",
                "typed_extension_protocol_options[\"k\"]",
                json -> Map.of("typed_extension_protocol_options", Map.of("k", typed(options, json))));
        for (String type : List.of("dns.v3.DnsCluster", "dynamic_forward_proxy.v3.ClusterConfig")) {
            String cluster = "envoy.extensions.clusters." + type;
            inCluster(
                    explorer,
                    cluster,
                    "{}",
                    "cluster_type.typed_config",
                    json -> Map.of("cluster_type", named(typed(cluster, json))));
        }
        for (String type : List.of(
                "round_robin.v3.RoundRobin",
                "least_request.v3.LeastRequest",
                "random.v3.Random",
                "ring_hash.v3.RingHash",
                "maglev.v3.Maglev",
                "cluster_provided.v3.ClusterProvided",
                "wrr_locality.v3.WrrLocality")) {
            inCluster(
                    explorer,
                    LB + type,
                    type.startsWith("wrr")
                            ? "{endpoint_picking_policy: {policies: [{typed_extension_config: {name: n,"
                                    + " typed_config: {'@type': " + TYPES + LB + "random.v3.Random}}}]}}"
                            : "{}",
                    "load_balancing_policy.policies[0].typed_extension_config.typed_config",
                    json -> Map.of(
                            "load_balancing_policy",
                            Map.of(
                                    "policies",
                                    List.of(Map.of("typed_extension_config", named(typed(LB + type, json)))))));
        }
    }

    private static void inCluster(
            FieldExplorer explorer, String type, String base, String path, UnaryOperator<Map<String, Object>> fields) {
        explorer.add(CLUSTER, "cluster " + type, type, FieldSamples.yaml(base), path, json -> {
            Map<String, Object> cluster = new LinkedHashMap<>(Map.of("name", "c"));
            cluster.putAll(fields.apply(json));
            return cluster;
        });
    }
}
