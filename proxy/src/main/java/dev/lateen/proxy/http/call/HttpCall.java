package dev.lateen.proxy.http.call;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.RequestHead;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A request of the proxy's own.
 *
 * @param head sent as it is; belongs to the call from now on
 * @param body whole; null for none. Ownership passes to whoever the call is given to
 */
public record HttpCall(RequestHead head, @Nullable ByteBuf body) {
    /** A GET. @param path with its query */
    public static HttpCall get(String authority, String path) {
        return new HttpCall(
                new RequestHead("GET", path, authority, "http", HttpProtocol.HTTP_1_1, new HeaderMap(4)), null);
    }

    /** A POST that says how long it is. @param body ownership passes */
    public static HttpCall post(String authority, String path, String contentType, ByteBuf body) {
        HeaderMap headers = new HeaderMap(4);
        headers.add("content-type", contentType);
        headers.add("content-length", Integer.toString(body.readableBytes()));
        return new HttpCall(new RequestHead("POST", path, authority, "http", HttpProtocol.HTTP_1_1, headers), body);
    }
}
