package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.xds.proto.ProtoSchema;
import dev.lateen.proxy.xds.proto.ProtoSchema.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** A value for each field of Envoy's messages, in protobuf's JSON mapping: any that Envoy would take. */
public final class FieldSamples {
    private static final ObjectMapper YAML = YAMLMapper.builder().build();
    private static final String TYPES = "type.googleapis.com/";

    /** Messages that must not be empty. */
    private static final Map<String, String> MESSAGES = Map.ofEntries(
            Map.entry("google.protobuf.Any", "{'@type': type.googleapis.com/some.Unknown}"),
            Map.entry("google.protobuf.Struct", "{a: b}"),
            Map.entry("google.protobuf.Value", "a"),
            Map.entry("google.protobuf.ListValue", "[a]"),
            Map.entry("google.protobuf.Duration", "1s"),
            Map.entry("google.protobuf.Timestamp", "'2026-01-01T00:00:00Z'"),
            Map.entry("google.protobuf.BoolValue", "true"),
            Map.entry("google.protobuf.StringValue", "a"),
            Map.entry("google.protobuf.BytesValue", "YQ=="),
            Map.entry("google.protobuf.UInt32Value", "1"),
            Map.entry("google.protobuf.UInt64Value", "1"),
            Map.entry("google.protobuf.Int32Value", "1"),
            Map.entry("google.protobuf.Int64Value", "1"),
            Map.entry("google.protobuf.FloatValue", "1"),
            Map.entry("google.protobuf.DoubleValue", "1"),
            Map.entry("envoy.config.core.v3.Address", "{socket_address: {address: 127.0.0.1, port_value: 1}}"),
            Map.entry("envoy.config.core.v3.SocketAddress", "{address: 127.0.0.1, port_value: 1}"),
            Map.entry("envoy.config.core.v3.CidrRange", "{address_prefix: 10.0.0.0, prefix_len: 8}"),
            Map.entry("envoy.config.core.v3.Pipe", "{path: /a}"),
            Map.entry("envoy.config.core.v3.ConfigSource", "{ads: {}}"),
            Map.entry(
                    "envoy.config.core.v3.ApiConfigSource",
                    "{api_type: GRPC, grpc_services: [{envoy_grpc: {cluster_name: c}}]}"),
            Map.entry("envoy.config.core.v3.GrpcService", "{envoy_grpc: {cluster_name: c}}"),
            Map.entry("envoy.config.core.v3.GrpcService.EnvoyGrpc", "{cluster_name: c}"),
            Map.entry("envoy.config.core.v3.DataSource", "{filename: pem}"),
            Map.entry("envoy.config.core.v3.HeaderValue", "{key: a, value: b}"),
            Map.entry("envoy.config.core.v3.HeaderValueOption", "{header: {key: a, value: b}}"),
            Map.entry("envoy.config.core.v3.KeepaliveSettings", "{interval: 1s, timeout: 1s}"),
            Map.entry("envoy.config.route.v3.RouteAction.HashPolicy.CookieAttribute", "{name: a}"),
            Map.entry("envoy.config.core.v3.HttpUri", "{uri: 'http://a/b', cluster: c, timeout: 1s}"),
            Map.entry("envoy.config.core.v3.HttpService", "{http_uri: {uri: 'http://a/b', cluster: c, timeout: 1s}}"),
            Map.entry("envoy.config.core.v3.RuntimeUInt32", "{default_value: 1, runtime_key: k}"),
            Map.entry(
                    "envoy.config.core.v3.TypedExtensionConfig",
                    "{name: n, typed_config: {'@type': type.googleapis.com/some.Unknown}}"),
            Map.entry(
                    "envoy.config.core.v3.TransportSocket",
                    "{name: n, typed_config: {'@type': type.googleapis.com/some.Unknown}}"),
            Map.entry(
                    "envoy.config.listener.v3.AdditionalAddress",
                    "{address: {socket_address: {address: 127.0.0.1, port_value: 2}}}"),
            Map.entry(
                    "envoy.config.listener.v3.ListenerFilter",
                    "{name: n, typed_config: {'@type':"
                            + " type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector}}"),
            Map.entry("envoy.config.listener.v3.ListenerFilterChainMatchPredicate", "{any_match: true}"),
            Map.entry("envoy.config.listener.v3.FilterChain", "{filters: [TCP]}"),
            Map.entry("envoy.config.listener.v3.Filter", "TCP"),
            Map.entry(
                    "envoy.config.accesslog.v3.AccessLog",
                    "{name: n, typed_config: {'@type':"
                            + " type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path:"
                            + " /dev/null}}"),
            Map.entry("envoy.config.accesslog.v3.AccessLogFilter", "{not_health_check_filter: {}}"),
            Map.entry("envoy.config.accesslog.v3.StatusCodeFilter", "{comparison: {value: {default_value: 1}}}"),
            Map.entry("envoy.config.accesslog.v3.DurationFilter", "{comparison: {value: {default_value: 1}}}"),
            Map.entry("envoy.config.accesslog.v3.ComparisonFilter", "{value: {default_value: 1}}"),
            Map.entry("envoy.config.accesslog.v3.HeaderFilter", "{header: {name: h}}"),
            Map.entry(
                    "envoy.config.accesslog.v3.MetadataFilter", "{matcher: {filter: f, value: {present_match: true}}}"),
            Map.entry(
                    "envoy.config.accesslog.v3.ExtensionFilter",
                    "{name: n, typed_config: {'@type':"
                            + " type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter,"
                            + " expression: 'true'}}"),
            Map.entry("envoy.config.route.v3.VirtualHost", "{name: v, domains: [b.test]}"),
            Map.entry("envoy.config.route.v3.Route", "{match: {prefix: /}, route: {cluster: c}}"),
            Map.entry("envoy.config.route.v3.RouteMatch", "{prefix: /}"),
            Map.entry("envoy.config.route.v3.RouteAction", "{cluster: c}"),
            Map.entry("envoy.config.route.v3.DirectResponseAction", "{status: 200}"),
            Map.entry("envoy.config.route.v3.HeaderMatcher", "{name: h}"),
            Map.entry("envoy.config.route.v3.CookieMatcher", "{name: h, string_match: {exact: a}}"),
            Map.entry("envoy.config.route.v3.QueryParameterMatcher", "{name: q}"),
            Map.entry("envoy.config.route.v3.WeightedCluster", "{clusters: [{name: c, weight: 1}]}"),
            Map.entry("envoy.config.route.v3.WeightedCluster.ClusterWeight", "{name: c, weight: 1}"),
            Map.entry("envoy.config.route.v3.RouteAction.HashPolicy", "{header: {header_name: h}}"),
            Map.entry("envoy.config.route.v3.RouteAction.HashPolicy.Header", "{header_name: h}"),
            Map.entry("envoy.config.route.v3.RouteAction.HashPolicy.Cookie", "{name: h}"),
            Map.entry("envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter", "{name: h}"),
            Map.entry("envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties", "{source_ip: true}"),
            Map.entry("envoy.config.route.v3.RouteAction.RequestMirrorPolicy", "{cluster: c}"),
            Map.entry("envoy.config.route.v3.RouteAction.UpgradeConfig", "{upgrade_type: websocket}"),
            Map.entry(
                    "envoy.config.route.v3.RetryPolicy.RetryHostPredicate",
                    "{name: envoy.retry_host_predicates.previous_hosts}"),
            Map.entry("envoy.config.route.v3.RetryPolicy.RetryBackOff", "{base_interval: 1s}"),
            Map.entry("envoy.type.matcher.v3.RegexMatcher", "{regex: a}"),
            Map.entry("envoy.type.matcher.v3.RegexMatchAndSubstitute", "{pattern: {regex: a}, substitution: b}"),
            Map.entry("envoy.type.matcher.v3.StringMatcher", "{exact: a}"),
            Map.entry("envoy.type.matcher.v3.PathMatcher", "{path: {exact: /a}}"),
            Map.entry("envoy.type.matcher.v3.ListMatcher", "{one_of: {present_match: true}}"),
            Map.entry("envoy.type.matcher.v3.OrMatcher", "{value_matchers: [{present_match: true}]}"),
            Map.entry("envoy.type.matcher.v3.DoubleMatcher", "{exact: 1}"),
            Map.entry("envoy.type.matcher.v3.ValueMatcher", "{present_match: true}"),
            Map.entry("envoy.type.matcher.v3.MetadataMatcher", "{filter: f, value: {present_match: true}}"),
            Map.entry("envoy.type.matcher.v3.MetadataMatcher.PathSegment", "{key: k}"),
            Map.entry(
                    "envoy.type.matcher.v3.FilterStateMatcher",
                    "{key: io.istio.peer_principal, string_match: {exact: a}}"),
            Map.entry("envoy.config.rbac.v3.Policy", "{permissions: [{any: true}], principals: [{any: true}]}"),
            Map.entry("envoy.config.rbac.v3.Permission", "{any: true}"),
            Map.entry("envoy.config.rbac.v3.Principal", "{any: true}"),
            Map.entry("envoy.config.rbac.v3.Permission.Set", "{rules: [{any: true}]}"),
            Map.entry("envoy.config.rbac.v3.Principal.Set", "{ids: [{any: true}]}"),
            Map.entry(
                    "envoy.config.rbac.v3.SourcedMetadata",
                    "{metadata_matcher: {filter: f, value: {present_match: true}}}"),
            Map.entry(
                    "envoy.config.cluster.v3.Cluster.CustomClusterType",
                    "{name: n, typed_config: {'@type':"
                            + " type.googleapis.com/envoy.extensions.clusters.dns.v3.DnsCluster}}"),
            Map.entry("envoy.config.cluster.v3.Cluster.EdsClusterConfig", "{eds_config: {ads: {}}}"),
            Map.entry("envoy.config.cluster.v3.Cluster.TransportSocketMatch", "{name: m, match: {a: b}}"),
            Map.entry(
                    "envoy.config.cluster.v3.LoadBalancingPolicy",
                    "{policies: [{typed_extension_config: {name: n, typed_config: {'@type':"
                            + " type.googleapis.com/envoy.extensions.load_balancing_policies.random.v3.Random}}}]}"),
            Map.entry(
                    "envoy.config.cluster.v3.LoadBalancingPolicy.Policy",
                    "{typed_extension_config: {name: n, typed_config: {'@type':"
                            + " type.googleapis.com/envoy.extensions.load_balancing_policies.random.v3.Random}}}"),
            Map.entry("envoy.config.cluster.v3.Filter", "{name: istio.metadata_exchange}"),
            Map.entry("envoy.config.core.v3.BindConfig", "{source_address: {address: 127.0.0.1}}"),
            Map.entry("envoy.config.endpoint.v3.ClusterLoadAssignment", "{cluster_name: c}"),
            Map.entry(
                    "envoy.config.endpoint.v3.LbEndpoint",
                    "{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: 1}}}}"),
            Map.entry(
                    "envoy.config.endpoint.v3.Endpoint",
                    "{address: {socket_address: {address: 127.0.0.1, port_value: 1}}}"),
            Map.entry(
                    "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter",
                    "{name: f, typed_config: {'@type':"
                            + " type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors}}"),
            Map.entry(
                    "envoy.extensions.filters.network.http_connection_manager.v3.Rds",
                    "{route_config_name: r, config_source: {ads: {}}}"),
            Map.entry(
                    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig",
                    "{upgrade_type: websocket}"),
            Map.entry(
                    "envoy.config.trace.v3.Tracing.Http",
                    "{name: z, typed_config: {'@type': type.googleapis.com/envoy.config.trace.v3.ZipkinConfig,"
                            + " collector_cluster: c, collector_endpoint: /a}}"),
            Map.entry("envoy.type.tracing.v3.CustomTag", "{tag: t, literal: {value: v}}"),
            Map.entry("envoy.type.tracing.v3.CustomTag.Header", "{name: n}"),
            Map.entry("envoy.type.tracing.v3.CustomTag.Environment", "{name: n, default_value: v}"),
            Map.entry("envoy.type.tracing.v3.CustomTag.Metadata", "{default_value: v}"),
            Map.entry(
                    "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster",
                    "{clusters: [{name: c, weight: 1}]}"),
            Map.entry(
                    "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight",
                    "{name: c, weight: 1}"),
            Map.entry(
                    "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig", "{hostname: 'a.test:1'}"),
            Map.entry("envoy.type.v3.HashPolicy", "{source_ip: {}}"),
            Map.entry("envoy.extensions.filters.common.fault.v3.FaultDelay", "{fixed_delay: 1s}"),
            Map.entry("envoy.extensions.filters.http.fault.v3.FaultAbort", "{http_status: 500}"),
            Map.entry(
                    "envoy.extensions.transport_sockets.tls.v3.TlsCertificate",
                    "{certificate_chain: {filename: pem}, private_key: {filename: key}}"),
            Map.entry(
                    "envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext",
                    "{trusted_ca: {filename: pem}}"),
            Map.entry("envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig", "{name: s, sds_config: {ads: {}}}"),
            Map.entry(
                    "envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext",
                    "{validation_context_sds_secret_config: {name: s, sds_config: {ads: {}}}}"),
            Map.entry(
                    "envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher",
                    "{san_type: URI, matcher: {exact: a}}"),
            Map.entry(
                    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig",
                    "{http2_protocol_options: {}}"),
            Map.entry("stats.MetricConfig", "{name: requests_total}"));

    /** Texts that must be of a kind. */
    private static final Map<String, String> TEXTS = Map.ofEntries(
            Map.entry("envoy.config.core.v3.CidrRange.address_prefix", "10.0.0.0"),
            Map.entry("envoy.config.core.v3.SocketAddress.address", "127.0.0.1"),
            Map.entry("envoy.config.core.v3.DataSource.filename", "pem"),
            Map.entry("envoy.config.core.v3.HttpUri.uri", "http://a/b"),
            Map.entry("envoy.config.route.v3.VirtualHost.domains", "b.test"),
            Map.entry("envoy.config.accesslog.v3.ResponseFlagFilter.flags", "NR"),
            Map.entry("envoy.config.route.v3.RouteMatch.path", "/a"),
            Map.entry("envoy.type.matcher.v3.FilterStateMatcher.key", "io.istio.peer_principal"),
            Map.entry("envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter.expression", "true"),
            Map.entry("envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig.path_template", "/{a}"),
            Map.entry("stats.MetricConfig.dimensions", "request.method"));

    /** Messages that must be other than elsewhere. */
    private static final Map<String, String> IN_PLACE = Map.of(
            "envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext.default_validation_context",
            "{match_subject_alt_names: [{exact: a}]}",
            "envoy.extensions.transport_sockets.tls.v3.TlsCertificate.private_key",
            "{filename: key}",
            "envoy.config.bootstrap.v3.Bootstrap.dynamic_resources",
            "{}");

    private static final Map<String, Object> NUMBERS = Map.of(
            "envoy.config.route.v3.DirectResponseAction.status", 200,
            "envoy.extensions.filters.http.fault.v3.FaultAbort.http_status", 500);

    private FieldSamples() {}

    @SuppressWarnings("unchecked")
    static Map<String, Object> yaml(String text) {
        return (Map<String, Object>) value(text);
    }

    static Object value(String text) {
        return YAML.readValue(
                text.replace(
                        "TCP",
                        "{name: t, typed_config: {'@type': " + TYPES
                                + "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, stat_prefix: t, cluster:"
                                + " c}}"),
                Object.class);
    }

    /** By the label of what is tried, a value each: one, or one for each of an enumeration's names. */
    static Map<String, Object> of(String message, Field field) {
        String key = message + "." + field.name();
        Map<String, Object> samples = new LinkedHashMap<>();
        switch (field.kind()) {
            case STRING -> samples.put("", TEXTS.getOrDefault(key, "a"));
            case BYTES -> samples.put("", "YQ==");
            case BOOL -> samples.put("", true);
            case ENUM ->
                ProtoSchema.ENVOY
                        .enumeration(field.typeName())
                        .byName()
                        .keySet()
                        .forEach(name -> samples.put("=" + name, name));
            case MESSAGE ->
                samples.put("", value(IN_PLACE.getOrDefault(key, MESSAGES.getOrDefault(field.typeName(), "{}"))));
            case INT32, INT64, UINT32, UINT64, FLOAT, DOUBLE, FIXED32, FIXED64, SINT32, SINT64 ->
                samples.put("", NUMBERS.getOrDefault(key, 1));
        }
        samples.replaceAll((label, one) -> field.map() ? Map.of("k", one) : field.repeated() ? List.of(one) : one);
        return samples;
    }

    /** A copy that shares nothing. */
    @SuppressWarnings("unchecked")
    public static <T> T copy(T json) {
        return switch (json) {
            case Map<?, ?> map -> {
                Map<Object, Object> copied = new LinkedHashMap<>();
                map.forEach((key, value) -> copied.put(key, copy(value)));
                yield (T) copied;
            }
            case List<?> list -> {
                List<Object> copied = new ArrayList<>();
                list.forEach(item -> copied.add(copy(item)));
                yield (T) copied;
            }
            default -> json;
        };
    }
}
