package dev.lateen.proxy.xds;

import com.google.re2j.Pattern;
import dev.lateen.proxy.expression.Expression;
import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.model.MetricChange;
import dev.lateen.proxy.model.StringMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code HttpConnectionManager.http_filters} and their overrides, told apart by the type of their message as Envoy does. Three fates for what
 * can't be built here: a filter that decides on security is {@link HttpFilterConfig.Denied} (every request is refused, the listener
 * lives); one whose absence nobody can see is {@link HttpFilterConfig.Ignored}; any other is a rejection unless it {@code is_optional}.
 */
final class HttpFilterDecoder {
    private static final String HTTP = "envoy.extensions.filters.http.";

    /** Filters that let requests in or keep them out; leaving one out would open a door. */
    private static final Set<String> SECURITY = Set.of(
            HTTP + "jwt_authn.v3.JwtAuthentication",
            HTTP + "jwt_authn.v3.PerRouteConfig",
            HTTP + "ext_authz.v3.ExtAuthz",
            HTTP + "ext_authz.v3.ExtAuthzPerRoute",
            HTTP + "oauth2.v3.OAuth2",
            HTTP + "basic_auth.v3.BasicAuth",
            HTTP + "basic_auth.v3.BasicAuthPerRoute",
            HTTP + "api_key_auth.v3.ApiKeyAuth",
            HTTP + "api_key_auth.v3.ApiKeyAuthPerRoute",
            HTTP + "csrf.v3.CsrfPolicy",
            HTTP + "ext_proc.v3.ExternalProcessor",
            HTTP + "ext_proc.v3.ExtProcPerRoute",
            HTTP + "wasm.v3.Wasm",
            HTTP + "lua.v3.Lua",
            HTTP + "lua.v3.LuaPerRoute",
            HTTP + "ratelimit.v3.RateLimit",
            HTTP + "ratelimit.v3.RateLimitPerRoute",
            HTTP + "local_ratelimit.v3.LocalRateLimit",
            HTTP + "composite.v3.Composite",
            HTTP + "golang.v3alpha.Config",
            "envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilter",
            "istio.envoy.config.filter.http.authn.v2alpha1.FilterConfig");

    /**
     * Nothing to do here. gRPC-Web: a gRPC-Web client's request passes unchanged and is answered by whoever speaks gRPC-Web behind us;
     * connect_authority and set_filter_state only feed filters that this proxy does not have, set_metadata likewise. Without a compressor, which
     * Istio's bootstraps have on port 15090, answers are what a client that accepts no encoding gets.
     */
    private static final Set<String> HARMLESS = Set.of(
            HTTP + "grpc_web.v3.GrpcWeb",
            HTTP + "compressor.v3.Compressor",
            HTTP + "set_filter_state.v3.Config",
            HTTP + "set_metadata.v3.Config",
            HTTP + "connect_grpc_bridge.v3.FilterConfig",
            // It fills the cache of a dynamic forward proxy cluster, which looks names up by itself here.
            HTTP + "dynamic_forward_proxy.v3.FilterConfig",
            "io.istio.http.connect_authority.Config");

    private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

    private HttpFilterDecoder() {}

    static List<HttpFilterConfig> chain(ProtoNode manager) {
        List<HttpFilterConfig> filters = new ArrayList<>();
        List<ProtoNode> nodes = manager.messages("http_filters");
        for (int i = 0; i < nodes.size(); i++) {
            ProtoNode node = nodes.get(i);
            HttpFilterConfig filter = filter(node);
            if (filter instanceof HttpFilterConfig.Router && i < nodes.size() - 1) {
                throw node.error("name", node.text("name") + " before other filters (accepted: only at the end)");
            }
            if (filter != null) {
                filters.add(filter);
            }
        }
        if (filters.isEmpty() || !(filters.getLast() instanceof HttpFilterConfig.Router)) {
            throw manager.error(
                    "http_filters", "without a terminal filter (accepted: envoy.filters.http.router at the end)");
        }
        return filters;
    }

    private static @Nullable HttpFilterConfig filter(ProtoNode node) {
        String name = node.required("name");
        boolean optional = node.flag("is_optional");
        RouteDecoder.refuse(node, "config_discovery");
        if (node.flag("disabled")) {
            throw node.error("disabled", "true is not supported (accepted: false, or leave the filter out)");
        }
        ProtoNode any = node.message("typed_config");
        if (any == null) {
            throw node.error("typed_config", "missing (accepted: the filter's message)");
        }
        return byType(name, any, optional, node);
    }

    /** An override for a route; null when an optional one is unknown. */
    static @Nullable HttpFilterConfig override(String name, ProtoNode any, boolean optional) {
        if (any.anyType().equals(HTTP + "rbac.v3.RBACPerRoute")) {
            // Without rules the filter is switched off for this route.
            ProtoNode rbac = any.unpack().message("rbac");
            return rbac == null
                    ? new HttpFilterConfig.Disabled()
                    : new HttpFilterConfig.Rbac(RbacDecoder.policies(rbac));
        }
        return byType(name, any, optional, any);
    }

    private static @Nullable HttpFilterConfig byType(String name, ProtoNode any, boolean optional, ProtoNode at) {
        String type = any.anyType();
        return switch (type) {
            case HTTP + "router.v3.Router" -> router(any.unpack());
            case HTTP + "rbac.v3.RBAC" -> new HttpFilterConfig.Rbac(RbacDecoder.policies(any.unpack()));
            case HTTP + "fault.v3.HTTPFault" -> fault(any.unpack());
            case HTTP + "cors.v3.Cors" -> new HttpFilterConfig.Cors(null);
            case HTTP + "cors.v3.CorsPolicy" -> new HttpFilterConfig.Cors(cors(any.unpack()));
            case HTTP + "grpc_stats.v3.FilterConfig" -> new HttpFilterConfig.GrpcStats();
            case "stats.PluginConfig" -> stats(any.unpack());
            case "io.istio.http.peer_metadata.Config" -> peerMetadata(any.unpack());
            case "istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig" -> new HttpFilterConfig.IstioAlpn();
            default -> unknown(name, type, optional, at);
        };
    }

    private static @Nullable HttpFilterConfig unknown(String name, String type, boolean optional, ProtoNode at) {
        if (SECURITY.contains(type)) {
            return new HttpFilterConfig.Denied(name, "this proxy can't build " + type);
        }
        if (HARMLESS.contains(type)) {
            return new HttpFilterConfig.Ignored(name);
        }
        if (name.equals("istio.stats")) {
            return new HttpFilterConfig.IstioStats(false, List.of());
        }
        if (optional) {
            return null;
        }
        throw at.error(
                "typed_config",
                "unknown HTTP filter " + name + " of type " + type
                        + " (accepted: router, rbac, fault, cors, grpc_stats, istio.stats, istio.alpn, peer_metadata,"
                        + " or is_optional)");
    }

    private static HttpFilterConfig router(ProtoNode node) {
        node.ignoring("dynamic_stats", "suppress_grpc_request_failure_code_stats", "respect_expected_rq_timeout");
        return new HttpFilterConfig.Router(node.flag("suppress_envoy_headers"), node.flag("start_child_span"));
    }

    private static HttpFilterConfig stats(ProtoNode node) {
        return new HttpFilterConfig.IstioStats(node.flag("disable_host_header_fallback"), metricChanges(node));
    }

    /** The changes to metrics in {@code stats.PluginConfig}. */
    static List<MetricChange> metricChanges(ProtoNode node) {
        node.ignoring("tcp_reporting_duration", "reporter", "rotation_interval", "graceful_deletion_interval");
        List<MetricChange> changes = new ArrayList<>();
        for (ProtoNode metric : node.messages("metrics")) {
            RouteDecoder.refuse(metric, "match");
            Map<String, Expression> dimensions = new TreeMap<>();
            metric.textMap("dimensions").forEach((label, text) -> {
                if (!LABEL.matcher(label).matches()) {
                    throw metric.unsupported("dimensions", '"' + label + '"', "names of labels");
                }
                dimensions.put(label, MatcherDecoder.expression(metric, "dimensions", text));
            });
            changes.add(new MetricChange(
                    metric.text("name"), metric.flag("drop"), metric.texts("tags_to_remove"), dimensions));
        }
        return changes;
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
        RouteDecoder.refuse(node, "downstream_nodes", "response_rate_limit");
        node.ignoring("max_active_faults", "disable_downstream_cluster_stats", "filter_metadata");
        ProtoNode delay = node.message("delay");
        ProtoNode abort = node.message("abort");
        Duration fixed = null;
        if (delay != null) {
            RouteDecoder.refuse(delay, "header_delay");
            fixed = delay.duration("fixed_delay", Duration.ZERO);
        }
        int http = HttpFilterConfig.Fault.NONE;
        int grpc = HttpFilterConfig.Fault.NONE;
        if (abort != null) {
            RouteDecoder.refuse(abort, "header_abort");
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
