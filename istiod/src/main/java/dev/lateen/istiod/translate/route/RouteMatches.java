package dev.lateen.istiod.translate.route;

import com.google.protobuf.BoolValue;
import dev.lateen.api.networking.HttpRoute;
import dev.lateen.api.networking.StringMatch;
import dev.lateen.istiod.translate.view.StringMatchers;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.type.matcher.v3.ListMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.OrMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The match of an HTTP route. */
public final class RouteMatches {
    private static final String CLAIMS = "@request.auth.claims";

    private RouteMatches() {}

    /** What matches every request. */
    public static RouteMatch all() {
        return RouteMatch.newBuilder().setPrefix("/").build();
    }

    static RouteMatch of(HttpRoute.Match match) {
        HttpRoute.Match.Request request = match.request();
        RouteMatch.Builder out = RouteMatch.newBuilder().setCaseSensitive(BoolValue.of(!request.ignoreUriCase()));
        path(out, request.uri());
        new TreeMap<>(request.headers()).forEach((name, value) -> {
            if (name.startsWith(CLAIMS)) {
                out.addDynamicMetadata(claim(name, value, false));
            } else {
                out.addHeaders(StringMatchers.header(name, value));
            }
        });
        new TreeMap<>(request.withoutHeaders()).forEach((name, value) -> {
            if (name.startsWith(CLAIMS)) {
                out.addDynamicMetadata(claim(name, value, true));
            } else {
                HeaderMatcher.Builder header =
                        StringMatchers.header(name, value).toBuilder().setInvertMatch(true);
                // A request without the header is one without the value, too.
                out.addHeaders(header.hasPresentMatch() ? header : header.setTreatMissingHeaderAsEmpty(true));
            }
        });
        pseudo(out, ":method", request.method());
        pseudo(out, ":authority", request.authority());
        pseudo(out, ":scheme", request.scheme());
        for (Map.Entry<String, StringMatch> query : new TreeMap<>(request.queryParams()).entrySet()) {
            out.addQueryParameters(StringMatchers.query(query.getKey(), query.getValue()));
        }
        return out.build();
    }

    private static void path(RouteMatch.Builder out, @Nullable StringMatch uri) {
        if (uri == null) {
            out.setPrefix("/");
            return;
        }
        switch (uri) {
            case StringMatch.Exact exact -> out.setPath(exact.exact());
            case StringMatch.Prefix prefix -> out.setPrefix(prefix.prefix());
            case StringMatch.Regex regex -> out.setSafeRegex(StringMatchers.regex(regex.regex()));
            case StringMatch.Present present -> out.setPrefix("/");
        }
    }

    private static void pseudo(RouteMatch.Builder out, String name, @Nullable StringMatch match) {
        if (match != null) {
            out.addHeaders(StringMatchers.header(name, match));
        }
    }

    // @request.auth.claims.a.b or @request.auth.claims[a][b]; the claim may be a text or a list that has it.
    private static MetadataMatcher claim(String name, StringMatch value, boolean invert) {
        String rest = name.substring(CLAIMS.length());
        List<String> keys = new ArrayList<>();
        if (rest.startsWith("[")) {
            for (String part : rest.substring(1, rest.endsWith("]") ? rest.length() - 1 : rest.length())
                    .split("]\\[", -1)) {
                keys.add(part);
            }
        } else {
            keys.addAll(List.of(rest.substring(rest.startsWith(".") ? 1 : 0).split("\\.", -1)));
        }
        ValueMatcher text = ValueMatcher.newBuilder()
                .setStringMatch(StringMatchers.matcher(value))
                .build();
        ValueMatcher inList = ValueMatcher.newBuilder()
                .setListMatch(ListMatcher.newBuilder().setOneOf(text))
                .build();
        MetadataMatcher.Builder matcher = MetadataMatcher.newBuilder()
                .setFilter("envoy.filters.http.jwt_authn")
                .addPath(MetadataMatcher.PathSegment.newBuilder().setKey("payload"))
                .setValue(ValueMatcher.newBuilder()
                        .setOrMatch(
                                OrMatcher.newBuilder().addValueMatchers(text).addValueMatchers(inList)))
                .setInvert(invert);
        keys.forEach(
                k -> matcher.addPath(MetadataMatcher.PathSegment.newBuilder().setKey(k)));
        return matcher.build();
    }

    /** Whether nothing gets past this route. */
    static boolean catchesAll(RouteMatch match) {
        boolean anyPath = switch (match.getPathSpecifierCase()) {
            case PREFIX -> match.getPrefix().equals("/");
            case SAFE_REGEX -> match.getSafeRegex().getRegex().equals(".*");
            case PATH, PATH_SEPARATED_PREFIX, PATH_MATCH_POLICY, CONNECT_MATCHER, PATHSPECIFIER_NOT_SET -> false;
        };
        return anyPath
                && match.getHeadersCount() == 0
                && match.getQueryParametersCount() == 0
                && match.getDynamicMetadataCount() == 0;
    }
}
