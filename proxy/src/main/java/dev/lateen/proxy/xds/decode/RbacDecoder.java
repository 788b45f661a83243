package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.MetadataMatcher;
import dev.lateen.proxy.model.RbacPolicies;
import dev.lateen.proxy.model.RbacPolicies.Action;
import dev.lateen.proxy.model.RbacPolicies.Permission;
import dev.lateen.proxy.model.RbacPolicies.Policy;
import dev.lateen.proxy.model.RbacPolicies.Principal;
import dev.lateen.proxy.model.RbacPolicies.Rules;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.xds.proto.ConfigException;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.rbac.v3}. What is not understood is refused: an authorization is never half applied. */
final class RbacDecoder {
    private static final String PEER_PRINCIPAL = "io.istio.peer_principal";

    private RbacDecoder() {}

    /** {@code envoy.extensions.filters.http.rbac.v3.RBAC}. */
    static RbacPolicies http(ProtoNode node, DecodeScope scope) {
        node.ignoring("rules_stat_prefix", "track_per_rule_stats");
        return policies(node, scope);
    }

    /** {@code envoy.extensions.filters.network.rbac.v3.RBAC}. It is asked at once and again with each change of policy, never with data. */
    static RbacPolicies network(ProtoNode node, DecodeScope scope) {
        node.ignoring("stat_prefix", "enforcement_type", "delay_deny");
        return policies(node, scope);
    }

    private static RbacPolicies policies(ProtoNode node, DecodeScope scope) {
        RouteDecoder.refuse(node, "matcher");
        ProtoNode rules = node.message("rules");
        return new RbacPolicies(
                rules == null ? null : rules(rules, scope), shadow(node, scope), node.text("shadow_rules_stat_prefix"));
    }

    /** Shadow rules only count, so those that can't be understood are left out. */
    private static @Nullable Rules shadow(ProtoNode node, DecodeScope scope) {
        ProtoNode matcher = node.message("shadow_matcher");
        if (matcher != null) {
            scope.leftOut(matcher, "shadow_matcher", "not supported by this proxy (accepted: shadow_rules)");
        }
        ProtoNode rules = node.message("shadow_rules");
        return rules == null ? null : countedOnly(rules, "shadow_rules", scope);
    }

    private static @Nullable Rules countedOnly(ProtoNode rules, String what, DecodeScope scope) {
        return scope.orElse(
                () -> {
                    Rules decoded = decided(rules);
                    rules.requireAllRead();
                    return decoded;
                },
                thrown -> {
                    scope.leftOut(rules, what, ConfigException.reason(thrown));
                    return null;
                });
    }

    private static @Nullable Rules rules(ProtoNode node, DecodeScope scope) {
        return node.choice("action").equals("LOG") ? countedOnly(node, "rules with LOG", scope) : decided(node);
    }

    private static Rules decided(ProtoNode node) {
        node.ignoring("audit_logging_options");
        Action action = switch (node.choice("action")) {
            case "ALLOW" -> Action.ALLOW;
            case "DENY" -> Action.DENY;
            case "LOG" -> Action.LOG;
            default -> throw node.unsupported("action", node.choice("action"), "ALLOW, DENY, LOG");
        };
        List<Policy> policies = new ArrayList<>();
        new TreeMap<>(node.map("policies")).forEach((name, policy) -> policies.add(policy(name, policy)));
        return new Rules(action, policies);
    }

    private static Policy policy(String name, ProtoNode node) {
        RouteDecoder.refuse(node, "condition", "checked_condition");
        return new Policy(name, permissions(node.messages("permissions")), principals(node.messages("principals")));
    }

    private static List<Permission> permissions(List<ProtoNode> nodes) {
        return nodes.stream().map(RbacDecoder::permission).toList();
    }

    private static Permission permission(ProtoNode node) {
        if (node.flag("any")) {
            return new Permission.Any();
        }
        if (node.has("and_rules")) {
            return new Permission.And(
                    permissions(node.messageOrEmpty("and_rules").messages("rules")));
        }
        if (node.has("or_rules")) {
            return new Permission.Or(permissions(node.messageOrEmpty("or_rules").messages("rules")));
        }
        if (node.has("not_rule")) {
            return new Permission.Not(permission(node.messageOrEmpty("not_rule")));
        }
        if (node.has("header")) {
            return new Permission.Header(MatcherDecoder.header(node.messageOrEmpty("header")));
        }
        if (node.has("url_path")) {
            return new Permission.UrlPath(path(node.messageOrEmpty("url_path")));
        }
        if (node.has("destination_ip")) {
            return new Permission.DestinationIp(AddressDecoder.cidr(node.messageOrEmpty("destination_ip")));
        }
        return otherPermission(node);
    }

    private static Permission otherPermission(ProtoNode node) {
        if (node.has("destination_port")) {
            return new Permission.DestinationPort((int) Math.min(65536, node.number("destination_port")));
        }
        if (node.has("destination_port_range")) {
            ProtoNode range = node.messageOrEmpty("destination_port_range");
            return new Permission.DestinationPortRange((int) range.number("start"), (int) range.number("end"));
        }
        if (node.has("requested_server_name")) {
            return new Permission.RequestedServerName(
                    MatcherDecoder.string(node.messageOrEmpty("requested_server_name")));
        }
        if (node.has("uri_template")) {
            return uriTemplate(node.messageOrEmpty("uri_template").ignoring("name"));
        }
        if (node.has("metadata")) {
            return new Permission.Metadata(MatcherDecoder.metadata(node.messageOrEmpty("metadata")));
        }
        if (node.has("sourced_metadata")) {
            return new Permission.Metadata(sourced(node.messageOrEmpty("sourced_metadata")));
        }
        throw node.error(
                "rule",
                "missing or not supported (accepted: and_rules, or_rules, not_rule, any, header, url_path,"
                    + " uri_template, destination_ip, destination_port, destination_port_range, requested_server_name,"
                    + " metadata)");
    }

    private static Permission uriTemplate(ProtoNode extension) {
        ProtoNode any = extension.requiredMessage("typed_config");
        if (!any.anyType().equals(UriTemplates.MESSAGE)) {
            throw extension.unsupported("typed_config", any.anyType(), UriTemplates.MESSAGE);
        }
        return new Permission.UriTemplate(UriTemplates.pattern(any.unpack()));
    }

    private static StringMatcher path(ProtoNode pathMatcher) {
        return MatcherDecoder.string(pathMatcher.requiredMessage("path"));
    }

    private static List<Principal> principals(List<ProtoNode> nodes) {
        return nodes.stream().map(RbacDecoder::principal).toList();
    }

    private static Principal principal(ProtoNode node) {
        if (node.flag("any")) {
            return new Principal.Any();
        }
        if (node.has("and_ids")) {
            return new Principal.And(principals(node.messageOrEmpty("and_ids").messages("ids")));
        }
        if (node.has("or_ids")) {
            return new Principal.Or(principals(node.messageOrEmpty("or_ids").messages("ids")));
        }
        if (node.has("not_id")) {
            return new Principal.Not(principal(node.messageOrEmpty("not_id")));
        }
        if (node.has("authenticated")) {
            ProtoNode name = node.messageOrEmpty("authenticated").message("principal_name");
            return new Principal.Authenticated(name == null ? null : MatcherDecoder.string(name));
        }
        if (node.has("filter_state")) {
            return filterState(node.messageOrEmpty("filter_state"));
        }
        return otherPrincipal(node);
    }

    private static Principal otherPrincipal(ProtoNode node) {
        if (node.has("direct_remote_ip")) {
            return new Principal.DirectRemoteIp(AddressDecoder.cidr(node.messageOrEmpty("direct_remote_ip")));
        }
        // The deprecated source_ip means the remote address, as Envoy still reads it.
        if (node.has("remote_ip") || node.has("source_ip")) {
            return new Principal.RemoteIp(
                    AddressDecoder.cidr(node.messageOrEmpty(node.has("remote_ip") ? "remote_ip" : "source_ip")));
        }
        if (node.has("header")) {
            return new Principal.Header(MatcherDecoder.header(node.messageOrEmpty("header")));
        }
        if (node.has("url_path")) {
            return new Principal.UrlPath(path(node.messageOrEmpty("url_path")));
        }
        if (node.has("metadata")) {
            return new Principal.Metadata(MatcherDecoder.metadata(node.messageOrEmpty("metadata")));
        }
        if (node.has("sourced_metadata")) {
            return new Principal.Metadata(sourced(node.messageOrEmpty("sourced_metadata")));
        }
        throw node.error(
                "identifier",
                "missing or not supported (accepted: and_ids, or_ids, not_id, any, authenticated, filter_state "
                        + PEER_PRINCIPAL + ", direct_remote_ip, remote_ip, source_ip, header, url_path, metadata)");
    }

    private static Principal filterState(ProtoNode node) {
        if (!node.text("key").equals(PEER_PRINCIPAL)) {
            throw node.unsupported("key", '"' + node.text("key") + '"', PEER_PRINCIPAL);
        }
        return new Principal.PeerPrincipal(MatcherDecoder.string(node.requiredMessage("string_match")));
    }

    private static MetadataMatcher sourced(ProtoNode node) {
        if (!node.choice("metadata_source").equals("DYNAMIC")) {
            throw node.beyondUs("metadata_source", node.choice("metadata_source") + " (accepted: DYNAMIC)");
        }
        return MatcherDecoder.metadata(node.requiredMessage("metadata_matcher"));
    }
}
