package dev.lateen.proxy.policy;

import dev.lateen.proxy.model.MetadataMatcher;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.model.RbacPolicies.Permission;
import dev.lateen.proxy.model.RbacPolicies.Principal;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.route.HeaderConditions;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Permissions, principals and policies in words, for people. */
final class PolicyText {
    private static final String PATH = "/apis/security.istio.io/v1/namespaces/";

    private PolicyText() {}

    /** Notes that a condition did not hold. @return false */
    static boolean no(List<String> why, @Nullable Object actual, String expected) {
        why.add((actual == null ? "absent" : actual) + " (expected: " + expected + ")");
        return false;
    }

    static String text(Permission permission) {
        return switch (permission) {
            case Permission.Any _ -> "anything";
            case Permission.And and -> joined(and.all(), PolicyText::text, " and ");
            case Permission.Or or -> joined(or.any(), PolicyText::text, " or ");
            case Permission.Not not -> "not " + text(not.permission());
            case Permission.Header header ->
                "header " + header.matcher().name() + " " + HeaderConditions.describe(header.matcher());
            case Permission.UrlPath path -> "path " + HeaderConditions.describe(path.matcher());
            case Permission.UriTemplate template -> "path template " + template.pattern();
            case Permission.DestinationIp ip -> "destination ip " + ip.range();
            case Permission.DestinationPort port -> "destination port " + port.port();
            case Permission.DestinationPortRange range ->
                "destination port from " + range.start() + " below " + range.end();
            case Permission.RequestedServerName name ->
                "requested server name " + HeaderConditions.describe(name.matcher());
            case Permission.Metadata metadata -> text(metadata.matcher());
        };
    }

    static String text(Principal principal) {
        return switch (principal) {
            case Principal.Any _ -> "anybody";
            case Principal.And and -> joined(and.all(), PolicyText::text, " and ");
            case Principal.Or or -> joined(or.any(), PolicyText::text, " or ");
            case Principal.Not not -> "not " + text(not.principal());
            case Principal.Authenticated peer -> authenticated(peer.name());
            case Principal.PeerPrincipal peer -> authenticated(peer.matcher());
            case Principal.DirectRemoteIp ip -> "source ip " + ip.range();
            case Principal.RemoteIp ip -> "remote ip " + ip.range();
            case Principal.Header header ->
                "header " + header.matcher().name() + " " + HeaderConditions.describe(header.matcher());
            case Principal.UrlPath path -> "path " + HeaderConditions.describe(path.matcher());
            case Principal.Metadata metadata -> text(metadata.matcher());
        };
    }

    private static String authenticated(@Nullable StringMatcher name) {
        return name == null ? "an authenticated peer" : "peer " + HeaderConditions.describe(name);
    }

    private static String text(MetadataMatcher matcher) {
        return "metadata " + matcher.filter() + "." + String.join(".", matcher.path())
                + (matcher.invert() ? " otherwise than " : " as ") + matcher.value();
    }

    private static <T> String joined(List<T> parts, Function<T, String> text, String word) {
        return "(" + String.join(word, parts.stream().map(text).toList()) + ")";
    }

    /** The AuthorizationPolicy that Istio made a policy's name of: {@code ns[NAMESPACE]-policy[NAME]-rule[INDEX]}. None for other names. */
    static Provenance resource(String policy) {
        String namespace = between(policy, "ns[", "]-policy[");
        String name = between(policy, "]-policy[", "]-rule[");
        String rule = between(policy, "]-rule[", "]");
        return namespace.isEmpty() || name.isEmpty()
                ? Provenance.NONE
                : new Provenance(PATH + namespace + "/authorization-policy/" + name, "spec.rules[" + rule + "]");
    }

    private static String between(String text, String begin, String end) {
        int from = text.indexOf(begin);
        int to = from < 0 ? -1 : text.indexOf(end, from + begin.length());
        return to < 0 ? "" : text.substring(from + begin.length(), to);
    }
}
