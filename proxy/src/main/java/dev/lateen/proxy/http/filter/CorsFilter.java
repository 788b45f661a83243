package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.HttpFilterConfig.CorsPolicy;
import dev.lateen.proxy.model.StringMatcher;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.filters.http.cors} with the policy of a route: answers preflight requests of allowed origins (Fetch standard, "CORS-preflight
 * request"), and lets allowed origins read the responses to their simple requests.
 */
final class CorsFilter implements HttpFilter {
    private static final int ALWAYS = 1_000_000;
    private static final String ANY = "*";

    private final CorsPolicy policy;
    private final boolean anyOrigin;

    CorsFilter(CorsPolicy policy) {
        this.policy = policy;
        // A pattern that the star itself satisfies allows all, as in Envoy.
        this.anyOrigin = policy.allowOrigins().stream().anyMatch(matcher -> matcher.matches(ANY));
    }

    @Override
    public FilterVerdict onRequest(ExchangeFacts exchange, FilterContext context) {
        HeaderMap headers = exchange.request().headers();
        CharSequence origin = headers.get("origin");
        if (origin == null
                || origin.isEmpty()
                || !exchange.request().method().equals("OPTIONS")
                || !hasValue(headers.get("access-control-request-method"))
                || !(policy.filterEnabledFraction() >= ALWAYS || context.chance(policy.filterEnabledFraction()))) {
            return FilterVerdict.CONTINUE;
        }
        boolean allowed = allows(origin);
        return !allowed && policy.forwardNotMatchingPreflights()
                ? FilterVerdict.CONTINUE
                : new FilterVerdict.Reply(LocalReply.corsPreflight(preflightHeaders(headers, allowed)));
    }

    private static boolean hasValue(@Nullable CharSequence value) {
        return value != null && !value.isEmpty();
    }

    private boolean allows(CharSequence origin) {
        if (anyOrigin) {
            return true;
        }
        for (StringMatcher matcher : policy.allowOrigins()) {
            if (matcher.matches(origin)) {
                return true;
            }
        }
        return false;
    }

    private List<String> preflightHeaders(HeaderMap asked, boolean allowed) {
        List<String> headers = new ArrayList<>();
        add(headers, "access-control-allow-origin", allowed ? text(asked.get("origin")) : "");
        add(headers, "access-control-allow-credentials", policy.allowCredentials() ? "true" : "");
        add(
                headers,
                "access-control-allow-methods",
                orAsked(policy.allowMethods(), asked, "access-control-request-method"));
        add(
                headers,
                "access-control-allow-headers",
                orAsked(policy.allowHeaders(), asked, "access-control-request-headers"));
        add(headers, "access-control-max-age", policy.maxAge());
        return headers;
    }

    /** A star allows what was asked for, and says so in its words: browsers take a star for one only without credentials. */
    private static String orAsked(String said, HeaderMap asked, String header) {
        return said.equals(ANY) ? text(asked.get(header)) : said;
    }

    private static String text(@Nullable CharSequence value) {
        return value == null ? "" : value.toString();
    }

    private static void add(List<String> headers, String name, String value) {
        if (!value.isEmpty()) {
            headers.add(name);
            headers.add(value);
        }
    }

    @Override
    public void onResponse(ExchangeFacts exchange) {
        CharSequence origin = exchange.request().headers().get("origin");
        ResponseHead response = exchange.response();
        if (response == null || origin == null || origin.isEmpty() || !allows(origin)) {
            return;
        }
        response.headers().set("access-control-allow-origin", origin.toString());
        if (policy.allowCredentials()) {
            response.headers().set("access-control-allow-credentials", "true");
        }
        if (!policy.exposeHeaders().isEmpty()) {
            response.headers().set("access-control-expose-headers", policy.exposeHeaders());
        }
    }
}
