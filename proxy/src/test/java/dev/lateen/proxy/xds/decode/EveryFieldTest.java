package dev.lateen.proxy.xds.decode;

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
    private static final String TYPES = "type.googleapis.com/";
    private static final String NETWORK = "envoy.extensions.filters.network.";
    private static final String HTTP = "envoy.extensions.filters.http.";
    private static final String LB = "envoy.extensions.load_balancing_policies.";
    private static final FieldExplorer.Root LISTENER = root(ResourceType.LISTENER);
    private static final FieldExplorer.Root ROUTES = root(ResourceType.ROUTES);
    private static final FieldExplorer.Root CLUSTER = root(ResourceType.CLUSTER);
    private static final FieldExplorer.Root ENDPOINTS = root(ResourceType.ENDPOINTS);
    private static final FieldExplorer.Root SECRET = root(ResourceType.SECRET);
    private static final Secret.TlsCertificate OWN = new TestCertificates("O=test").workload("", "spiffe://a");
    private static final String HCM = NETWORK + "http_connection_manager.v3.HttpConnectionManager";

    @Test
    void whatIsNotFollowedStandsOnOneList() throws IOException {
        FieldExplorer explorer = new FieldExplorer();
        addRoots(explorer);
        addBootstrap(explorer);
        addNetworkFilters(explorer);
        addHttpFilters(explorer);
        addRest(explorer);
        Map<String, String> outcomes = explorer.explore();
        outcomes.putAll(extensions());
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

    /** What becomes of extensions, by their type, in a resource that is good without them. */
    private static Map<String, String> extensions() {
        Map<String, String> outcomes = new TreeMap<>();
        String path = "filter_chains[0].filters[0].typed_config";
        for (String type : EXTENSIONS.split("\\s+")) {
            Map<String, Object> filter = filter("envoy.extensions.filters." + type, Map.of());
            Map<String, Object> listener = type.startsWith("http.")
                    ? listener(filter(HCM, manager(filter, FieldSamples.yaml(ROUTER))))
                    : type.startsWith("network.")
                            ? listener(filter, FieldSamples.yaml("TCP"))
                            : with(listener("filters: [TCP]"), "listener_filters", List.of(filter));
            outcomes.put("extension " + type, LISTENER.outcome(listener, path));
        }
        for (String type : OWN_EXTENSIONS.split("\\s+")) {
            outcomes.put(
                    "extension " + type,
                    LISTENER.outcome(
                            listener(filter(HCM, manager(filter(type, Map.of()), FieldSamples.yaml(ROUTER)))), path));
        }
        return outcomes;
    }

    /** Envoy's filters, and those that Istio's control plane names. */
    private static final String EXTENSIONS = """
        http.adaptive_concurrency.v3.AdaptiveConcurrency http.admission_control.v3.AdmissionControl
        http.alternate_protocols_cache.v3.FilterConfig http.api_key_auth.v3.ApiKeyAuth http.aws_lambda.v3.Config
        http.aws_request_signing.v3.AwsRequestSigning http.bandwidth_limit.v3.BandwidthLimit http.basic_auth.v3.BasicAuth
        http.buffer.v3.Buffer http.buffer.v3.BufferPerRoute http.cache.v3.CacheConfig http.cdn_loop.v3.CdnLoopConfig
        http.composite.v3.Composite http.compressor.v3.Compressor http.compressor.v3.CompressorPerRoute
        http.connect_grpc_bridge.v3.FilterConfig http.credential_injector.v3.CredentialInjector http.csrf.v3.CsrfPolicy
        http.custom_response.v3.CustomResponse http.decompressor.v3.Decompressor http.dynamic_forward_proxy.v3.FilterConfig
        http.dynamic_modules.v3.DynamicModuleFilter http.ext_authz.v3.ExtAuthz http.ext_authz.v3.ExtAuthzPerRoute
        http.ext_proc.v3.ExternalProcessor http.ext_proc.v3.ExtProcPerRoute http.file_system_buffer.v3.FileSystemBufferFilterConfig
        http.gcp_authn.v3.GcpAuthnFilterConfig http.geoip.v3.Geoip http.golang.v3alpha.Config
        http.grpc_field_extraction.v3.GrpcFieldExtractionConfig http.grpc_http1_bridge.v3.Config
        http.grpc_http1_reverse_bridge.v3.FilterConfig http.grpc_json_transcoder.v3.GrpcJsonTranscoder http.grpc_web.v3.GrpcWeb
        http.gzip.v3.Gzip http.header_mutation.v3.HeaderMutation http.header_to_metadata.v3.Config http.health_check.v3.HealthCheck
        http.ip_tagging.v3.IPTagging http.json_to_metadata.v3.JsonToMetadata http.jwt_authn.v3.JwtAuthentication
        http.jwt_authn.v3.PerRouteConfig http.kill_request.v3.KillRequest http.local_ratelimit.v3.LocalRateLimit http.lua.v3.Lua
        http.lua.v3.LuaPerRoute http.oauth2.v3.OAuth2 http.on_demand.v3.OnDemand http.original_src.v3.OriginalSrc
        http.proto_message_extraction.v3.ProtoMessageExtractionConfig http.ratelimit.v3.RateLimit http.ratelimit.v3.RateLimitPerRoute
        http.rate_limit_quota.v3.RateLimitQuotaFilterConfig http.set_filter_state.v3.Config http.set_metadata.v3.Config
        http.stateful_session.v3.StatefulSession http.tap.v3.Tap http.wasm.v3.Wasm
        network.connection_limit.v3.ConnectionLimit network.direct_response.v3.Config network.echo.v3.Echo
        network.ext_authz.v3.ExtAuthz network.ext_proc.v3.NetworkExternalProcessor network.kafka_broker.v3.KafkaBroker
        network.local_ratelimit.v3.LocalRateLimit network.mongo_proxy.v3.MongoProxy network.mysql_proxy.v3.MySQLProxy
        network.ratelimit.v3.RateLimit network.redis_proxy.v3.RedisProxy network.set_filter_state.v3.Config
        network.sni_cluster.v3.SniCluster network.sni_dynamic_forward_proxy.v3.FilterConfig network.thrift_proxy.v3.ThriftProxy
        network.wasm.v3.Wasm network.zookeeper_proxy.v3.ZooKeeperProxy
        listener.http_inspector.v3.HttpInspector listener.local_ratelimit.v3.LocalRateLimit listener.original_dst.v3.OriginalDst
        listener.original_src.v3.OriginalSrc listener.proxy_protocol.v3.ProxyProtocol listener.set_filter_state.v3.Config
        listener.tls_inspector.v3.TlsInspector\
        """;

    private static final String OWN_EXTENSIONS = "istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig"
            + " istio.envoy.config.filter.http.authn.v2alpha1.FilterConfig io.istio.http.connect_authority.Config"
            + " some.Unknown";

    private static void inCluster(
            FieldExplorer explorer, String type, String base, String path, UnaryOperator<Map<String, Object>> fields) {
        explorer.add(CLUSTER, "cluster " + type, type, FieldSamples.yaml(base), path, json -> {
            Map<String, Object> cluster = new LinkedHashMap<>(Map.of("name", "c"));
            cluster.putAll(fields.apply(json));
            return cluster;
        });
    }

    private static final String ROUTER = "{name: r, typed_config: {'@type': " + TYPES + HTTP + "router.v3.Router}}";

    private static Map<String, Object> typed(String type, Map<String, Object> json) {
        return with(json, "@type", TYPES + type);
    }

    private static Map<String, Object> named(Map<String, Object> typed) {
        return Map.of("name", "n", "typed_config", typed);
    }

    private static Map<String, Object> filter(String type, Map<String, Object> json) {
        return named(typed(type, json));
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    private static Map<String, Object> manager(Map<String, Object>... filters) {
        return Map.of("stat_prefix", "s", "route_config", Map.of("name", "r"), "http_filters", List.of(filters));
    }

    private static Map<String, Object> with(Map<String, Object> json, String field, Object value) {
        Map<String, Object> copy = new LinkedHashMap<>(json);
        copy.put(field, value);
        return copy;
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    private static Map<String, Object> listener(Map<String, Object>... filters) {
        return with(listener("filters: [TCP]"), "filter_chains", List.of(Map.of("filters", List.of(filters))));
    }

    private static Map<String, Object> listener(String chain) {
        return FieldSamples.yaml(
                "{name: l, address: {socket_address: {address: 127.0.0.1, port_value: 1}}, filter_chains: [{" + chain
                        + "}]}");
    }
}
