package dev.lateen.proxy.http.pool;

import java.util.List;

/** What a pool's connections speak. */
public enum Wire {
    HTTP1,
    HTTP2,
    /** What ALPN agrees on; HTTP/1.1 where it agrees on nothing. */
    AUTO;

    /** Its names for ALPN, the preferred one first. */
    public List<String> alpn() {
        return switch (this) {
            case HTTP1 -> List.of("http/1.1");
            case HTTP2 -> List.of("h2");
            case AUTO -> List.of("h2", "http/1.1");
        };
    }
}
