package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.RouteAction.ClusterSpecifier;
import dev.lateen.proxy.model.RouteAction.HostRewrite;
import dev.lateen.proxy.model.RouteAction.PathRewrite;
import dev.lateen.proxy.model.RouteAction.WeightedCluster;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The actions of {@code envoy.config.route.v3.Route}. */
final class RouteActionDecoder {
    /** Envoy's default for {@code RouteAction.timeout}. */
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private static final int MILLION = 1_000_000;

    private RouteActionDecoder() {}

    static RouteAction decode(ProtoNode route, DecodeScope scope, long maxBody) {
        ProtoNode forward = route.message("route");
        if (forward != null) {
            return forward(forward, scope);
        }
        ProtoNode redirect = route.message("redirect");
        if (redirect != null) {
            return redirect(redirect);
        }
        ProtoNode direct = route.message("direct_response");
        if (direct != null) {
            return direct(direct, scope, maxBody);
        }
        if (route.has("non_forwarding_action")) {
            return new RouteAction.NonForwarding();
        }
        String found = route.has("filter_action") ? "filter_action" : "missing";
        throw route.error("action", found + " (accepted: route, redirect, direct_response, non_forwarding_action)");
    }

    private static RouteAction forward(ProtoNode node, DecodeScope scope) {
        RouteDecoder.refuse(node, "metadata_match");
        // Rate limits act only with a rate limit filter, which is refused; the others change nothing that a caller
        // sees.
        node.ignoring("grpc_timeout_offset", "rate_limits", "include_vh_rate_limits", "early_data_policy");
        ProtoNode retry = node.message("retry_policy");
        // Whoever gives a max_stream_duration gets no other limit (Envoy: "new timeouts"), though the fields are still
        // checked.
        boolean longest = node.has("max_stream_duration");
        Duration timeout = node.duration("timeout", TIMEOUT);
        Duration maxGrpc = node.durationOrNull("max_grpc_timeout");
        ProtoNode maxStream = node.messageOrEmpty("max_stream_duration");
        maxStream.ignoring("grpc_timeout_header_max", "grpc_timeout_header_offset");
        return new RouteAction.Forward(
                cluster(node, scope),
                new RouteAction.Rewrite(pathRewrite(node), hostRewrite(node), node.flag("append_x_forwarded_host")),
                new RouteAction.Timeouts(
                        longest ? Duration.ZERO : timeout,
                        node.durationOrNull("idle_timeout"),
                        maxStream.durationOrNull("max_stream_duration"),
                        longest ? null : maxGrpc),
                retry == null ? null : RetryPolicyDecoder.decode(retry, scope),
                mirrors(node.messages("request_mirror_policies"), scope),
                HashPolicyDecoder.decode(node.messages("hash_policy"), scope),
                clusterNotFound(node),
                upgrades(node.messages("upgrade_configs")));
    }

    private static ClusterSpecifier cluster(ProtoNode node, DecodeScope scope) {
        if (node.has("cluster")) {
            return new ClusterSpecifier.Single(node.required("cluster"));
        }
        if (node.has("cluster_header")) {
            return new ClusterSpecifier.Header(node.required("cluster_header").toLowerCase(Locale.ROOT));
        }
        ProtoNode weighted = node.message("weighted_clusters");
        if (weighted != null) {
            return weighted(weighted, scope);
        }
        throw node.error(
                "cluster_specifier", "missing or not supported (accepted: cluster, cluster_header, weighted_clusters)");
    }

    private static ClusterSpecifier weighted(ProtoNode node, DecodeScope scope) {
        RouteDecoder.refuse(node, "header_name");
        // total_weight is deprecated and ignored by Envoy: the sum rules.
        node.ignoring("runtime_key_prefix", "total_weight");
        List<WeightedCluster> clusters = new ArrayList<>();
        long total = 0;
        for (ProtoNode entry : node.messages("clusters")) {
            RouteDecoder.refuse(entry, "cluster_header", "metadata_match");
            long weight = entry.wrapped("weight", 0);
            total += weight;
            clusters.add(new WeightedCluster(
                    entry.required("name"),
                    weight,
                    HeaderMutationsDecoder.request(entry),
                    HeaderMutationsDecoder.response(entry),
                    entry.has("host_rewrite_literal") ? entry.text("host_rewrite_literal") : null,
                    RouteDecoder.perFilter(entry, scope)));
        }
        if (total < 1 || total > 0xffffffffL) {
            throw node.unsupported("clusters", "sum of weights " + total, "1 to 4294967295");
        }
        return new ClusterSpecifier.Weighted(clusters, total);
    }

    private static PathRewrite pathRewrite(ProtoNode node) {
        ProtoNode regex = node.message("regex_rewrite");
        if (regex != null) {
            return regexRewrite(regex);
        }
        if (node.has("path_rewrite_policy")) {
            throw node.error("path_rewrite_policy", "not supported (accepted: prefix_rewrite, regex_rewrite)");
        }
        // An empty text counts as not given.
        String prefix = node.text("prefix_rewrite");
        return prefix.isEmpty() ? new PathRewrite.None() : new PathRewrite.Prefix(prefix);
    }

    private static PathRewrite regexRewrite(ProtoNode node) {
        return new PathRewrite.Regex(MatcherDecoder.regex(node.requiredMessage("pattern")), node.text("substitution"));
    }

    private static HostRewrite hostRewrite(ProtoNode node) {
        if (!node.text("host_rewrite_literal").isEmpty()) {
            return new HostRewrite.Literal(node.text("host_rewrite_literal"));
        }
        if (node.wrappedFlag("auto_host_rewrite", false)) {
            return new HostRewrite.Auto();
        }
        if (!node.text("host_rewrite_header").isEmpty()) {
            return new HostRewrite.FromHeader(node.text("host_rewrite_header").toLowerCase(Locale.ROOT));
        }
        RouteDecoder.refuse(node, "host_rewrite_path_regex");
        return new HostRewrite.None();
    }

    /** A mirror that can't be had is left out. */
    private static List<RouteAction.Mirror> mirrors(List<ProtoNode> policies, DecodeScope scope) {
        List<RouteAction.Mirror> mirrors = new ArrayList<>();
        for (ProtoNode policy : policies) {
            if (policy.has("cluster_header")) {
                scope.leftOut(policy, "mirror", "cluster_header: not supported by this proxy (accepted: cluster)");
            } else {
                mirrors.add(mirror(policy));
            }
        }
        return mirrors;
    }

    private static RouteAction.Mirror mirror(ProtoNode node) {
        node.ignoring("trace_sampled");
        ProtoNode fraction = node.message("runtime_fraction");
        return new RouteAction.Mirror(
                node.required("cluster"),
                fraction == null ? MILLION : DataSources.runtimeMillionths(fraction),
                node.flag("disable_shadow_host_suffix_append"));
    }

    private static int clusterNotFound(ProtoNode node) {
        return switch (node.choice("cluster_not_found_response_code")) {
            case "SERVICE_UNAVAILABLE" -> 503;
            case "NOT_FOUND" -> 404;
            case "INTERNAL_SERVER_ERROR" -> 500;
            default ->
                throw node.unsupported(
                        "cluster_not_found_response_code",
                        node.choice("cluster_not_found_response_code"),
                        "SERVICE_UNAVAILABLE, NOT_FOUND, INTERNAL_SERVER_ERROR");
        };
    }

    /** Upgrade types that are on. */
    static List<String> upgrades(List<ProtoNode> configs) {
        List<String> types = new ArrayList<>();
        for (ProtoNode config : configs) {
            if (config.wrappedFlag("enabled", true)) {
                types.add(config.required("upgrade_type").toLowerCase(Locale.ROOT));
            }
        }
        return types;
    }

    private static RouteAction redirect(ProtoNode node) {
        long port = node.number("port_redirect");
        if (port > 65535) {
            throw node.unsupported("port_redirect", String.valueOf(port), "0 to 65535");
        }
        ProtoNode regex = node.message("regex_rewrite");
        PathRewrite rewrite = regex != null
                ? regexRewrite(regex)
                : node.text("prefix_rewrite").isEmpty()
                        ? new PathRewrite.None()
                        : new PathRewrite.Prefix(node.text("prefix_rewrite"));
        return new RouteAction.Redirect(
                emptyToNull(node.text("host_redirect")),
                (int) port,
                emptyToNull(node.text("scheme_redirect")),
                node.flag("https_redirect"),
                rewrite,
                emptyToNull(node.text("path_redirect")),
                node.flag("strip_query"),
                redirectStatus(node));
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static int redirectStatus(ProtoNode node) {
        return switch (node.choice("response_code")) {
            case "MOVED_PERMANENTLY" -> 301;
            case "FOUND" -> 302;
            case "SEE_OTHER" -> 303;
            case "TEMPORARY_REDIRECT" -> 307;
            case "PERMANENT_REDIRECT" -> 308;
            default ->
                throw node.unsupported("response_code", node.choice("response_code"), "RedirectResponseCode's names");
        };
    }

    private static RouteAction direct(ProtoNode node, DecodeScope scope, long maxBody) {
        long status = node.number("status");
        if (status < 200 || status > 599) {
            throw node.unsupported("status", String.valueOf(status), "200 to 599");
        }
        ProtoNode body = node.message("body");
        byte[] bytes = body == null ? new byte[0] : DataSources.bytes(body, scope);
        if (bytes.length > maxBody) {
            throw node.unsupported(
                    "body", bytes.length + " bytes", "at most max_direct_response_body_size_bytes " + maxBody);
        }
        return new RouteAction.DirectResponse((int) status, new RouteAction.Body(bytes));
    }
}
