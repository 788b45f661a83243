package dev.lateen.proxy.xds.decode;

import com.google.re2j.Pattern;
import dev.lateen.proxy.expression.Expression;
import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.model.MetricChange;
import dev.lateen.proxy.model.RbacPolicies;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.xds.proto.ConfigException;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code HttpConnectionManager.http_filters} and their overrides, told apart by the type of their message as Envoy does. What can't be built
 * costs no listener ({@link FilterFates}): a filter that may decide on access is {@link HttpFilterConfig.Denied} (every request is refused), one that
 * doesn't is {@link HttpFilterConfig.Ignored}.
 */
final class HttpFilterDecoder {
    private static final String HTTP = FilterFates.HTTP;
    private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

    private final DecodeScope scope;

    private HttpFilterDecoder(DecodeScope scope) {
        this.scope = scope;
    }

    static List<HttpFilterConfig> chain(ProtoNode manager, DecodeScope scope) {
        return new HttpFilterDecoder(scope).chain(manager);
    }

    private List<HttpFilterConfig> chain(ProtoNode manager) {
        List<HttpFilterConfig> filters = new ArrayList<>();
        List<ProtoNode> nodes = manager.messages("http_filters");
        for (int i = 0; i < nodes.size(); i++) {
            ProtoNode node = nodes.get(i);
            HttpFilterConfig filter = filter(node);
            if (filter instanceof HttpFilterConfig.Router && i < nodes.size() - 1) {
                throw node.error("name", node.text("name") + " before other filters (accepted: only at the end)");
            }
            if (filter instanceof HttpFilterConfig.Rbac rbac && MetadataReaders.anyIn(rbac.policies())) {
                filter = withMetadata(node, rbac, nodes.subList(0, i));
            }
            filters.add(filter);
        }
        if (filters.isEmpty() || !(filters.getLast() instanceof HttpFilterConfig.Router)) {
            throw manager.error(
                    "http_filters", "without a terminal filter (accepted: envoy.filters.http.router at the end)");
        }
        return filters;
    }

    /** Policies on metadata that nobody writes because its writer was left out would let in whom they should keep out. */
    private HttpFilterConfig withMetadata(ProtoNode node, HttpFilterConfig.Rbac rbac, List<ProtoNode> before) {
        for (ProtoNode writer : before) {
            if (FilterFates.writesMetadata(writer.messageOrEmpty("typed_config").anyType())) {
                return denied(
                        node,
                        node.text("name"),
                        "a policy looks at metadata, and " + writer.text("name") + ", which writes some, is left out");
            }
        }
        return rbac;
    }

    private HttpFilterConfig filter(ProtoNode node) {
        String name = node.required("name");
        if (node.flag("disabled")) {
            node.passOver();
            return new HttpFilterConfig.Ignored(name);
        }
        boolean optional = node.flag("is_optional");
        ProtoNode any = node.message("typed_config");
        if (any == null) {
            if (node.has("config_discovery")) {
                return denied(node, name, "config_discovery: not supported by this proxy (accepted: typed_config)");
            }
            throw node.error("typed_config", "missing (accepted: the filter's message)");
        }
        return byType(name, any, optional);
    }

    /** An override for a route. */
    static HttpFilterConfig override(String name, ProtoNode any, boolean optional, DecodeScope scope) {
        HttpFilterDecoder decoder = new HttpFilterDecoder(scope);
        if (!any.anyType().equals(HTTP + "rbac.v3.RBACPerRoute")) {
            return decoder.byType(name, any, optional);
        }
        return decoder.orDenied(name, any, () -> {
            // Without rules the filter is switched off for this route.
            ProtoNode rbac = any.unpack().message("rbac");
            if (rbac == null) {
                return new HttpFilterConfig.Disabled();
            }
            RbacPolicies policies = RbacDecoder.http(rbac, scope);
            if (MetadataReaders.anyBeyondJwt(policies)) {
                throw any.beyondUs("", "a policy on metadata that nothing here writes (accepted: claims of a token)");
            }
            return new HttpFilterConfig.Rbac(policies);
        });
    }

    private HttpFilterConfig byType(String name, ProtoNode any, boolean optional) {
        String type = any.anyType();
        return switch (type) {
            case HTTP + "router.v3.Router" -> router(any.unpack());
            case HTTP + "rbac.v3.RBAC" ->
                orDenied(name, any, () -> new HttpFilterConfig.Rbac(RbacDecoder.http(any.unpack(), scope)));
            case HTTP + "jwt_authn.v3.JwtAuthentication" ->
                orDenied(name, any, () -> JwtAuthnDecoder.decode(any.unpack(), scope));
            case HTTP + "jwt_authn.v3.PerRouteConfig" ->
                orDenied(name, any, () -> JwtAuthnDecoder.perRoute(any.unpack()));
            case HTTP + "fault.v3.HTTPFault" -> orLeftOut(name, any, () -> fault(any.unpack()));
            case HTTP + "cors.v3.Cors" -> new HttpFilterConfig.Cors(null);
            case HTTP + "cors.v3.CorsPolicy" ->
                orLeftOut(name, any, () -> new HttpFilterConfig.Cors(cors(any.unpack())));
            case HTTP + "grpc_stats.v3.FilterConfig" -> new HttpFilterConfig.GrpcStats();
            case "stats.PluginConfig" -> orLeftOut(name, any, () -> stats(any.unpack()));
            case "io.istio.http.peer_metadata.Config" -> orLeftOut(name, any, () -> peerMetadata(any.unpack()));
            case "istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig" -> new HttpFilterConfig.IstioAlpn();
            default -> unknown(name, type, optional, any);
        };
    }

    private HttpFilterConfig unknown(String name, String type, boolean optional, ProtoNode any) {
        // Older Istio's, as a Wasm extension.
        if (name.equals("istio.stats")) {
            return new HttpFilterConfig.IstioStats(false, List.of());
        }
        return switch (FilterFates.of(type, optional)) {
            case FilterFates.Fate.Denies(String reason) -> denied(any, name, reason);
            case FilterFates.Fate.LeftOut(String reason) -> {
                scope.leftOut(any, name, reason);
                yield new HttpFilterConfig.Ignored(name);
            }
            case FilterFates.Fate.Harmless _ -> {
                any.passOver();
                yield new HttpFilterConfig.Ignored(name);
            }
        };
    }

    /** For filters that decide on access: understood to the last field, or everything is refused. */
    private HttpFilterConfig orDenied(String name, ProtoNode any, Supplier<HttpFilterConfig> part) {
        return scope.orElse(
                () -> {
                    HttpFilterConfig built = part.get();
                    any.requireAllRead();
                    return built;
                },
                thrown -> denied(any, name, ConfigException.reason(thrown)));
    }

    private HttpFilterConfig denied(ProtoNode at, String name, String reason) {
        scope.denies(at, name, reason);
        return new HttpFilterConfig.Denied(name, reason);
    }

    /** For filters that don't: what Envoy would take and this proxy can't do is left out. */
    private HttpFilterConfig orLeftOut(String name, ProtoNode any, Supplier<HttpFilterConfig> part) {
        return scope.orElse(part, thrown -> {
            if (thrown instanceof ConfigException problem && problem.isBeyondUs()) {
                scope.leftOut(any, name, ConfigException.reason(thrown));
                return new HttpFilterConfig.Ignored(name);
            }
            throw DecodeScope.again(thrown);
        });
    }

    private static HttpFilterConfig router(ProtoNode node) {
        node.ignoring("dynamic_stats", "suppress_grpc_request_failure_code_stats", "respect_expected_rq_timeout");
        return new HttpFilterConfig.Router(node.flag("suppress_envoy_headers"), node.flag("start_child_span"));
    }

    private HttpFilterConfig stats(ProtoNode node) {
        return new HttpFilterConfig.IstioStats(node.flag("disable_host_header_fallback"), metricChanges(node, scope));
    }

    /** The changes to metrics in {@code stats.PluginConfig}; one that can't be made is left out. */
    static List<MetricChange> metricChanges(ProtoNode node, DecodeScope scope) {
        node.ignoring("tcp_reporting_duration", "reporter", "rotation_interval", "graceful_deletion_interval");
        List<MetricChange> changes = new ArrayList<>();
        for (ProtoNode metric : node.messages("metrics")) {
            MetricChange change = scope.orElse(() -> metricChange(metric), thrown -> {
                scope.leftOut(metric, "metric " + metric.text("name"), ConfigException.reason(thrown));
                return null;
            });
            if (change != null) {
                change.dimensions().values().forEach(value -> KnownAttributes.check(value, metric, scope));
                changes.add(change);
            }
        }
        return changes;
    }

    private static @Nullable MetricChange metricChange(ProtoNode metric) {
        RouteDecoder.refuse(metric, "match");
        Map<String, Expression> dimensions = new TreeMap<>();
        metric.textMap("dimensions").forEach((label, text) -> {
            if (!LABEL.matcher(label).matches()) {
                throw metric.unsupported("dimensions", '"' + label + '"', "names of labels");
            }
            dimensions.put(label, MatcherDecoder.expression(metric, "dimensions", text));
        });
        return new MetricChange(metric.text("name"), metric.flag("drop"), metric.texts("tags_to_remove"), dimensions);
    }

    private static HttpFilterConfig peerMetadata(ProtoNode node) {
        node.ignoring("shared_with_upstream");
        List<ProtoNode> propagation = node.messages("upstream_propagation");
        boolean skipExternal = propagation.stream()
                .anyMatch(method -> method.messageOrEmpty("istio_headers").flag("skip_external_clusters"));
        return new HttpFilterConfig.PeerMetadataExchange(
                hasIstioHeaders(discovery(node, "downstream_discovery")),
                hasIstioHeaders(discovery(node, "upstream_discovery")),
                hasIstioHeaders(node.messages("downstream_propagation")),
                hasIstioHeaders(propagation),
                skipExternal);
    }

    /** The lookup in a table of workloads is left out: a sidecar of Istio is sent none either. */
    private static List<ProtoNode> discovery(ProtoNode node, String field) {
        List<ProtoNode> methods = node.messages(field);
        methods.forEach(method -> method.ignoring("workload_discovery"));
        return methods;
    }

    private static boolean hasIstioHeaders(List<ProtoNode> methods) {
        boolean found = false;
        for (ProtoNode method : methods) {
            found |= method.ignoring("baggage").has("istio_headers");
        }
        return found;
    }

    private static HttpFilterConfig fault(ProtoNode node) {
        // Who is left out of a list of nodes would be disturbed without it.
        RouteDecoder.refuse(node, "downstream_nodes");
        node.ignoring("max_active_faults", "disable_downstream_cluster_stats", "filter_metadata");
        ProtoNode delay = node.message("delay");
        ProtoNode abort = node.message("abort");
        Duration fixed = null;
        if (delay != null) {
            fixed = delay.duration("fixed_delay", Duration.ZERO);
        }
        int http = HttpFilterConfig.Fault.NONE;
        int grpc = HttpFilterConfig.Fault.NONE;
        if (abort != null) {
            http = abort.has("http_status") ? status(abort) : http;
            grpc = abort.has("grpc_status") ? (int) abort.number("grpc_status") : grpc;
        }
        return new HttpFilterConfig.Fault(
                fixed,
                percentage(delay),
                http,
                grpc,
                percentage(abort),
                MatcherDecoder.headers(node.messages("headers")),
                node.text("upstream_cluster"));
    }

    private static int status(ProtoNode abort) {
        long status = abort.number("http_status");
        if (status < 200 || status > 599) {
            throw abort.unsupported("http_status", String.valueOf(status), "200 to 599");
        }
        return (int) status;
    }

    /** Without a percentage nothing is injected. */
    private static int percentage(@Nullable ProtoNode node) {
        ProtoNode percentage = node == null ? null : node.message("percentage");
        return percentage == null ? 0 : DataSources.millionths(percentage);
    }

    private static HttpFilterConfig.CorsPolicy cors(ProtoNode node) {
        node.ignoring("shadow_enabled", "allow_private_network_access");
        List<StringMatcher> origins = node.messages("allow_origin_string_match").stream()
                .map(MatcherDecoder::string)
                .toList();
        ProtoNode enabled = node.message("filter_enabled");
        return new HttpFilterConfig.CorsPolicy(
                origins,
                node.text("allow_methods"),
                node.text("allow_headers"),
                node.text("expose_headers"),
                node.text("max_age"),
                node.wrappedFlag("allow_credentials", false),
                enabled == null ? 1_000_000 : DataSources.runtimeMillionths(enabled),
                node.wrappedFlag("forward_not_matching_preflights", true));
    }
}
