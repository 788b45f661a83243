package dev.lateen.proxy.xds.decode;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.RetryPolicy;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.xds.proto.ProtoJsonReader;
import dev.lateen.proxy.xds.proto.ProtoNode;
import dev.lateen.proxy.xds.proto.ProtoSchema;
import dev.lateen.proxy.xds.proto.ProtoWireReader;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.dataformat.yaml.YAMLMapper;

class ResourceDecoderTest {
    private static final String ROUTER =
            "{name: r, typed_config: {\"@type\": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}";

    @Test
    void envoysDefaultsOfARouteAreFilledIn() {
        RouteTable table = routes("{match: {prefix: /}, route: {cluster: a, retry_policy: {retry_on: 5xx}}}");
        RouteAction.Forward forward = (RouteAction.Forward)
                table.virtualHosts().getFirst().routes().getFirst().action();
        assertThat(forward.timeouts().route()).isEqualTo(Duration.ofSeconds(15));
        assertThat(forward.timeouts().idle()).isNull();
        assertThat(forward.clusterNotFoundStatus()).isEqualTo(503);
        RetryPolicy retry = Objects.requireNonNull(forward.retryPolicy());
        assertThat(retry.numRetries()).isOne();
        assertThat(retry.baseInterval()).isEqualTo(Duration.ofMillis(25));
        assertThat(retry.maxInterval()).isEqualTo(Duration.ofMillis(250));
        assertThat(retry.hostSelectionMaxAttempts()).isOne();
    }

    @Test
    void whoGivesAMaxStreamDurationGetsNoOtherLimit() {
        RouteTable table = routes("{match: {prefix: /}, route: {cluster: a, timeout: 3s, max_grpc_timeout: 1s,"
                + " max_stream_duration: {max_stream_duration: 60s}}}");
        RouteAction.Forward forward = (RouteAction.Forward)
                table.virtualHosts().getFirst().routes().getFirst().action();
        assertThat(forward.timeouts().route()).isZero();
        assertThat(forward.timeouts().maxGrpc()).isNull();
        assertThat(forward.timeouts().maxStream()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void envoysDefaultsOfAConnectionManagerAreFilledIn() {
        HttpConnectionManager manager = manager(ROUTER);
        assertThat(manager.timeouts().streamIdle()).isEqualTo(Duration.ofMinutes(5));
        assertThat(manager.timeouts().idle()).isEqualTo(Duration.ofHours(1));
        assertThat(manager.timeouts().drain()).isEqualTo(Duration.ofSeconds(5));
        assertThat(manager.limits().maxRequestHeadersKib()).isEqualTo(60);
        assertThat(manager.limits().maxHeadersCount()).isEqualTo(100);
        assertThat(manager.reporting().generateRequestId()).isTrue();
        assertThat(manager.server().name()).isEqualTo("envoy");
        assertThat(manager.normalization().normalizePath()).isFalse();
    }

    /** Also where only one of its values matters to us: what else it may mean is not known. The whole resource, or a chain that then lets nobody in. */
    @Test
    void anEnumerationsNumberThatOnlyANewerEnvoyKnowsIsNamed() {
        var address = SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(80);
        var odd = address.clone().setProtocolValue(77);
        assertThat(Resources.decode(listener(odd).build()).toString())
                .contains("address.socket_address.protocol: number 77 (accepted: TCP, UDP)");
        var router = HttpFilter.newBuilder().setName("router").setTypedConfig(Any.pack(Router.getDefaultInstance()));
        var manager = io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                .newBuilder()
                .setStatPrefix("in")
                .setRouteConfig(RouteConfiguration.getDefaultInstance())
                .addHttpFilters(router)
                .setForwardClientCertDetailsValue(77);
        var filter = Filter.newBuilder().setName("http").setTypedConfig(Any.pack(manager.build()));
        var chain =
                io.envoyproxy.envoy.config.listener.v3.FilterChain.newBuilder().addFilters(filter);
        assertThat(Resources.decode(listener(address).addFilterChains(chain).build())
                        .toString())
                .contains("forward_client_cert_details: number 77 (accepted: SANITIZE, ");
    }

    private static io.envoyproxy.envoy.config.listener.v3.Listener.Builder listener(SocketAddress.Builder address) {
        return io.envoyproxy.envoy.config.listener.v3.Listener.newBuilder()
                .setName("l")
                .setAddress(Address.newBuilder().setSocketAddress(address));
    }

    @Test
    void envoysDefaultsOfAClusterAreFilledIn() {
        Cluster cluster = cluster("{name: a, type: STATIC, outlier_detection: {}}");
        assertThat(cluster.connections().connectTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(cluster.circuitBreakers()).isEqualTo(new Cluster.CircuitBreakers(1024, 1024, 1024, 3, -1, 0));
        assertThat(cluster.loadBalancing().settings().panicThreshold()).isEqualTo(50);
        assertThat(cluster.connections().idleTimeout()).isEqualTo(Duration.ofHours(1));
        assertThat(cluster.outlierDetection())
                .isEqualTo(new Cluster.OutlierDetection(
                        5, 0, 5, false, Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofMinutes(5), 10));
    }

    @Test
    void anOutlierKindThatIsNotEnforcedIsOff() {
        Cluster cluster =
                cluster("{name: a, outlier_detection: {enforcing_consecutive_5xx: 0, consecutive_gateway_failure: 3,"
                        + " enforcing_consecutive_gateway_failure: 100}}");
        Cluster.OutlierDetection outlier = Objects.requireNonNull(cluster.outlierDetection());
        assertThat(outlier.consecutive5xx()).isZero();
        assertThat(outlier.consecutiveGatewayFailure()).isEqualTo(3);
    }

    @Test
    void aRejectionNamesResourceFieldFoundAndAccepted() {
        assertThat(rejected(
                        ResourceType.CLUSTER,
                        "{name: x, type: STATIC, load_assignment: {cluster_name: x, endpoints: [{lb_endpoints:"
                                + " [{endpoint: {address: {socket_address: {address: example.com, port_value:"
                                + " 80}}}}]}]}}"))
                .isEqualTo("cluster x:"
                        + " load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.address:"
                        + " \"example.com\" (accepted: an IP address; names only in DNS clusters)");
        assertThat(rejected(
                        ResourceType.ROUTES,
                        "{name: r, virtual_hosts: [{name: v, domains: [a], routes: [{match: {safe_regex:"
                                + " {regex: '('}}, route: {cluster: c}}]}]}"))
                .startsWith("routes r: virtual_hosts[0].routes[0].match.safe_regex.regex: \"(\"");
        assertThat(rejected(
                        ResourceType.ROUTES,
                        "{name: r, virtual_hosts: [{name: v, domains: [a]}, {name: w, domains: [A]}]}"))
                .isEqualTo(
                        "routes r: virtual_hosts[1].domains: \"a\" twice in one route configuration (accepted: unique"
                                + " domains)");
    }

    @Test
    void brokenBytesAreRejectedWithTheirName() {
        Decoded decoded = ResourceDecoder.lenient(FileSource.NONE)
                .decode(
                        ResourceType.CLUSTER,
                        "x",
                        ResourceType.CLUSTER.typeUrl(),
                        ByteString.copyFromUtf8("\u0007garbage"));
        assertThat(decoded).isInstanceOf(Decoded.Rejected.class);
        assertThat(((Decoded.Rejected) decoded).reason())
                .startsWith("cluster x: broken protobuf for envoy.config.cluster.v3.Cluster");
    }

    @Test
    void aFilterThatNobodyKnowsDeniesUnlessItIsOptional() {
        String unknown = "{name: n, typed_config: {\"@type\": type.googleapis.com/some.Unknown}%s}, " + ROUTER;
        assertThat(manager(unknown.formatted("")).filters())
                .first()
                .isEqualTo(new HttpFilterConfig.Denied("n", "this proxy can't build some.Unknown"));
        assertThat(manager(unknown.formatted(", is_optional: true")).filters())
                .first()
                .isEqualTo(new HttpFilterConfig.Ignored("n"));
    }

    @Test
    void aSecurityFilterThatCannotBeBuiltDenies() {
        HttpConnectionManager manager = manager("{name: envoy.filters.http.ext_authz, typed_config: {\"@type\":"
                + " type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz}}, "
                + ROUTER);
        assertThat(manager.filters().getFirst()).isInstanceOf(HttpFilterConfig.Denied.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rules: [{match: {prefix: /}, requires: {provider_name: p}}]",
                "providers: {p: {issuer: i}}",
                "providers: {p: {local_jwks: {inline_string: x}}}, filter_state_rules: {name: f}",
                "providers: {p: {local_jwks: {inline_string: x}}}, rules: [{match: {prefix: /}, requirement_name: r}]",
                "providers: {p: {local_jwks: {inline_string: x}}}, rules: [{match: {prefix: /}, requires:"
                        + " {requires_any: {requirements: [{provider_name: p}]}}}]"
            })
    void rulesForTokensThatAreNotUnderstoodDeny(String config) {
        HttpConnectionManager manager = manager("{name: envoy.filters.http.jwt_authn, typed_config: {\"@type\":"
                + " type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication, " + config
                + "}}, "
                + ROUTER);
        assertThat(manager.filters().getFirst()).isInstanceOf(HttpFilterConfig.Denied.class);
    }

    @Test
    void theRouterMustBeThereAndLast() {
        assertThat(rejected(ResourceType.LISTENER, listener(""))).contains("http_filters: without a terminal filter");
        assertThat(rejected(ResourceType.LISTENER, listener(ROUTER + ", " + ROUTER)))
                .contains("http_filters[0].name: r before other filters");
    }

    @Test
    void istiosOwnFiltersAreKnown() {
        HttpConnectionManager manager = manager("""
            {name: istio.stats, typed_config: {"@type": type.googleapis.com/stats.PluginConfig, disable_host_header_fallback: true}},
            {name: istio.stats, typed_config: {"@type": type.googleapis.com/udpa.type.v1.TypedStruct, type_url: type.googleapis.com/stats.PluginConfig,
              value: {disable_host_header_fallback: true}}},
            {name: istio.alpn, typed_config: {"@type": type.googleapis.com/istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig, alpn_override: [{}]}},
            {name: envoy.filters.http.peer_metadata, typed_config: {"@type": type.googleapis.com/io.istio.http.peer_metadata.Config,
              upstream_discovery: [{istio_headers: {}}, {workload_discovery: {}}],
              upstream_propagation: [{istio_headers: {skip_external_clusters: true}}]}},
            """ + ROUTER);
        assertThat(manager.filters())
                .containsExactly(
                        new HttpFilterConfig.IstioStats(true, List.of()),
                        new HttpFilterConfig.IstioStats(true, List.of()),
                        new HttpFilterConfig.IstioAlpn(),
                        new HttpFilterConfig.PeerMetadataExchange(false, true, false, true, true),
                        new HttpFilterConfig.Router(false, false));
    }

    @Test
    void peerMetadataIsReadFromTheWire() {
        // upstream_discovery (2) { istio_headers (3) {} }, upstream_propagation (4) { istio_headers (1) {
        // skip_external_clusters (1): true } }
        ByteString wire = ByteString.copyFrom(new byte[] {0x12, 2, 0x1a, 0, 0x22, 4, 0x0a, 2, 0x08, 1});
        ProtoNode node =
                ProtoWireReader.read(ProtoSchema.ENVOY.message("io.istio.http.peer_metadata.Config"), wire, null, "");
        assertThat(node.messages("upstream_discovery").getFirst().has("istio_headers"))
                .isTrue();
        assertThat(node.messages("upstream_propagation")
                        .getFirst()
                        .messageOrEmpty("istio_headers")
                        .flag("skip_external_clusters"))
                .isTrue();
    }

    @Test
    void aTlsFieldThatIsNotFollowedIsRefusedEvenFromAControlPlane() {
        assertThat(rejected(ResourceType.CLUSTER, """
            {name: x, transport_socket: {name: t, typed_config: {"@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext,
              common_tls_context: {validation_context: {system_root_certs: {}, require_signed_certificate_timestamp: true}}}}}\
            """))
                .contains("validation_context.require_signed_certificate_timestamp: not supported");
    }

    @Test
    void anotherFieldThatIsNotFollowedIsToldAndTaken() {
        Decoded decoded = decode(ResourceType.CLUSTER, "{name: x, type: STATIC, health_checks: [{timeout: 1s}]}");
        assertThat(((Decoded.Accepted) decoded).unsupported()).containsExactly("health_checks");
    }

    @Test
    void whatAListenerRefersToIsTold() {
        Decoded decoded = decode(ResourceType.LISTENER, """
            {name: l, address: {socket_address: {address: 127.0.0.1, port_value: 1}}, filter_chains: [{
              transport_socket: {name: tls, typed_config: {"@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext,
                common_tls_context: {tls_certificate_sds_secret_configs: [{name: "kubernetes://a", sds_config: {ads: {}}}]}}},
              filters: [{name: h, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,
                stat_prefix: s, rds: {route_config_name: r, config_source: {ads: {}}}, http_filters: [ROUTER]}}]}]}\
            """.replace("ROUTER", ROUTER));
        Decoded.Accepted accepted = (Decoded.Accepted) decoded;
        assertThat(accepted.routeTables()).containsExactly("r");
        assertThat(accepted.secrets()).containsExactly(new SecretReference("kubernetes://a", SecretReference.ADS));
    }

    /** The whole of what a fuzzer would first find: no input may do more than be rejected. */
    @Test
    void noTruncatedResourceBreaksTheDecoder() {
        ByteString whole = Resources.listener("l", 80, "route_config: {" + Resources.virtualHosts("a") + "}")
                .toByteString();
        ResourceDecoder decoder = ResourceDecoder.lenient(FileSource.NONE);
        for (int length = 0; length < whole.size(); length++) {
            assertThat(decoder.decode(
                            ResourceType.LISTENER, "l", ResourceType.LISTENER.typeUrl(), whole.substring(0, length)))
                    .isNotNull();
        }
    }

    private static RouteTable routes(String route) {
        RouteConfiguration table = Resources.parse(
                        "{name: r, virtual_hosts: [{name: v, domains: ['*'], routes: [" + route + "]}]}",
                        RouteConfiguration.newBuilder())
                .build();
        return ((Decoded.Resource.OfRoutes) Resources.accepted(table).resource()).table();
    }

    private static Cluster cluster(String yaml) {
        return ((Decoded.Resource.OfCluster) ((Decoded.Accepted) decode(ResourceType.CLUSTER, yaml)).resource())
                .cluster();
    }

    private static String listener(String filters) {
        return """
            {name: l, address: {socket_address: {address: 127.0.0.1, port_value: 1}}, filter_chains: [{filters: [{name: h, typed_config: {
              "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,
              stat_prefix: s, route_config: {name: r}, http_filters: [FILTERS]}}]}]}\
            """.replace("FILTERS", filters);
    }

    private static HttpConnectionManager manager(String filters) {
        Decoded decoded = decode(ResourceType.LISTENER, listener(filters));
        assertThat(decoded).isInstanceOf(Decoded.Accepted.class);
        assertThat(((Decoded.Accepted) decoded).unsupported()).isEmpty();
        Listener listener = ((Decoded.Resource.OfListener) ((Decoded.Accepted) decoded).resource()).listener();
        FilterChain chain = listener.filterChains().getFirst();
        return (HttpConnectionManager) chain.terminal();
    }

    private static String rejected(ResourceType type, String yaml) {
        Decoded decoded = decode(type, yaml);
        assertThat(decoded).isInstanceOf(Decoded.Rejected.class);
        return ((Decoded.Rejected) decoded).reason();
    }

    @SuppressWarnings("unchecked")
    private static Decoded decode(ResourceType type, String yaml) {
        Map<String, Object> json = YAMLMapper.builder().build().readValue(yaml, Map.class);
        ProtoNode node = ProtoJsonReader.read(ProtoSchema.ENVOY.message(type.message()), json, null, "");
        return ResourceDecoder.lenient(FileSource.NONE).decode(type, "", node);
    }
}
