package dev.lateen.proxy.http.pool;

import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.UpstreamTls;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a pool's connections speak. */
public enum WireProtocol {
    HTTP1,
    HTTP2,
    /** What ALPN agrees on; HTTP/1.1 where it agrees on nothing. */
    AUTO;

    /** What a cluster is spoken to by. @param tls of the host, null for clear text; @param downstream by what the request came */
    public static WireProtocol of(Cluster cluster, @Nullable UpstreamTls tls, HttpProtocol downstream) {
        return switch (cluster.protocol()) {
            case HTTP1 -> HTTP1;
            case HTTP2 -> HTTP2;
            case USE_DOWNSTREAM -> downstream == HttpProtocol.HTTP_2 ? HTTP2 : HTTP1;
            case AUTO -> tls == null ? HTTP1 : AUTO;
        };
    }

    /** Its names for ALPN, the preferred one first. */
    public List<String> alpn() {
        return switch (this) {
            case HTTP1 -> List.of("http/1.1");
            case HTTP2 -> List.of("h2");
            case AUTO -> List.of("h2", "http/1.1");
        };
    }
}
