package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.VirtualHost;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.route.v3.RouteConfiguration} and its virtual hosts. */
final class RouteDecoder {
    private RouteDecoder() {}

    static RouteTable table(ProtoNode node, DecodeScope scope) {
        node.ignoring("internal_only_headers", "metadata", "max_direct_response_body_size_bytes");
        // A route that names a plug-in is refused where it stands.
        node.ignoring("cluster_specifier_plugins");
        refuse(node, "vhds", "ignore_path_parameters_in_path_matching");
        Map<String, HttpFilterConfig> ofTable = perFilter(node, scope);
        long maxBody = node.wrapped("max_direct_response_body_size_bytes", 4096);
        List<VirtualHost> hosts = new ArrayList<>();
        Set<String> domains = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (ProtoNode host : node.messages("virtual_hosts")) {
            VirtualHost decoded = host(host, scope, maxBody, ofTable);
            checkUnique(host, decoded, names, domains);
            hosts.add(decoded);
        }
        return new RouteTable(
                node.text("name"),
                hosts,
                node.wrappedFlag("validate_clusters", false),
                HeaderMutationsDecoder.request(node),
                HeaderMutationsDecoder.response(node),
                node.flag("ignore_port_in_host_matching"),
                node.flag("most_specific_header_mutations_wins"));
    }

    static void refuse(ProtoNode node, String... fields) {
        for (String field : fields) {
            if (node.has(field)) {
                throw node.beyondUs(field, "not supported by this proxy (accepted: leave it out)");
            }
        }
    }

    private static void checkUnique(ProtoNode node, VirtualHost host, Set<String> names, Set<String> domains) {
        if (!names.add(host.name())) {
            throw node.error(
                    "name", '"' + host.name() + "\" twice in one route configuration (accepted: unique names)");
        }
        for (String domain : host.domains()) {
            if (!domains.add(domain)) {
                throw node.error(
                        "domains", '"' + domain + "\" twice in one route configuration (accepted: unique domains)");
            }
        }
    }

    private static VirtualHost host(
            ProtoNode node, DecodeScope scope, long maxBody, Map<String, HttpFilterConfig> ofTable) {
        refuse(node, "matcher");
        node.ignoring("virtual_clusters", "metadata", "per_request_buffer_limit_bytes");
        List<String> domains = domains(node);
        // The table's overrides are those of each virtual host that has none of its own.
        Map<String, HttpFilterConfig> perFilter = new HashMap<>(ofTable);
        perFilter.putAll(perFilter(node, scope));
        ProtoNode retry = node.message("retry_policy");
        List<Route> routes = new ArrayList<>();
        for (ProtoNode route : node.messages("routes")) {
            routes.add(route(route, scope, maxBody));
        }
        return new VirtualHost(
                node.required("name"),
                domains,
                routes,
                requireTls(node),
                HeaderMutationsDecoder.request(node),
                HeaderMutationsDecoder.response(node),
                node.flag("include_request_attempt_count"),
                node.flag("include_attempt_count_in_response"),
                retry == null ? null : RetryPolicyDecoder.decode(retry, scope),
                perFilter);
    }

    private static List<String> domains(ProtoNode node) {
        List<String> domains = new ArrayList<>();
        for (String domain : node.texts("domains")) {
            int star = domain.indexOf('*');
            if (domain.isEmpty() || star != domain.lastIndexOf('*') || star > 0 && star != domain.length() - 1) {
                throw node.unsupported("domains", '"' + domain + '"', "name, *suffix, prefix* or *");
            }
            domains.add(domain.toLowerCase(Locale.ROOT));
        }
        if (domains.isEmpty()) {
            throw node.error("domains", "empty (accepted: at least one domain)");
        }
        return domains;
    }

    private static VirtualHost.RequireTls requireTls(ProtoNode node) {
        return switch (node.choice("require_tls")) {
            case "NONE" -> VirtualHost.RequireTls.NONE;
            case "EXTERNAL_ONLY" -> VirtualHost.RequireTls.EXTERNAL_ONLY;
            case "ALL" -> VirtualHost.RequireTls.ALL;
            default -> throw node.unsupported("require_tls", node.choice("require_tls"), "NONE, EXTERNAL_ONLY, ALL");
        };
    }

    private static Route route(ProtoNode node, DecodeScope scope, long maxBody) {
        node.ignoring("per_request_buffer_limit_bytes", "tracing");
        Map<String, HttpFilterConfig> perFilter = perFilter(node, scope);
        return new Route(
                node.text("name"),
                RouteMatchDecoder.decode(node.requiredMessage("match")),
                RouteActionDecoder.decode(node, scope, maxBody),
                HeaderMutationsDecoder.request(node),
                HeaderMutationsDecoder.response(node),
                perFilter,
                decorator(node.message("decorator")),
                node.text("stat_prefix"),
                IstioMetadata.provenance(node.message("metadata")));
    }

    private static Route.Decorator decorator(@Nullable ProtoNode node) {
        return node == null
                ? Route.Decorator.NONE
                : new Route.Decorator(node.text("operation"), node.wrappedFlag("propagate", true));
    }

    /** {@code typed_per_filter_config}; a {@code FilterConfig} around an override may switch the filter off. */
    static Map<String, HttpFilterConfig> perFilter(ProtoNode node, DecodeScope scope) {
        Map<String, ProtoNode> entries = node.map("typed_per_filter_config");
        if (entries.isEmpty()) {
            return Map.of();
        }
        Map<String, HttpFilterConfig> decoded = new LinkedHashMap<>();
        entries.forEach((name, any) -> {
            HttpFilterConfig config = perFilterEntry(name, any, scope);
            if (config != null) {
                decoded.put(name, config);
            }
        });
        return new HashMap<>(decoded);
    }

    private static @Nullable HttpFilterConfig perFilterEntry(String name, ProtoNode any, DecodeScope scope) {
        if (!any.anyType().equals("envoy.config.route.v3.FilterConfig")) {
            return HttpFilterDecoder.override(name, any, false, scope);
        }
        ProtoNode wrapper = any.unpack();
        boolean optional = wrapper.flag("is_optional");
        if (wrapper.flag("disabled")) {
            wrapper.ignoring("config");
            return new HttpFilterConfig.Disabled();
        }
        ProtoNode config = wrapper.message("config");
        return config == null ? null : HttpFilterDecoder.override(name, config, optional, scope);
    }
}
