package dev.lateen.proxy.policy;

import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.model.Cidr;
import dev.lateen.proxy.model.HeaderMatcher;
import dev.lateen.proxy.model.MetadataMatcher;
import dev.lateen.proxy.model.RbacPolicies.Permission;
import dev.lateen.proxy.model.RbacPolicies.Principal;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.route.HeaderConditions;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Permissions and principals of {@code envoy.config.rbac.v3}, compiled. */
final class Conditions {
    private Conditions() {}

    static Condition permission(Permission permission) {
        return switch (permission) {
            case Permission.Any any -> subject -> true;
            case Permission.And and -> Condition.allOf(permissions(and.all()));
            case Permission.Or or -> Condition.anyOf(permissions(or.any()));
            case Permission.Not not -> not(permission(not.permission()));
            case Permission.Header header -> header(header.matcher());
            case Permission.UrlPath path -> path(path.matcher());
            case Permission.UriTemplate template ->
                subject -> subject.request() != null
                        && template.pattern().matches(subject.request().pathWithoutQuery());
            case Permission.DestinationIp ip -> subject -> within(ip.range(), local(subject));
            case Permission.DestinationPort port -> subject -> localPort(subject) == port.port();
            case Permission.DestinationPortRange range ->
                subject -> localPort(subject) >= range.start() && localPort(subject) < range.end();
            case Permission.RequestedServerName name ->
                subject -> name.matcher().matches(subject.connection().requestedServerName());
            case Permission.Metadata metadata -> metadata(metadata.matcher());
        };
    }

    static List<Condition> permissions(List<Permission> permissions) {
        return permissions.stream().map(Conditions::permission).toList();
    }

    static Condition principal(Principal principal) {
        return switch (principal) {
            case Principal.Any any -> subject -> true;
            case Principal.And and -> Condition.allOf(principals(and.all()));
            case Principal.Or or -> Condition.anyOf(principals(or.any()));
            case Principal.Not not -> not(principal(not.principal()));
            case Principal.Authenticated authenticated -> subject -> authenticated(authenticated, subject);
            case Principal.PeerPrincipal peer ->
                subject -> {
                    String name = subject.connection().peerPrincipal();
                    return !name.isEmpty() && peer.matcher().matches(name);
                };
            case Principal.DirectRemoteIp ip ->
                subject ->
                        within(ip.range(), subject.connection().remoteAddress().getAddress());
            case Principal.RemoteIp ip -> subject -> within(ip.range(), subject.client());
            case Principal.Header header -> header(header.matcher());
            case Principal.UrlPath path -> path(path.matcher());
            case Principal.Metadata metadata -> metadata(metadata.matcher());
        };
    }

    static List<Condition> principals(List<Principal> principals) {
        return principals.stream().map(Conditions::principal).toList();
    }

    private static Condition not(Condition condition) {
        return subject -> !condition.holds(subject);
    }

    private static Condition metadata(MetadataMatcher matcher) {
        return subject -> matcher.matches(subject.metadata());
    }

    private static Condition header(HeaderMatcher matcher) {
        return subject -> subject.request() == null
                ? HeaderConditions.matches(matcher, (CharSequence) null)
                : HeaderConditions.matches(matcher, subject.request());
    }

    private static Condition path(StringMatcher matcher) {
        return subject -> subject.request() != null
                && !subject.request().path().isEmpty()
                && matcher.matches(subject.request().pathWithoutQuery());
    }

    /** URI SANs, then DNS SANs, then the subject; without a matcher, any TLS connection that was let in. */
    private static boolean authenticated(Principal.Authenticated wanted, Condition.Subject subject) {
        TlsFacts tls = subject.connection().tls();
        if (tls == null) {
            return false;
        }
        StringMatcher name = wanted.name();
        return name == null
                || tls.peerUriSans().stream().anyMatch(name::matches)
                || tls.peerDnsSans().stream().anyMatch(name::matches)
                || name.matches(tls.peerSubject());
    }

    private static boolean within(Cidr range, @Nullable InetAddress address) {
        return address != null && range.contains(address);
    }

    private static @Nullable InetAddress local(Condition.Subject subject) {
        return subject.connection().localAddress().getAddress();
    }

    private static int localPort(Condition.Subject subject) {
        return subject.connection().localAddress().getPort();
    }
}
