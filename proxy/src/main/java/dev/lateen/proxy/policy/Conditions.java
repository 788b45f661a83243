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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Permissions and principals of {@code envoy.config.rbac.v3}, compiled. */
final class Conditions {
    private Conditions() {}

    static Condition permission(Permission permission) {
        return switch (permission) {
            case Permission.Any _ -> (subject, why) -> true;
            case Permission.And and -> Condition.allOf(permissions(and.all()));
            case Permission.Or or -> Condition.anyOf(permissions(or.any()));
            case Permission.Not not -> not(permission(not.permission()), () -> PolicyText.text(permission));
            case Permission.Header header -> header(header.matcher());
            case Permission.UrlPath path -> path(path.matcher());
            case Permission.UriTemplate template ->
                (subject, why) -> subject.request() != null
                                && template.pattern()
                                        .matches(subject.request().pathWithoutQuery())
                        || why != null && PolicyText.no(why, path(subject), PolicyText.text(permission));
            case Permission.DestinationIp ip ->
                (subject, why) -> within(ip.range(), local(subject))
                        || why != null && PolicyText.no(why, local(subject), PolicyText.text(permission));
            case Permission.DestinationPort port ->
                (subject, why) -> localPort(subject) == port.port()
                        || why != null && PolicyText.no(why, localPort(subject), PolicyText.text(permission));
            case Permission.DestinationPortRange range ->
                (subject, why) -> localPort(subject) >= range.start() && localPort(subject) < range.end()
                        || why != null && PolicyText.no(why, localPort(subject), PolicyText.text(permission));
            case Permission.RequestedServerName name ->
                (subject, why) -> name.matcher().matches(subject.connection().requestedServerName())
                        || why != null
                                && PolicyText.no(
                                        why,
                                        subject.connection().requestedServerName(),
                                        PolicyText.text(permission));
            case Permission.Metadata metadata -> metadata(metadata.matcher(), () -> PolicyText.text(permission));
        };
    }

    static List<Condition> permissions(List<Permission> permissions) {
        return permissions.stream().map(Conditions::permission).toList();
    }

    static Condition principal(Principal principal) {
        return switch (principal) {
            case Principal.Any _ -> (subject, why) -> true;
            case Principal.And and -> Condition.allOf(principals(and.all()));
            case Principal.Or or -> Condition.anyOf(principals(or.any()));
            case Principal.Not not -> not(principal(not.principal()), () -> PolicyText.text(principal));
            case Principal.Authenticated authenticated ->
                (subject, why) -> authenticated(authenticated, subject)
                        || why != null && PolicyText.no(why, peer(subject), PolicyText.text(principal));
            case Principal.PeerPrincipal peer ->
                (subject, why) -> {
                    String name = subject.connection().peerPrincipal();
                    return !name.isEmpty() && peer.matcher().matches(name)
                            || why != null && PolicyText.no(why, peer(subject), PolicyText.text(principal));
                };
            case Principal.DirectRemoteIp ip ->
                (subject, why) ->
                        within(ip.range(), subject.connection().remoteAddress().getAddress())
                                || why != null
                                        && PolicyText.no(
                                                why,
                                                subject.connection().remoteAddress().getAddress(),
                                                PolicyText.text(principal));
            case Principal.RemoteIp ip ->
                (subject, why) -> within(ip.range(), subject.client())
                        || why != null && PolicyText.no(why, subject.client(), PolicyText.text(principal));
            case Principal.Header header -> header(header.matcher());
            case Principal.UrlPath path -> path(path.matcher());
            case Principal.Metadata metadata -> metadata(metadata.matcher(), () -> PolicyText.text(principal));
        };
    }

    static List<Condition> principals(List<Principal> principals) {
        return principals.stream().map(Conditions::principal).toList();
    }

    private static Condition not(Condition condition, Supplier<String> text) {
        return (subject, why) ->
                !condition.holds(subject, null) || why != null && PolicyText.no(why, "it is so", text.get());
    }

    private static Condition metadata(MetadataMatcher matcher, Supplier<String> text) {
        return (subject, why) -> matcher.matches(subject.metadata())
                || why != null && PolicyText.no(why, matcher.find(subject.metadata()), text.get());
    }

    private static Condition header(HeaderMatcher matcher) {
        return (subject, why) -> {
            CharSequence value =
                    subject.request() == null ? null : HeaderConditions.value(matcher.name(), subject.request());
            return HeaderConditions.matches(matcher, value)
                    || why != null
                            && PolicyText.no(
                                    why, value, "header " + matcher.name() + " " + HeaderConditions.describe(matcher));
        };
    }

    private static Condition path(StringMatcher matcher) {
        return (subject, why) -> subject.request() != null
                        && !subject.request().path().isEmpty()
                        && matcher.matches(subject.request().pathWithoutQuery())
                || why != null
                        && PolicyText.no(why, path(subject), "path " + HeaderConditions.describe(matcher));
    }

    private static @Nullable String path(Condition.Subject subject) {
        return subject.request() == null ? null : subject.request().pathWithoutQuery();
    }

    /** Who the peer is, for people. */
    private static @Nullable String peer(Condition.Subject subject) {
        TlsFacts tls = subject.connection().tls();
        String name = subject.connection().peerPrincipal();
        return tls == null ? null : name.isEmpty() ? "a peer without a name" : name;
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
