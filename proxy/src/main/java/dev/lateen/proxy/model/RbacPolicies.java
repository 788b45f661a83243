package dev.lateen.proxy.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.extensions.filters.http.rbac.v3.RBAC} (and the network filter): the enforced rules and the shadow rules, either may be absent.
 *
 * @param shadowStatPrefix Istio's {@code istio_dry_run_allow_} or {@code istio_dry_run_deny_}
 */
public record RbacPolicies(@Nullable Rules rules, @Nullable Rules shadowRules, String shadowStatPrefix) {
    /** {@code envoy.config.rbac.v3.RBAC}: policies in order of their names. */
    public record Rules(Action action, List<Policy> policies) {
        public Rules {
            policies = List.copyOf(policies);
        }
    }

    /** {@code RBAC.Action}. */
    public enum Action {
        ALLOW,
        DENY,
        LOG
    }

    /** {@code envoy.config.rbac.v3.Policy}: any permission and any principal. @param name such as {@code ns[default]-policy[x]-rule[0]} */
    public record Policy(String name, List<Permission> permissions, List<Principal> principals) {
        public Policy {
            permissions = List.copyOf(permissions);
            principals = List.copyOf(principals);
        }
    }

    /** What is done. */
    public sealed interface Permission {
        record Any() implements Permission {}

        record And(List<Permission> all) implements Permission {}

        record Or(List<Permission> any) implements Permission {}

        record Not(Permission permission) implements Permission {}

        record Header(HeaderMatcher matcher) implements Permission {}

        record UrlPath(StringMatcher matcher) implements Permission {}

        record UriTemplate(com.google.re2j.Pattern pattern) implements Permission {}

        record DestinationIp(Cidr range) implements Permission {}

        record DestinationPort(int port) implements Permission {}

        /** {@code start <= port < end}. */
        record DestinationPortRange(int start, int end) implements Permission {}

        record RequestedServerName(StringMatcher matcher) implements Permission {}

        /** Dynamic metadata, such as a token's claims. */
        record Metadata(MetadataMatcher matcher) implements Permission {}
    }

    /** Who does it. */
    public sealed interface Principal {
        record Any() implements Principal {}

        record And(List<Principal> all) implements Principal {}

        record Or(List<Principal> any) implements Principal {}

        record Not(Principal principal) implements Principal {}

        /** The peer's URI SAN, or subject; null matches any authenticated peer. */
        record Authenticated(@Nullable StringMatcher name) implements Principal {}

        /** Istio's {@code io.istio.peer_principal} filter state: the SPIFFE name of the peer. */
        record PeerPrincipal(StringMatcher matcher) implements Principal {}

        /** The directly connected peer's address. */
        record DirectRemoteIp(Cidr range) implements Principal {}

        /** The client's address after {@code X-Forwarded-For} and PROXY protocol. */
        record RemoteIp(Cidr range) implements Principal {}

        record Header(HeaderMatcher matcher) implements Principal {}

        record UrlPath(StringMatcher matcher) implements Principal {}

        /** Dynamic metadata, such as a token's claims. */
        record Metadata(MetadataMatcher matcher) implements Principal {}
    }
}
