package dev.lateen.proxy.http.pool;

/** What a pool's connections speak. */
public enum Wire {
    HTTP1,
    HTTP2,
    /** What ALPN agrees on; HTTP/1.1 where it agrees on nothing. */
    AUTO
}
