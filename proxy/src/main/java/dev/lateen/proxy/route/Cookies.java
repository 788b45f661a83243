package dev.lateen.proxy.route;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.model.RouteAction.HashPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reading one cookie of a request (RFC 6265 section 4.2) and writing the one that keeps a client with its host. */
final class Cookies {
    private Cookies() {}

    /** The value of the first cookie of this name without surrounding quotes, or null. */
    static @Nullable CharSequence value(HeaderMap headers, String name) {
        for (int i = headers.find("cookie", 0); i >= 0; i = headers.find("cookie", i + 1)) {
            for (String pair : headers.value(i).toString().split(";", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0 && pair.substring(0, equals).strip().equals(name)) {
                    return unquoted(pair.substring(equals + 1).strip());
                }
            }
        }
        return null;
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    static String set(HashPolicy.Cookie cookie, String value) {
        StringBuilder text =
                new StringBuilder(cookie.name()).append("=\"").append(value).append('"');
        Duration ttl = cookie.ttl();
        if (ttl != null && !ttl.isZero()) {
            text.append("; Max-Age=").append(ttl.toSeconds());
        }
        if (!cookie.path().isEmpty()) {
            text.append("; Path=").append(cookie.path());
        }
        for (String attribute : cookie.attributes()) {
            text.append("; ").append(attribute);
        }
        return text.append("; HttpOnly").toString();
    }
}
