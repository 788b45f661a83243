package dev.lateen.proxy.message;

import org.jspecify.annotations.Nullable;

/**
 * The head of a request: what HTTP/2 carries in pseudo-headers stands in fields, for both protocols, and {@code host} is never among the
 * headers. Filters may edit it until the router has sent it. Belongs to one event loop.
 */
public final class RequestHead {
    private String method;
    private String path;
    private String authority;
    private @Nullable Authority parsed;
    private String scheme;
    private final HttpProtocol protocol;
    private final HeaderMap headers;

    /**
     * @param method as sent, such as {@code GET}
     * @param path path and query, beginning with a slash (or {@code *}; empty for CONNECT)
     * @param authority host with its port if it was given; empty when an HTTP/1.0 request has none
     * @param scheme {@code http} or {@code https}
     */
    public RequestHead(
            String method, String path, String authority, String scheme, HttpProtocol protocol, HeaderMap headers) {
        this.method = method;
        this.path = path;
        this.authority = authority;
        this.scheme = scheme;
        this.protocol = protocol;
        this.headers = headers;
    }

    public String method() {
        return method;
    }

    /** Path with query, as it will be sent. */
    public String path() {
        return path;
    }

    public String authority() {
        return authority;
    }

    /** The authority taken apart, once for each that it was given. */
    public Authority parsedAuthority() {
        Authority known = parsed;
        if (known == null) {
            known = Authority.of(authority);
            parsed = known;
        }
        return known;
    }

    public String scheme() {
        return scheme;
    }

    /** The protocol it came by. */
    public HttpProtocol protocol() {
        return protocol;
    }

    public HeaderMap headers() {
        return headers;
    }

    public void method(String newMethod) {
        method = newMethod;
    }

    public void path(String newPath) {
        path = newPath;
    }

    public void authority(String newAuthority) {
        authority = newAuthority;
        parsed = null;
    }

    public void scheme(String newScheme) {
        scheme = newScheme;
    }

    /** The path up to {@code ?} or {@code #}. */
    public String pathWithoutQuery() {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '?' || c == '#') {
                return path.substring(0, i);
            }
        }
        return path;
    }

    /** A copy whose headers can be edited without touching this one; for retries and mirrors. */
    public RequestHead copy() {
        return new RequestHead(method, path, authority, scheme, protocol, headers.copy());
    }

    /** Whether this is a gRPC request: its content-type is {@code application/grpc}, alone or with a suffix. */
    public boolean isGrpc() {
        CharSequence type = headers.get("content-type");
        return type != null && startsWithGrpc(type);
    }

    static boolean startsWithGrpc(CharSequence type) {
        String grpc = "application/grpc";
        if (type.length() < grpc.length()) {
            return false;
        }
        for (int i = 0; i < grpc.length(); i++) {
            if (type.charAt(i) != grpc.charAt(i)) {
                return false;
            }
        }
        return type.length() == grpc.length() || type.charAt(grpc.length()) == '+' || type.charAt(grpc.length()) == ';';
    }
}
