package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.HeaderMap;
import java.util.Set;

/**
 * Which header lines may come behind a body. Those that say how a message is framed, where it goes, who sent it or what its content is may not (RFC 9110
 * section 6.5.1): whoever merges trailers into the head would be told late, by the other side of a filter that has already decided.
 */
final class TrailerNames {
    private static final Set<String> FORBIDDEN = Set.of(
            "age",
            "authorization",
            "cache-control",
            "connection",
            "content-encoding",
            "content-length",
            "content-range",
            "content-type",
            "cookie",
            "cookie2",
            "expect",
            "forwarded",
            "host",
            "http2-settings",
            "if-match",
            "if-modified-since",
            "if-none-match",
            "if-range",
            "if-unmodified-since",
            "keep-alive",
            "location",
            "max-forwards",
            "pragma",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "range",
            "retry-after",
            "set-cookie",
            "set-cookie2",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "vary",
            "via",
            "warning",
            "www-authenticate",
            "x-request-id");

    private TrailerNames() {}

    /** Takes out of received trailers what may not be among them. @return the same map */
    static HeaderMap keepAllowed(HeaderMap trailers) {
        for (int i = trailers.size() - 1; i >= 0; i--) {
            String name = trailers.name(i).toString();
            if (FORBIDDEN.contains(name) || name.startsWith("x-forwarded-") || name.startsWith("x-envoy-")) {
                trailers.removeAt(i);
            }
        }
        return trailers;
    }
}
