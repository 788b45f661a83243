package dev.lateen.proxy.xds.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.Http2KeepAlive;
import dev.lateen.proxy.model.Cluster.ProxyProtocol;
import dev.lateen.proxy.model.Cluster.TcpKeepalive;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.RouteAction.HashPolicy;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.TlsSettings.SanMatcher;
import dev.lateen.proxy.xds.proto.ProtoJsonReader;
import dev.lateen.proxy.xds.proto.ProtoNode;
import dev.lateen.proxy.xds.proto.ProtoSchema;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Rarer fields of clusters and of routes to them. */
class UpstreamFieldsTest {
    private static final String TYPE = "\"@type\": type.googleapis.com/envoy.extensions.";
    private static final String RAW =
            "{name: raw, typed_config: {" + TYPE + "transport_sockets.raw_buffer.v3.RawBuffer}}";

    private static Cluster cluster(String fields) {
        Decoded.Accepted accepted = accepted(ResourceType.CLUSTER, "{name: c, type: STATIC, " + fields + "}");
        return ((Decoded.Resource.OfCluster) accepted.resource()).cluster();
    }

    @SuppressWarnings("unchecked")
    private static Decoded.Accepted accepted(ResourceType type, String yaml) {
        Map<String, Object> json = YAMLMapper.builder().build().readValue(yaml, Map.class);
        ProtoNode node = ProtoJsonReader.read(ProtoSchema.ENVOY.message(type.message()), json, null, "");
        return switch (ResourceDecoder.lenient(FileSource.NONE).decode(type, "", node)) {
            case Decoded.Accepted accepted -> accepted;
            case Decoded.Rejected rejected -> throw new AssertionError(rejected.reason());
        };
    }

    private static String proxied(String version, String inner) {
        return "{name: p, typed_config: {" + TYPE
                + "transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport," + " config: {version: "
                + version + "}, transport_socket: " + inner + "}}";
    }

    private static String tls(String common) {
        return "{name: tls, typed_config: {" + TYPE + "transport_sockets.tls.v3.UpstreamTlsContext, sni: a.test,"
                + " common_tls_context: {" + common + "}}}";
    }

    private static String http(String options) {
        return "typed_extension_protocol_options: {o: {" + TYPE + "upstreams.http.v3.HttpProtocolOptions,"
                + " explicit_http_config: {http2_protocol_options: {" + options + "}}}}";
    }

    private static TlsSettings settings(String common) {
        return Objects.requireNonNull(
                        cluster("transport_socket: " + tls(common)).sockets().tls())
                .settings();
    }

    private static RouteAction.Forward forward(String action) {
        Decoded.Accepted accepted = accepted(
                ResourceType.ROUTES,
                "{name: r, virtual_hosts: [{name: v, domains: [a], routes: [{match: {prefix: /}, route: {cluster: c, "
                        + action + "}}]}]}");
        RouteTable table = ((Decoded.Resource.OfRoutes) accepted.resource()).table();
        return (RouteAction.Forward)
                table.virtualHosts().getFirst().routes().getFirst().action();
    }

    @Test
    void aSlowStartIsReadFromOlderFieldsAndFromExtensions() {
        String slow = "slow_start_config: {slow_start_window: 30s, aggression: {default_value: 2, runtime_key: a},"
                + " min_weight_percent: {value: 25}}";
        Cluster.SlowStart expected = new Cluster.SlowStart(Duration.ofSeconds(30), 2, 0.25);
        for (String fields : List.of(
                "lb_policy: ROUND_ROBIN, round_robin_lb_config: {" + slow + "}",
                "lb_policy: LEAST_REQUEST, least_request_lb_config: {" + slow + "}",
                extension("round_robin.v3.RoundRobin", slow),
                extension("least_request.v3.LeastRequest", slow))) {
            assertThat(cluster(fields).loadBalancing().settings().slowStart())
                    .as(fields)
                    .isEqualTo(expected);
        }
        assertThat(cluster("lb_policy: ROUND_ROBIN, round_robin_lb_config: {slow_start_config:"
                                + " {slow_start_window: 3s}}")
                        .loadBalancing()
                        .settings()
                        .slowStart())
                .isEqualTo(new Cluster.SlowStart(Duration.ofSeconds(3), 1, 0.1));
        assertThat(cluster("lb_policy: RANDOM").loadBalancing().settings().slowStart())
                .isNull();
    }

    @Test
    void aSlowStartWithoutAWindowIsNoneAndAnAggressionBelowZeroIsLinear() {
        assertThat(cluster("lb_policy: ROUND_ROBIN, round_robin_lb_config: {slow_start_config: {}}")
                        .loadBalancing()
                        .settings()
                        .slowStart())
                .isNull();
        assertThat(cluster("lb_policy: ROUND_ROBIN, round_robin_lb_config: {slow_start_config: {slow_start_window: 3s,"
                                + " aggression: {default_value: -1, runtime_key: a}}}")
                        .loadBalancing()
                        .settings()
                        .slowStart())
                .isEqualTo(new Cluster.SlowStart(Duration.ofSeconds(3), 1, 0.1));
    }

    private static String extension(String type, String fields) {
        return "load_balancing_policy: {policies: [{typed_extension_config: {name: p, typed_config: {" + TYPE
                + "load_balancing_policies." + type + ", " + fields + "}}}]}";
    }

    @Test
    void nothingIsSaidOfConnectionsByDefault() {
        assertThat(cluster("lb_policy: RANDOM").connections())
                .isEqualTo(Cluster.ConnectionOptions.of(Duration.ofSeconds(5)));
    }

    @Test
    void streamsAndPingsOfHttp2() {
        Cluster.ConnectionOptions options = cluster(
                        http("max_concurrent_streams: 7, connection_keepalive: {interval: 30s, timeout: 5s}"))
                .connections();
        assertThat(options.maxConcurrentStreams()).isEqualTo(7);
        assertThat(options.http2KeepAlive())
                .isEqualTo(new Http2KeepAlive(Duration.ofSeconds(30), Duration.ofSeconds(5)));
    }

    @Test
    void aPingWithoutATimeForItsAnswerIsRefused() {
        assertThatThrownBy(() -> cluster(http("connection_keepalive: {interval: 30s}")))
                .hasMessageContaining("connection_keepalive.timeout: PT0S (accepted: at least 1 ms)");
    }

    @Test
    void timesOfTcpProbes() {
        String keepalive = "{keepalive_probes: 3, keepalive_time: 60, keepalive_interval: 10}";
        assertThat(cluster("upstream_connection_options: {tcp_keepalive: " + keepalive + "}")
                        .connections()
                        .tcpKeepalive())
                .isEqualTo(new TcpKeepalive(3, 60, 10));
    }

    @Test
    void theProxyProtocolStandsBeforeClearTextOrTls() {
        Cluster plain = cluster("transport_socket: " + proxied("V1", RAW));
        assertThat(plain.connections().proxyProtocol()).isEqualTo(ProxyProtocol.V1);
        assertThat(plain.sockets().tls()).isNull();
        Cluster secured = cluster("transport_socket: " + proxied("V2", tls("")));
        assertThat(secured.connections().proxyProtocol()).isEqualTo(ProxyProtocol.V2);
        assertThat(Objects.requireNonNull(secured.sockets().tls()).sni()).isEqualTo("a.test");
    }

    @Test
    void theProxyProtocolIsSpokenToAllServersOfAClusterOrToNone() {
        String all = "transport_socket_matches: [{name: a, match: {x: y}, transport_socket: " + proxied("V1", tls(""))
                + "}, {name: b, match: {}, transport_socket: " + proxied("V1", RAW) + "}]";
        assertThat(cluster(all).connections().proxyProtocol()).isEqualTo(ProxyProtocol.V1);
        String some = "transport_socket_matches: [{name: a, match: {x: y}, transport_socket: " + proxied("V1", RAW)
                + "}, {name: b, match: {}, transport_socket: " + RAW + "}]";
        assertThatThrownBy(() -> cluster(some))
                .hasMessageContaining("transport_socket_matches[1].transport_socket: PROXY protocol for some servers"
                        + " only (accepted: for all of a cluster, or none)");
    }

    @Test
    void groupsOfKeyExchanges() {
        assertThat(settings("tls_params: {ecdh_curves: [P-384, X25519]}").ecdhCurves())
                .containsExactly("P-384", "X25519");
    }

    @Test
    void namesOfACertificateKeepTheirKinds() {
        String matcher = "{san_type: %s, matcher: {exact: a}}";
        List<SanMatcher> names = Objects.requireNonNull(settings("validation_context: {match_subject_alt_names:"
                                + " [{exact: a}], match_typed_subject_alt_names: ["
                                + matcher.formatted("URI") + ", " + matcher.formatted("DNS") + ", "
                                + matcher.formatted("IP_ADDRESS") + ", " + matcher.formatted("EMAIL") + "]}")
                        .validation())
                .subjectAltNames();
        assertThat(names)
                .extracting(SanMatcher::kind)
                .containsExactly(
                        SanMatcher.Kind.ANY,
                        SanMatcher.Kind.URI,
                        SanMatcher.Kind.DNS,
                        SanMatcher.Kind.IP_ADDRESS,
                        SanMatcher.Kind.EMAIL);
        assertThat(names).extracting(SanMatcher::matcher).containsOnly(new StringMatcher.Exact("a", false));
    }

    @Test
    void aRevocationListThatCannotBeReadIsRefused() {
        assertThatThrownBy(() -> settings("combined_validation_context: {default_validation_context: {crl:"
                        + " {inline_string: nonsense}}, validation_context_sds_secret_config: {name: ROOTCA,"
                        + " sds_config: {ads: {}}}}"))
                .hasMessageContaining("default_validation_context.crl: ");
        assertThatThrownBy(() -> settings("validation_context: {crl: {inline_string: nonsense}}"))
                .hasMessageContaining("crl: no trusted_ca beside it");
    }

    @Test
    void anEndpointMayBeAUnixDomainSocket() {
        String endpoint = "load_assignment: {cluster_name: c, endpoints: [{lb_endpoints: [{endpoint: {address: {pipe:"
                + " {path: \"%s\"}}}}]}]}";
        Cluster.Discovery.Static fixed = (Cluster.Discovery.Static)
                cluster(endpoint.formatted("/var/run/app.sock")).discovery();
        assertThat(fixed.assignment()
                        .localities()
                        .getFirst()
                        .endpoints()
                        .getFirst()
                        .host())
                .isEqualTo("/var/run/app.sock");
        assertThatThrownBy(() -> cluster(endpoint.formatted("@abstract")))
                .hasMessageContaining("address.pipe.path: \"@abstract\" (accepted: an absolute path)");
    }

    @Test
    void cookiesHaveTheirAttributes() {
        HashPolicy policy = forward("hash_policy: [{cookie: {name: s, ttl: 0s, attributes: [{name: SameSite, value:"
                        + " Strict}, {name: Secure}]}}]")
                .hashPolicies()
                .getFirst();
        assertThat(policy)
                .isEqualTo(new HashPolicy.Cookie("s", "", Duration.ZERO, false, List.of("SameSite=Strict", "Secure")));
    }

    @Test
    void retriesLeavePrioritiesAsOftenAsTheyAreToldTo() {
        RouteAction.Forward forward = forward("retry_policy: {retry_on: 5xx, retry_priority: {name: p, typed_config: {"
                + TYPE + "retry.priority.previous_priorities.v3.PreviousPrioritiesConfig, update_frequency: 2}}}");
        assertThat(Objects.requireNonNull(forward.retryPolicy()).leavePriorityAfter())
                .isEqualTo(2);
        assertThat(Objects.requireNonNull(
                                forward("retry_policy: {retry_on: 5xx}").retryPolicy())
                        .leavePriorityAfter())
                .isZero();
    }
}
