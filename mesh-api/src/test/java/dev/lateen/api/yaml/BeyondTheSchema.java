package dev.lateen.api.yaml;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What is refused though Istio's CRDs accept it, and why. */
final class BeyondTheSchema {
    private static final String TYPED =
            "the record, as Istio's message, holds more than a text or less than any number, so what doesn't fit is"
                    + " refused at the door";
    private static final String NAMES = "Istio's webhook checks names of hosts, ports, headers, subsets and namespaces";
    private static final String NUMBERS = "Istio's webhook checks ports, weights, shares, limits and status codes";
    private static final String EFFECT = "Istio's webhook refuses what would have no effect or be cut off";
    private static final String TOGETHER = "Istio's webhook refuses what doesn't go together";

    /** Each key is how the text of what is accepted begins. */
    private static final Map<String, List<String>> ACCEPTED = Map.of(
            TYPED,
            List.of("a duration such as", "a number from -2147483648 to 2147483647"),
            NAMES,
            List.of(
                    "an IP address or a range",
                    "request.headers[NAME]",
                    "*, ., ~ or a namespace",
                    "a host such as reviews",
                    "a host, with wildcard if you like",
                    "letters, digits and '-', at most 63",
                    "a label name",
                    "a header name",
                    "an IP address",
                    "one of HTTP, HTTPS",
                    "127.0.0.1:PORT",
                    "namespace/host such as",
                    "mesh, a gateway's name",
                    "the name of a service",
                    "the name of one of the entry's ports",
                    "CONNECT or POST"),
            NUMBERS,
            List.of(
                    "a port, 1 to 65535",
                    "a number from 0 to 100",
                    "a number from 0 to 2147483647",
                    "a number from 1 to 65535",
                    "a number from 0 to 65535",
                    "a number from 0 to 308",
                    "a number from 200 to 599",
                    "1 to 65535",
                    "301, 302, 303, 307 or 308",
                    "a weight above 0",
                    "port.number"),
            EFFECT,
            List.of(
                    "at least one",
                    "at least 1",
                    "values or notValues",
                    "source",
                    "operation",
                    "a value",
                    "patch with an operation",
                    "what is changed, such as",
                    "one of route, redirect",
                    "uri, authority or uriRegexRewrite",
                    "uri, authority, scheme or port",
                    "an expression of RE2",
                    "a match with sniHosts",
                    "fixedDelay:",
                    "httpStatus or grpcStatus:",
                    "a condition of Envoy",
                    "another region",
                    "regions",
                    "ingress, egress, outboundTrafficPolicy",
                    "each subset once",
                    "each name once",
                    "each port once",
                    "each host once",
                    "one such listener, as the last",
                    "http, tls or tcp"),
            TOGETHER,
            List.of(
                    "100",
                    "one of them",
                    "one or the other",
                    "none: the mesh has its own",
                    "interval and timeout",
                    "match with uri.prefix",
                    "rewrite only with route",
                    "fault only with route",
                    "action CUSTOM",
                    "provider.name",
                    "clientCertificate and privateKey",
                    "match.listener",
                    "match.cluster",
                    "match.routeConfiguration",
                    "protocol HTTPS or TLS",
                    "a port as well",
                    "a host; '*' is for gateways only",
                    "hosts; or, for a delegate"));

    private final Set<String> used = new HashSet<>();

    /** Whether the refusal is one of those listed. */
    boolean explains(Problem problem) {
        Set<String> reasons = ACCEPTED.values().stream()
                .flatMap(List::stream)
                .filter(problem.accepted()::startsWith)
                .collect(Collectors.toSet());
        used.addAll(reasons);
        return !reasons.isEmpty();
    }

    /** What is listed without need. */
    Set<String> unused() {
        Set<String> unused = ACCEPTED.values().stream().flatMap(List::stream).collect(Collectors.toSet());
        unused.removeAll(used);
        return unused;
    }
}
