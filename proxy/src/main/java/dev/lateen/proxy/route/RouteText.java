package dev.lateen.proxy.route;

import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.HeaderMatcher;
import dev.lateen.proxy.model.RouteMatch;
import java.util.ArrayList;
import java.util.List;

/** The conditions of a route in words, for people: what a request has, and what is expected. */
final class RouteText {
    private RouteText() {}

    static String metadata(RouteMatch match) {
        return "dynamic metadata: none (expected: that of "
                + match.metadata().getFirst().filter() + ")";
    }

    static String path(RouteMatch match, RequestHead request) {
        return "path: \"" + request.pathWithoutQuery() + "\" (expected: " + path(match) + ")";
    }

    private static String path(RouteMatch match) {
        return PathCondition.describe(match.path(), match.caseSensitive());
    }

    static String header(HeaderMatcher matcher, RequestHead request) {
        CharSequence value = HeaderConditions.value(matcher.name(), request);
        return "header " + matcher.name() + ": " + (value == null ? "absent" : "\"" + value + '"') + " (expected: "
                + HeaderConditions.describe(matcher) + ")";
    }

    static String parameter(HeaderMatcher.QueryParameter wanted, RequestHead request) {
        String value = QueryParameters.first(request.path(), wanted.name());
        return "query parameter " + wanted.name() + ": " + (value == null ? "absent" : "\"" + value + '"')
                + " (expected: " + expected(wanted) + ")";
    }

    private static String expected(HeaderMatcher.QueryParameter wanted) {
        return wanted.value() != null
                ? HeaderConditions.describe(wanted.value())
                : wanted.present() ? "present" : "absent";
    }

    static String contentType(RequestHead request) {
        return "content-type: " + request.headers().get("content-type") + " (expected: application/grpc)";
    }

    static String chance(RouteMatch match) {
        return "runtime fraction: not drawn (expected: " + match.runtimeFraction() + " in a million)";
    }

    /** What a request that matches has. */
    static String all(RouteMatch match) {
        List<String> parts = new ArrayList<>();
        parts.add("path: " + path(match));
        match.headers()
                .forEach(matcher -> parts.add("header " + matcher.name() + ": " + HeaderConditions.describe(matcher)));
        match.queryParameters()
                .forEach(wanted -> parts.add("query parameter " + wanted.name() + ": " + expected(wanted)));
        return String.join(", ", parts);
    }
}
