package dev.lateen.proxy.xds.decode;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.lateen.proxy.model.AccessLogConfig;
import dev.lateen.proxy.model.ConfigGap;
import dev.lateen.proxy.model.ConfigGap.Effect;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.model.JsonFormat;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.model.RbacPolicies;
import dev.lateen.proxy.xds.proto.ProtoJsonReader;
import dev.lateen.proxy.xds.proto.ProtoNode;
import dev.lateen.proxy.xds.proto.ProtoSchema;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What can't be built: it denies or is left out, it is told, and it costs no more than it must. */
class ConfigGapsTest {
    private static final String ALL = "permissions: [{any: true}], principals: [{any: true}]";

    @Test
    void whateverIsThrownIsARejectionOfThatResource() {
        for (Throwable thrown : List.of(
                new IllegalStateException("a fault"), new StackOverflowError(), new IndexOutOfBoundsException(3))) {
            Decoded decoded = decode(ResourceType.SECRET, """
                {name: s, validation_context: {trusted_ca: {filename: x}}}
                """, path -> sneak(thrown));
            assertThat(((Decoded.Rejected) decoded).reason())
                    .startsWith("secret s: ")
                    .contains(thrown instanceof StackOverflowError ? "nested too deeply" : "fault of this proxy");
        }
    }

    @Test
    void nestingOfAnyDepthIsARejectionOfThatResource() {
        LoadBalancingPolicy policy = LoadBalancingPolicy.getDefaultInstance();
        for (int i = 0; i < 1000; i++) {
            Any inner = Any.pack(
                    WrrLocality.newBuilder().setEndpointPickingPolicy(policy).build());
            policy = LoadBalancingPolicy.newBuilder()
                    .addPolicies(LoadBalancingPolicy.Policy.newBuilder()
                            .setTypedExtensionConfig(
                                    TypedExtensionConfig.newBuilder().setTypedConfig(inner)))
                    .build();
        }
        Decoded decoded = Resources.decode(
                Cluster.newBuilder().setName("c").setLoadBalancingPolicy(policy).build());
        assertThat(((Decoded.Rejected) decoded).reason())
                .startsWith("cluster c: ")
                .endsWith("nested deeper than 400");
    }

    @Test
    void theNetworkFilterOfPoliciesIsReadWithAllItsFields() {
        Listener listener = listener(tcp(rbac("stat_prefix: tcp., enforcement_type: CONTINUOUS, delay_deny: 1s,"
                + " shadow_rules_stat_prefix: dry, rules: {policies: {all: {" + ALL + "}}}")));
        assertThat(chain(listener).networkFilters()).hasSize(1).first().isInstanceOf(NetworkFilterConfig.Rbac.class);
    }

    @Test
    void aPolicyThatIsNotUnderstoodDeniesOnItsChainAndIsNamed() {
        String odd =
                "rules: {action: DENY, policies: {\"ns[a]-policy[b]-rule[0]\": {permissions: [{matcher: {name: m}}],"
                        + " principals: [{any: true}]}}}";
        Decoded.Accepted accepted = accepted(listenerOf(tcp(rbac("stat_prefix: s, " + odd)), tcp("")));
        List<FilterChain> chains = listener(accepted).filterChains();
        assertThat(chains.getFirst().networkFilters()).singleElement().isInstanceOf(NetworkFilterConfig.Denied.class);
        assertThat(chains.getLast().networkFilters()).isEmpty();
        assertThat(accepted.gaps()).singleElement().satisfies(gap -> {
            assertThat(gap.effect()).isEqualTo(Effect.DENIES);
            assertThat(gap.resource()).isEqualTo("listener l");
            assertThat(gap.path()).isEqualTo("filter_chains[0].filters[0]");
            assertThat(gap.what()).isEqualTo("rbac");
            assertThat(gap.reason()).contains("policies[\"ns[a]-policy[b]-rule[0]\"].permissions[0]");
        });

        Decoded.Accepted http = accepted(listenerOf(http("{name: envoy.filters.http.rbac, typed_config: {\"@type\":"
                + " type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC, " + odd + "}}, ")));
        assertThat(manager(listener(http)).filters()).first().isInstanceOf(HttpFilterConfig.Denied.class);
        assertThat(http.gaps())
                .singleElement()
                .satisfies(gap -> assertThat(gap.reason()).contains("policy[b]"));
    }

    @Test
    void shadowPoliciesThatAreNotUnderstoodAreLeftOut() {
        Decoded.Accepted accepted = accepted(listenerOf(tcp(rbac("stat_prefix: s, rules: {policies: {all: {" + ALL
                + "}}}, shadow_rules: {policies: {odd: {permissions: [{matcher: {name:"
                + " m}}], principals: [{any: true}]}}}"))));
        NetworkFilterConfig.Rbac rbac = (NetworkFilterConfig.Rbac)
                chain(listener(accepted)).networkFilters().getFirst();
        assertThat(rbac.policies().rules()).isNotNull();
        assertThat(rbac.policies().shadowRules()).isNull();
        assertThat(accepted.gaps()).extracting(ConfigGap::effect).containsExactly(Effect.LEFT_OUT);
    }

    @Test
    void claimsAreUnderstoodInEveryForm() {
        for (String value : List.of(
                "or_match: {value_matchers: [{string_match: {exact: a}}, {list_match: {one_of: {string_match: {exact:"
                        + " a}}}}]}",
                "or_match: {value_matchers: [{or_match: {value_matchers: [{null_match: {}}, {bool_match: true}]}},"
                        + " {present_match: true}]}",
                "double_match: {exact: 1}",
                "double_match: {range: {start: 1, end: 2}}",
                "list_match: {one_of: {or_match: {value_matchers: [{string_match: {prefix: a}}, {string_match:"
                        + " {suffix: b}}]}}}")) {
            String metadata =
                    "metadata: {filter: envoy.filters.http.jwt_authn, path: [{key: payload}, {key: group}], value: {"
                            + value + "}}";
            RbacPolicies policies =
                    policies("rules: {policies: {p: {permissions: [{" + metadata + "}, {sourced_metadata: {metadata_"
                            + "matcher: {filter: f, value: {" + value + "}}}}], principals: [{" + metadata + "}]}}}");
            assertThat(policies.rules()).isNotNull();
        }
    }

    @Test
    void filtersThatMayDecideOnAccessDenyAndOthersAreLeftOut() {
        assertThat(manager(listener(accepted(listenerOf(http(filter("lua", "http.lua.v3.Lua"))))))
                        .filters())
                .first()
                .isInstanceOf(HttpFilterConfig.Denied.class);
        for (String type :
                List.of("buffer.v3.Buffer", "header_to_metadata.v3.Config", "stateful_session.v3.StatefulSession")) {
            Decoded.Accepted accepted = accepted(listenerOf(http(filter("f", "http." + type))));
            assertThat(manager(listener(accepted)).filters()).first().isEqualTo(new HttpFilterConfig.Ignored("f"));
            assertThat(accepted.gaps()).extracting(ConfigGap::effect).containsExactly(Effect.LEFT_OUT);
        }
        assertThat(chain(listener(tcp(filter("m", "network.mongo_proxy.v3.MongoProxy"))))
                        .networkFilters())
                .isEmpty();
        assertThat(chain(listener(tcp(filter("w", "network.wasm.v3.Wasm")))).networkFilters())
                .first()
                .isInstanceOf(NetworkFilterConfig.Denied.class);
        assertThat(chain(listener(tcp(filter("o", "network.of_tomorrow.v3.New"))))
                        .networkFilters())
                .first()
                .isInstanceOf(NetworkFilterConfig.Denied.class);
    }

    @Test
    void aPolicyOnMetadataWhoseWriterIsLeftOutDenies() {
        String rbac = "{name: rbac, typed_config: {\"@type\":"
                + " type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC, rules: {action: DENY,"
                + " policies: {p: {permissions: [{any: true}], principals: [{metadata: {filter: f, path: [{key:"
                + " k}], value: {present_match: true}}}]}}}}}, ";
        Listener with = listener(accepted(listenerOf(http(filter("h", "http.header_to_metadata.v3.Config") + rbac))));
        assertThat(manager(with).filters().get(1)).isInstanceOf(HttpFilterConfig.Denied.class);
        assertThat(manager(listener(accepted(listenerOf(http(rbac))))).filters().getFirst())
                .isInstanceOf(HttpFilterConfig.Rbac.class);
    }

    @Test
    void whatAChainNeedsAndCantHaveRefusesThatChainAlone() {
        for (String odd : List.of(
                "filters: ["
                        + filter("redis", "network.redis_proxy.v3.RedisProxy").replace("}}, ", "}}") + "]",
                "filters: [{name: t, typed_config: {\"@type\":"
                        + " type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, stat_prefix: t,"
                        + " cluster: c, on_demand: {}}}]",
                "transport_socket: {name: q, typed_config: {\"@type\": type.googleapis.com/some.Socket}}, "
                        + tcp("").substring(1, tcp("").length() - 1))) {
            Decoded.Accepted accepted = accepted(
                    listenerOf("{name: odd, filter_chain_match: {destination_port: 7}, " + odd + "}", tcp("")));
            List<FilterChain> chains = listener(accepted).filterChains();
            assertThat(chains.getFirst().networkFilters())
                    .singleElement()
                    .isInstanceOf(NetworkFilterConfig.Denied.class);
            assertThat(chains.getFirst().match().destinationPort()).isEqualTo(7);
            assertThat(chains.getLast().networkFilters()).isEmpty();
            assertThat(accepted.gaps()).singleElement().satisfies(gap -> {
                assertThat(gap.effect()).isEqualTo(Effect.DENIES);
                assertThat(gap.what()).isEqualTo("filter chain odd");
            });
        }
    }

    @Test
    void aListenerFilterThatMayKeepConnectionsOutMakesEveryChainRefuse() {
        Decoded.Accepted accepted = accepted(listenerOf(tcp(""))
                .replace(
                        "filter_chains",
                        "listener_filters: [" + filter("limit", "listener.local_ratelimit.v3.LocalRateLimit")
                                + "], filter_chains"));
        assertThat(chain(listener(accepted)).networkFilters())
                .singleElement()
                .isInstanceOf(NetworkFilterConfig.Denied.class);
    }

    @Test
    void aTransparentListenerSaysSoAndByWhoseAddressToCall() {
        Listener plain = listener(accepted(listenerOf(tcp(""))));
        assertThat(plain.binding()).isEqualTo(Listener.Binding.PLAIN);
        assertThat(plain.listenerFilters().originalSrc()).isNull();
        String source = "{name: source, typed_config: {\"@type\":"
                + " type.googleapis.com/envoy.extensions.filters.listener.original_src.v3.OriginalSrc, mark: 1337}}";
        Decoded.Accepted accepted = accepted(listenerOf(tcp(""))
                .replace(
                        "filter_chains",
                        "transparent: true, freebind: true, listener_filters: [" + source + "], filter_chains"));
        assertThat(listener(accepted).binding()).isEqualTo(new Listener.Binding(true, true, true));
        assertThat(listener(accepted).listenerFilters().originalSrc()).isEqualTo(new Listener.OriginalSrc(1337));
        assertThat(accepted.gaps()).isEmpty();
    }

    @Test
    void logsTracersAndStatisticsThatCantBeBuiltAreLeftOut() {
        String log = "access_log: [{name: als, typed_config: {\"@type\":"
            + " type.googleapis.com/envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig}},"
            + " {name: file, typed_config: {\"@type\":"
            + " type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: /dev/stdout}}, {name:"
            + " bad, filter: {extension_filter: {name: cel, typed_config: {\"@type\":"
            + " type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter, expression:"
            + " '(('}}}, typed_config: {\"@type\":"
            + " type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: /dev/stdout}}],"
            + " tracing: {provider: {name: otel, typed_config: {\"@type\":"
            + " type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig}}}, ";
        String stats = "{name: istio.stats, typed_config: {\"@type\": type.googleapis.com/stats.PluginConfig,"
                + " metrics: [{dimensions: {a: '(('}}]}}, ";
        Decoded.Accepted accepted = accepted(listenerOf(http(stats).replace("stat_prefix", log + "stat_prefix")));
        HttpConnectionManager manager = manager(listener(accepted));
        assertThat(manager.reporting().accessLogs()).hasSize(1);
        assertThat(accepted.gaps())
                .allMatch(gap -> gap.effect() == Effect.LEFT_OUT)
                .extracting(ConfigGap::what)
                .containsExactlyInAnyOrder("access log als", "access log bad", "tracer otel", "metric ");
    }

    @Test
    void logsInJsonKeepTheirShapeAndABadFormatIsLeftOut() {
        String file =
                "typed_config: {\"@type\": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog,"
                        + " path: /dev/stdout, log_format: ";
        String log = "access_log: [{name: nested, " + file
                + "{omit_empty_values: true, json_format: {code: '%RESPONSE_CODE%', a: {b: ['%PROTOCOL%', 1]}}}}},"
                + " {name: bad, " + file + "{text_format_source: {inline_string: '%NO_SUCH%'}}}}], ";
        Decoded.Accepted accepted = accepted(listenerOf(http("").replace("stat_prefix", log + "stat_prefix")));
        assertThat(manager(listener(accepted)).reporting().accessLogs())
                .singleElement()
                .matches(AccessLogConfig::omitEmptyValues)
                .extracting(AccessLogConfig::jsonFormat)
                .isEqualTo(
                        JsonFormat.of(Map.of("code", "%RESPONSE_CODE%", "a", Map.of("b", List.of("%PROTOCOL%", 1.0)))));
        assertThat(accepted.gaps()).singleElement().satisfies(gap -> {
            assertThat(gap.what()).isEqualTo("access log bad");
            assertThat(gap.reason()).contains("%NO_SUCH%");
        });
    }

    @Test
    void aTracersSettingsAreRead() {
        String tracing = "append_x_forwarded_port: true, request_id_extension: {typed_config: {\"@type\":"
            + " type.googleapis.com/envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig,"
            + " use_request_id_for_trace_sampling: false}}, tracing: {max_path_tag_length: 7, custom_tags: [{tag: a,"
            + " environment: {name: HOME, default_value: none}}], provider: {name: zipkin, typed_config: {\"@type\":"
            + " type.googleapis.com/envoy.config.trace.v3.ZipkinConfig, collector_cluster: zipkin, collector_endpoint:"
            + " /spans, trace_context_option: USE_B3_WITH_W3C_PROPAGATION}}}, ";
        Decoded.Accepted accepted = accepted(listenerOf(http("").replace("stat_prefix", tracing + "stat_prefix")));
        HttpConnectionManager manager = manager(listener(accepted));
        HttpConnectionManager.Tracing decoded =
                Objects.requireNonNull(manager.reporting().tracing());
        assertThat(manager.forwarded().appendXForwardedPort()).isTrue();
        assertThat(decoded.collector().w3c()).isTrue();
        assertThat(decoded.maxPathTagLength()).isEqualTo(7);
        assertThat(decoded.sampling().byRequestId()).isFalse();
        assertThat(decoded.sampling().packReason()).isTrue();
        assertThat(decoded.customTags())
                .containsExactly(new HttpConnectionManager.CustomTag.Environment("a", "HOME", "none"));
        assertThat(accepted.gaps()).isEmpty();
    }

    @Test
    void attributesThatNobodyHasHereAreNamed() {
        String log = "access_log: [{name: file, filter: {extension_filter: {name: cel, typed_config: {\"@type\":"
                + " type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter, expression:"
                + " \"metadata.filter_metadata['a'] == 'b' || request.duration > duration('1s')\"}}}, typed_config:"
                + " {\"@type\": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path:"
                + " /dev/stdout}}], ";
        String stats = "{name: istio.stats, typed_config: {\"@type\": type.googleapis.com/stats.PluginConfig,"
                + " metrics: [{dimensions: {a: \"node.metadata['x']\", b: request.method}}]}}, ";
        Decoded.Accepted accepted = accepted(listenerOf(http(stats).replace("stat_prefix", log + "stat_prefix")));
        assertThat(manager(listener(accepted)).reporting().accessLogs()).hasSize(1);
        assertThat(accepted.gaps())
                .allMatch(gap -> gap.effect() == Effect.LEFT_OUT)
                .extracting(ConfigGap::what)
                .containsExactlyInAnyOrder("attribute metadata.filter_metadata", "attribute node.metadata");
    }

    @Test
    void aCollectorIsReadAsIstioTellsItSince130() {
        String tracing = "tracing: {provider: {name: envoy.tracers.zipkin, typed_config: {\"@type\":"
                + " type.googleapis.com/envoy.config.trace.v3.ZipkinConfig, collector_service: {http_uri: {cluster:"
                + " zipkin, timeout: 5s, uri: \"http://zipkin.test:9411/api/v2/spans\"}}}}}, ";
        Decoded.Accepted accepted = accepted(listenerOf(http("").replace("stat_prefix", tracing + "stat_prefix")));
        HttpConnectionManager.Tracing decoded =
                manager(listener(accepted)).reporting().tracing();
        assertThat(decoded).isNotNull();
        assertThat(List.of(
                        String.valueOf(decoded.collector().cluster()),
                        decoded.collector().hostname(),
                        decoded.collector().path()))
                .containsExactly("zipkin", "zipkin.test:9411", "/api/v2/spans");
        assertThat(accepted.gaps()).isEmpty();
        assertThat(accepted.unsupported()).isEmpty();
    }

    private static byte[] sneak(Throwable thrown) throws IOException {
        if (thrown instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) thrown;
    }

    private static String filter(String name, String type) {
        return "{name: " + name + ", typed_config: {\"@type\": type.googleapis.com/envoy.extensions.filters." + type
                + "}}, ";
    }

    private static String rbac(String fields) {
        return "{name: rbac, typed_config: {\"@type\":"
                + " type.googleapis.com/envoy.extensions.filters.network.rbac.v3.RBAC, "
                + fields + "}}, ";
    }

    private static String tcp(String before) {
        return "{filters: [" + before + "{name: t, typed_config: {\"@type\":"
                + " type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy,"
                + " stat_prefix: t, cluster: c}}]}";
    }

    private static String http(String before) {
        return "{filters: [{name: h, typed_config: {\"@type\":"
            + " type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,"
            + " stat_prefix: s, route_config: {name: r}, http_filters: [" + before
                + "{name: r, typed_config: {\"@type\":"
                + " type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]}}]}";
    }

    /** The second chain, if any, is the default one's sibling by its port. */
    private static String listenerOf(String... chains) {
        String last = chains.length == 1
                ? chains[0]
                : chains[0] + ", {filter_chain_match: {destination_port: 9}, " + chains[1].substring(1);
        return "{name: l, address: {socket_address: {address: 127.0.0.1, port_value: 1}}, filter_chains: [" + last
                + "]}";
    }

    private static RbacPolicies policies(String fields) {
        NetworkFilterConfig filter = chain(listener(tcp(rbac("stat_prefix: s, " + fields))))
                .networkFilters()
                .getFirst();
        assertThat(filter).isInstanceOf(NetworkFilterConfig.Rbac.class);
        return ((NetworkFilterConfig.Rbac) filter).policies();
    }

    private static Listener listener(String chain) {
        return listener(accepted(listenerOf(chain)));
    }

    private static Listener listener(Decoded.Accepted accepted) {
        return ((Decoded.Resource.OfListener) accepted.resource()).listener();
    }

    private static FilterChain chain(Listener listener) {
        return listener.filterChains().getFirst();
    }

    private static HttpConnectionManager manager(Listener listener) {
        return (HttpConnectionManager) chain(listener).terminal();
    }

    private static Decoded.Accepted accepted(String yaml) {
        Decoded decoded = decode(ResourceType.LISTENER, yaml, FileSource.NONE);
        assertThat(decoded).isInstanceOf(Decoded.Accepted.class);
        return (Decoded.Accepted) decoded;
    }

    @SuppressWarnings("unchecked")
    private static Decoded decode(ResourceType type, String yaml, FileSource files) {
        Map<String, Object> json = YAMLMapper.builder().build().readValue(yaml, Map.class);
        ProtoNode node = ProtoJsonReader.read(ProtoSchema.ENVOY.message(type.message()), json, null, "");
        return ResourceDecoder.lenient(files).decode(type, "", node);
    }
}
