package dev.lateen.proxy.route;

import org.jspecify.annotations.Nullable;

/** Reading the query of a path, as sent: Envoy matches query parameters without decoding percent escapes. */
final class QueryParameters {
    private QueryParameters() {}

    /** The first value of this name; empty when it stands without {@code =}; null when it is not there. */
    static @Nullable String first(String path, String name) {
        int at = path.indexOf('?') + 1;
        if (at == 0) {
            return null;
        }
        int end = path.indexOf('#', at);
        end = end < 0 ? path.length() : end;
        while (at < end) {
            int ampersand = path.indexOf('&', at);
            int stop = ampersand < 0 || ampersand > end ? end : ampersand;
            int equals = path.indexOf('=', at);
            int nameEnd = equals < 0 || equals > stop ? stop : equals;
            if (nameEnd - at == name.length() && path.startsWith(name, at)) {
                return nameEnd == stop ? "" : path.substring(nameEnd + 1, stop);
            }
            at = stop + 1;
        }
        return null;
    }
}
