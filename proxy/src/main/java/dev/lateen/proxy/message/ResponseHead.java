package dev.lateen.proxy.message;

/** The head of a response; filters may edit it on its way down. Belongs to one event loop. */
public final class ResponseHead {
    private final int status;
    private final HeaderMap headers;

    /** @param status 100 to 599 */
    public ResponseHead(int status, HeaderMap headers) {
        this.status = status;
        this.headers = headers;
    }

    public int status() {
        return status;
    }

    public HeaderMap headers() {
        return headers;
    }

    /** Whether this is a gRPC answer: its content-type is {@code application/grpc}, alone or with a suffix. */
    public boolean isGrpc() {
        CharSequence type = headers.get("content-type");
        return type != null && RequestHead.startsWithGrpc(type);
    }
}
