package dev.lateen.proxy.model;

import com.google.re2j.Pattern;
import java.util.List;

/**
 * {@code envoy.config.route.v3.RouteMatch}: all parts must hold.
 *
 * @param runtimeFraction millionths of requests that may match at all; 1,000,000 when not given
 * @param grpcOnly whether only gRPC requests match
 * @param metadata conditions on dynamic metadata; all must hold
 */
public record RouteMatch(
        PathMatch path,
        boolean caseSensitive,
        List<HeaderMatcher> headers,
        List<HeaderMatcher.QueryParameter> queryParameters,
        int runtimeFraction,
        boolean grpcOnly,
        List<MetadataMatcher> metadata) {
    public RouteMatch {
        headers = List.copyOf(headers);
        queryParameters = List.copyOf(queryParameters);
        metadata = List.copyOf(metadata);
    }

    /** One that does not look at metadata. */
    public RouteMatch(
            PathMatch path,
            boolean caseSensitive,
            List<HeaderMatcher> headers,
            List<HeaderMatcher.QueryParameter> queryParameters,
            int runtimeFraction,
            boolean grpcOnly) {
        this(path, caseSensitive, headers, queryParameters, runtimeFraction, grpcOnly, List.of());
    }

    /** How the path without its query is compared. */
    public sealed interface PathMatch {
        /** Begins with the text. */
        record Prefix(String prefix) implements PathMatch {}

        /** Equals the text. */
        record Exact(String path) implements PathMatch {}

        /** Equals the text or goes on with a slash after it. */
        record PathSeparatedPrefix(String prefix) implements PathMatch {}

        /** Matches as a whole. */
        record Regex(Pattern pattern) implements PathMatch {}

        /** A CONNECT request (also HTTP/2 extended CONNECT). */
        record Connect() implements PathMatch {}

        /** {@code envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig}, as its equivalent RE2 expression. */
        record UriTemplate(String template, Pattern pattern) implements PathMatch {}
    }
}
