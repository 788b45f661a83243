package dev.lateen.proxy.http.call;

import dev.lateen.proxy.message.GrpcTimeout;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.RequestHead;
import java.time.Duration;

/**
 * Which method of a gRPC service is called (gRPC over HTTP/2, "Request-Headers").
 *
 * @param authority the server's name; Envoy tells the cluster's where its configuration says none
 * @param service full, such as {@code envoy.service.auth.v3.Authorization}
 * @param metadata header lines with names in lower case
 */
public record GrpcCall(String authority, String service, String method, HeaderMap metadata) {
    /** Without metadata. */
    public GrpcCall(String authority, String service, String method) {
        this(authority, service, method, new HeaderMap(1));
    }

    RequestHead head(Duration limit) {
        HeaderMap headers = new HeaderMap(metadata.size() + 4);
        headers.add("te", "trailers");
        headers.add("content-type", "application/grpc");
        if (!limit.isZero()) {
            headers.add("grpc-timeout", GrpcTimeout.text(Math.max(1, limit.toMillis())));
        }
        for (int i = 0; i < metadata.size(); i++) {
            headers.add(metadata.name(i), metadata.value(i));
        }
        return new RequestHead("POST", "/" + service + "/" + method, authority, "http", HttpProtocol.HTTP_2, headers);
    }
}
