package dev.lateen.api.networking;

import dev.lateen.api.schema.IpText;
import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What Istio's webhook refuses in a VirtualService though its schema has nothing against it. */
final class VirtualServiceRules {
    private static final String MESH = "mesh";

    private VirtualServiceRules() {}

    /** Hosts, gateways and routes fit together. */
    static final class Whole implements Rule<VirtualService> {
        @Override
        public void check(VirtualService value, Report report) {
            if (value.http().isEmpty() && value.tls().isEmpty() && value.tcp().isEmpty()) {
                report.refuse("", "no routes", "http, tls or tcp");
            }
            if (value.hosts().isEmpty()) {
                checkDelegate(value, report);
            }
            checkHosts(value, report);
            checkServerNames(value, report);
        }

        private static void checkDelegate(VirtualService value, Report report) {
            if (!value.gateways().isEmpty()) {
                report.refuse("hosts", "no hosts, but gateways", "hosts; or, for a delegate, no gateways");
            }
            if (!value.tls().isEmpty() || !value.tcp().isEmpty()) {
                report.refuse(
                        "hosts", "no hosts, but tls or tcp routes", "hosts; or, for a delegate, http routes only");
            }
            for (int i = 0; i < value.http().size(); i++) {
                if (value.http().get(i).action().delegate() != null) {
                    report.refuse("http[" + i + "].delegate", "a delegate of a delegate", "one level of delegates");
                }
            }
        }

        private static void checkHosts(VirtualService value, Report report) {
            boolean mesh = value.gateways().isEmpty() || value.gateways().contains(MESH);
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < value.hosts().size(); i++) {
                String host = value.hosts().get(i);
                String path = "hosts[" + i + "]";
                if (!HostSyntax.isWildcardName(host) && !IpText.isAddress(host)) {
                    report.refuse(path, "'" + host + "'", "a host such as reviews, or *.example.com");
                } else if (host.equals("*") && mesh) {
                    report.refuse(path, "'*' for the sidecars of the mesh", "a host; '*' is for gateways only");
                } else if (!seen.add(host)) {
                    report.refuse(path, "'" + host + "' a second time", "each host once");
                }
            }
        }

        private static void checkServerNames(VirtualService value, Report report) {
            for (int i = 0; i < value.tls().size(); i++) {
                List<TlsRoute.Match> matches = value.tls().get(i).match();
                for (int j = 0; j < matches.size(); j++) {
                    for (String name : matches.get(j).sniHosts()) {
                        if (!HostSyntax.isWildcardName(name)
                                || value.hosts().stream().noneMatch(host -> HostSyntax.covers(host, name))) {
                            String path = "tls[" + i + "].match[" + j + "].sniHosts";
                            report.refuse(path, "'" + name + "'", "names within " + String.join(", ", value.hosts()));
                        }
                    }
                }
            }
        }
    }

    /** A route does one thing. */
    static final class HttpRouteAction implements Rule<HttpRoute> {
        @Override
        public void check(HttpRoute value, Report report) {
            HttpRoute.Action action = value.action();
            List<String> actions = new ArrayList<>();
            addIf(actions, "route", !action.route().isEmpty());
            addIf(actions, "redirect", action.redirect() != null);
            addIf(actions, "directResponse", action.directResponse() != null);
            addIf(actions, "delegate", action.delegate() != null);
            if (actions.size() != 1) {
                String found = actions.isEmpty() ? "nothing to do" : String.join(" and ", actions);
                report.refuse("", found, "one of route, redirect, directResponse, delegate");
                return;
            }
            checkForwardingOnly(value, actions.getFirst(), report);
            checkPrefixes(value, report);
            if (value.mirroring().mirror() != null
                    && !value.mirroring().mirrors().isEmpty()) {
                report.refuse("mirrors", "mirror and mirrors", "one of them");
            }
            checkWeights(
                    action.route().stream()
                            .map(HttpRoute.WeightedDestination::weight)
                            .toList(),
                    report);
        }

        private static void addIf(List<String> to, String name, boolean there) {
            if (there) {
                to.add(name);
            }
        }

        private static void checkPrefixes(HttpRoute value, Report report) {
            boolean other = value.match().stream()
                    .map(match -> match.request().uri())
                    .anyMatch(uri -> uri instanceof StringMatch.Exact || uri instanceof StringMatch.Regex);
            HttpRoute.Redirect redirect = value.action().redirect();
            if (redirect != null && !redirect.prefixRewrite().isEmpty() && other) {
                report.refuse(
                        "redirect.prefixRewrite", "prefixRewrite with another match of uri", "match with uri.prefix");
            }
        }

        private static void checkForwardingOnly(HttpRoute value, String action, Report report) {
            boolean answers = action.equals("redirect") || action.equals("directResponse");
            if (answers && value.rewrite() != null) {
                report.refuse("rewrite", "rewrite and " + action, "rewrite only with route");
            }
            if (action.equals("redirect") && value.fault() != null) {
                report.refuse("fault", "fault and redirect", "fault only with route");
            }
        }
    }

    /** At least one of several destinations gets something. */
    private static void checkWeights(List<Integer> weights, Report report) {
        if (weights.size() > 1 && weights.stream().allMatch(w -> w == 0)) {
            report.refuse("route", "weights that add up to 0", "a weight above 0 for one of them");
        }
        long sum = weights.stream().mapToLong(Integer::longValue).sum();
        if (sum > 0xFFFFFFFFL) {
            report.refuse("route", "weights that add up to " + sum, "at most 4294967295");
        }
    }

    /** A TLS route has somewhere to go. */
    static final class TlsRouteAction implements Rule<TlsRoute> {
        @Override
        public void check(TlsRoute value, Report report) {
            if (value.match().isEmpty()) {
                report.refuse("match", "no match", "a match with sniHosts");
            }
            checkDestinations(value.route(), report);
        }
    }

    /** A TCP route has somewhere to go. */
    static final class TcpRouteAction implements Rule<TcpRoute> {
        @Override
        public void check(TcpRoute value, Report report) {
            checkDestinations(value.route(), report);
        }
    }

    private static void checkDestinations(List<RouteDestination> route, Report report) {
        if (route.isEmpty()) {
            report.refuse("route", "no destination", "at least one");
        }
        checkWeights(route.stream().map(RouteDestination::weight).toList(), report);
    }

    /** A path that must be something is something. */
    static final class MatchValues implements Rule<HttpRoute.Match> {
        @Override
        public void check(HttpRoute.Match value, Report report) {
            boolean empty = switch (value.request().uri()) {
                case StringMatch.Exact(String text) -> text.isEmpty();
                case StringMatch.Prefix(String text) -> text.isEmpty();
                case StringMatch.Regex(String text) -> text.isEmpty();
                case StringMatch.Present() -> false;
                case null -> false;
            };
            if (empty) {
                report.refuse("uri", "an empty text", "a path such as /api");
            }
            for (Map.Entry<String, StringMatch> header :
                    value.request().withoutHeaders().entrySet()) {
                if (header.getValue() instanceof StringMatch.Prefix(String text) && text.isEmpty()) {
                    report.warn(
                            "withoutHeaders", "an empty prefix for " + header.getKey(), "{} for the header's presence");
                }
            }
        }
    }

    /** A redirect leads somewhere. */
    static final class RedirectSaysSomething implements Rule<HttpRoute.Redirect> {
        @Override
        public void check(HttpRoute.Redirect value, Report report) {
            boolean ported = value.port() != null || value.derivePort() != null;
            if (!value.uri().isEmpty() && !value.prefixRewrite().isEmpty()) {
                report.refuse("prefixRewrite", "uri and prefixRewrite", "one of them");
            }
            if (value.uri().isEmpty()
                    && value.prefixRewrite().isEmpty()
                    && value.authority().isEmpty()
                    && value.scheme().isEmpty()
                    && !ported) {
                report.refuse("", "a redirect to nowhere", "uri, authority, scheme or port, or prefixRewrite");
            }
        }
    }

    /** The codes that Envoy can answer with; 0 stands for the default. */
    static final class RedirectCode implements Rule<Integer> {
        private static final Set<Integer> CODES = Set.of(0, 301, 302, 303, 307, 308);

        @Override
        public void check(Integer value, Report report) {
            if (!CODES.contains(value)) {
                report.refuse("", value.toString(), "301, 302, 303, 307 or 308");
            }
        }
    }

    /** Istio's limit of a direct response: 1 MiB. */
    static final class BodySize implements Rule<HttpRoute.DirectResponse> {
        private static final int LARGEST = 1024 * 1024;

        @Override
        public void check(HttpRoute.DirectResponse value, Report report) {
            int size = switch (value.body()) {
                case HttpRoute.Body.Text(String text) -> text.length();
                case HttpRoute.Body.Binary(String base64) -> base64.length() / 4 * 3;
                case HttpRoute.Body.None() -> 0;
                case null -> 0;
            };
            if (size > LARGEST) {
                report.refuse("body", "a body of " + size + " bytes", "at most " + LARGEST);
            }
        }
    }

    /** A rewrite changes something, in one way. */
    static final class RewriteSaysSomething implements Rule<HttpRoute.Rewrite> {
        @Override
        public void check(HttpRoute.Rewrite value, Report report) {
            HttpRoute.RegexRewrite regex = value.uriRegexRewrite();
            if (value.uri().isEmpty() && value.authority().isEmpty() && regex == null) {
                report.refuse("", "a rewrite of nothing", "uri, authority or uriRegexRewrite");
            }
            if (!value.uri().isEmpty() && regex != null) {
                report.refuse("uriRegexRewrite", "uri and uriRegexRewrite", "one of them");
            }
            if (regex != null && regex.match().isEmpty()) {
                report.refuse("uriRegexRewrite.match", "nothing", "an expression of RE2");
            }
        }
    }

    /** Conditions that Envoy knows (its x-envoy-retry-on and x-envoy-retry-grpc-on), or status codes. */
    static final class RetryConditions implements Rule<HttpRoute.Retry> {
        private static final Set<String> NAMES = Set.of(
                "5xx",
                "gateway-error",
                "reset",
                "reset-before-request",
                "connect-failure",
                "envoy-ratelimited",
                "retriable-4xx",
                "refused-stream",
                "retriable-status-codes",
                "retriable-headers",
                "http3-post-connect-failure",
                "cancelled",
                "deadline-exceeded",
                "internal",
                "resource-exhausted",
                "unavailable");

        @Override
        public void check(HttpRoute.Retry value, Report report) {
            if (value.attempts() == 0 && (!value.retryOn().isEmpty() || value.perTryTimeout() != null)) {
                report.refuse("attempts", "0, with settings for retries", "at least 1, or attempts alone");
            }
            if (value.retryOn().isEmpty()) {
                return;
            }
            for (String name : value.retryOn().split(",", -1)) {
                if (!NAMES.contains(name.strip()) && !isStatus(name.strip())) {
                    report.refuse(
                            "retryOn", "'" + name + "'", "a condition of Envoy such as 5xx or reset, or a status code");
                }
            }
        }

        private static boolean isStatus(String text) {
            return text.length() == 3
                    && text.charAt(0) >= '1'
                    && text.charAt(0) <= '5'
                    && text.chars().allMatch(Character::isDigit);
        }
    }

    /** Only a fixed delay was ever implemented. */
    static final class DelaySaysHowLong implements Rule<HttpRoute.Delay> {
        @Override
        public void check(HttpRoute.Delay value, Report report) {
            if (value.fixedDelay() == null) {
                report.refuse("", "no fixedDelay", "fixedDelay: exponentialDelay was never implemented by Istio");
            }
        }
    }

    /** Only two ways to fail were ever implemented. */
    static final class AbortSaysHow implements Rule<HttpRoute.Abort> {
        @Override
        public void check(HttpRoute.Abort value, Report report) {
            if (value.httpStatus() == null && value.grpcStatus() == null) {
                report.refuse("", "no status", "httpStatus or grpcStatus: http2Error was never implemented by Istio");
            }
        }
    }

    /** The names of gRPC's status codes. */
    static final class GrpcStatusName implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (!GrpcStatusNames.NAMES.contains(value)) {
                report.refuse("", "'" + value + "'", "a status of gRPC such as UNAVAILABLE");
            }
        }
    }
}
