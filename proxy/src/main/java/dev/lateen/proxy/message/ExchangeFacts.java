package dev.lateen.proxy.message;

import dev.lateen.proxy.model.Route;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response as filters, the router, telemetry and the access log share it: Envoy's stream info. The data path fills it
 * in as things become known; whoever comes later in the chain reads it. Belongs to one event loop; never kept after its completion.
 */
public final class ExchangeFacts extends StreamFacts {
    private final RequestHead request;

    private String originalPath;
    private InetSocketAddress clientAddress;
    private List<String> upstreamAlpn = List.of();
    private @Nullable ResponseHead response;
    private @Nullable HeaderMap responseTrailers;
    private @Nullable Route route;
    private String virtualHostName = "";
    private String responseCodeDetails = "";
    private int attempts;
    private long upstreamFirstByteSentNanos = NEVER;
    private long upstreamFirstByteReceivedNanos = NEVER;
    private long requestCompleteNanos = NEVER;
    private @Nullable Object traceSpan;
    private @Nullable String operation;
    private boolean operationTold;

    /**
     * @param startEpochMillis wall-clock time of the head's arrival
     * @param startNanos the same on the monotonic clock
     */
    public ExchangeFacts(ConnectionFacts connection, RequestHead request, long startEpochMillis, long startNanos) {
        super(connection, startEpochMillis, startNanos);
        this.request = request;
        this.originalPath = request.path();
        this.clientAddress = connection.remoteAddress();
    }

    /** The request's head, edited so far. */
    public RequestHead request() {
        return request;
    }

    /** The path as the client sent it, before rewrites. */
    public String originalPath() {
        return originalPath;
    }

    public void originalPath(String path) {
        originalPath = path;
    }

    /**
     * The trusted client's address: Envoy's downstream remote address, taken from {@code X-Forwarded-For} as {@code use_remote_address} and
     * {@code xff_num_trusted_hops} say; the peer's own until the connection manager sets it.
     */
    @Override
    public InetSocketAddress clientAddress() {
        return clientAddress;
    }

    public void clientAddress(InetSocketAddress trusted) {
        clientAddress = trusted;
    }

    /** What to offer upstream by ALPN instead of the cluster's own list (filter {@code istio.alpn}); empty keeps the cluster's. */
    public List<String> upstreamAlpn() {
        return upstreamAlpn;
    }

    /** @param protocols immutable, in order of preference */
    public void upstreamAlpn(List<String> protocols) {
        upstreamAlpn = protocols;
    }

    /** The response's head once there is one, whoever made it. */
    public @Nullable ResponseHead response() {
        return response;
    }

    public void response(ResponseHead head) {
        response = head;
    }

    /** The status sent downstream, 0 while there is none. */
    public int responseStatus() {
        return response == null ? 0 : response.status();
    }

    public @Nullable HeaderMap responseTrailers() {
        return responseTrailers;
    }

    public void responseTrailers(HeaderMap trailers) {
        responseTrailers = trailers;
    }

    /** The matched route, null before matching and when nothing matched. */
    public @Nullable Route route() {
        return route;
    }

    public String virtualHostName() {
        return virtualHostName;
    }

    /** @param virtualHost empty when none matched */
    public void route(@Nullable Route matched, String virtualHost) {
        route = matched;
        virtualHostName = virtualHost;
    }

    /** Envoy's {@code %RESPONSE_CODE_DETAILS%}, such as {@code via_upstream} or {@code route_not_found}; empty while unknown. */
    public String responseCodeDetails() {
        return responseCodeDetails;
    }

    public void responseCodeDetails(String details) {
        responseCodeDetails = details;
    }

    /** Upstream attempts made so far; 1 is the first try. */
    public int attempts() {
        return attempts;
    }

    public void attempts(int count) {
        attempts = count;
    }

    public long upstreamFirstByteSentNanos() {
        return upstreamFirstByteSentNanos;
    }

    public void upstreamFirstByteSentNanos(long nanos) {
        upstreamFirstByteSentNanos = nanos;
    }

    public long upstreamFirstByteReceivedNanos() {
        return upstreamFirstByteReceivedNanos;
    }

    public void upstreamFirstByteReceivedNanos(long nanos) {
        upstreamFirstByteReceivedNanos = nanos;
    }

    public long requestCompleteNanos() {
        return requestCompleteNanos;
    }

    public void requestCompleteNanos(long nanos) {
        requestCompleteNanos = nanos;
    }

    /** The tracer's own state for this exchange, opaque to everybody else. */
    public @Nullable Object traceSpan() {
        return traceSpan;
    }

    public void traceSpan(Object span) {
        traceSpan = span;
    }

    /** What this request is called in traces, by its route or by the other side; null while nobody has said. */
    public @Nullable String operation() {
        return operation;
    }

    /** Whether the other side of the connection said so, and not the route. */
    public boolean operationTold() {
        return operationTold;
    }

    public void operation(String name, boolean told) {
        operation = name;
        operationTold = told;
    }
}
