package dev.lateen.istiod.translate.view;

import dev.lateen.api.networking.StringMatch;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

/** Istio's string matches as Envoy's. A match that any value satisfies becomes a test of presence. */
public final class StringMatchers {
    private StringMatchers() {}

    /** A regular expression, which has to match all of a text. */
    public static RegexMatcher regex(String regex) {
        return RegexMatcher.newBuilder().setRegex(regex).build();
    }

    static boolean anyValue(StringMatch match) {
        return switch (match) {
            case StringMatch.Exact exact -> false;
            case StringMatch.Prefix prefix -> prefix.prefix().isEmpty();
            case StringMatch.Regex regex ->
                regex.regex().equals("*") || regex.regex().isEmpty();
            case StringMatch.Present present -> true;
        };
    }

    /** A match of a text. */
    public static StringMatcher matcher(StringMatch match) {
        return switch (match) {
            case StringMatch.Exact exact ->
                StringMatcher.newBuilder().setExact(exact.exact()).build();
            case StringMatch.Prefix prefix ->
                StringMatcher.newBuilder().setPrefix(prefix.prefix()).build();
            case StringMatch.Regex regex ->
                StringMatcher.newBuilder().setSafeRegex(regex(regex.regex())).build();
            case StringMatch.Present present ->
                StringMatcher.newBuilder().setSafeRegex(regex(".*")).build();
        };
    }

    /** A match of a header. */
    public static HeaderMatcher header(String name, StringMatch match) {
        HeaderMatcher.Builder header = HeaderMatcher.newBuilder().setName(name);
        return (anyValue(match) ? header.setPresentMatch(true) : header.setStringMatch(matcher(match))).build();
    }

    /** A match of a query parameter. */
    public static QueryParameterMatcher query(String name, StringMatch match) {
        QueryParameterMatcher.Builder query = QueryParameterMatcher.newBuilder().setName(name);
        return (anyValue(match) ? query.setPresentMatch(true) : query.setStringMatch(matcher(match))).build();
    }
}
