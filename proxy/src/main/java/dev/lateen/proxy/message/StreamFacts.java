package dev.lateen.proxy.message;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.StructValue;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP exchange and a TCP session have in common as filters, telemetry and the access log see them: Envoy's stream info. The data path fills it in as things become
 * known. Belongs to one event loop; never kept after its completion.
 */
public abstract sealed class StreamFacts permits ExchangeFacts, TcpSession {
    /** The time of an event that has not happened. */
    public static final long NEVER = Long.MIN_VALUE;

    private final ConnectionFacts connection;
    private final long startEpochMillis;
    private final long startNanos;
    private @Nullable Cluster cluster;
    private @Nullable Endpoint endpoint;
    private @Nullable InetSocketAddress upstreamLocalAddress;
    private @Nullable TlsFacts upstreamTls;
    private PeerMetadata downstreamPeer = PeerMetadata.UNKNOWN;
    private PeerMetadata upstreamPeer = PeerMetadata.UNKNOWN;
    private Map<String, StructValue.Struct> dynamicMetadata = Map.of();
    private String upstreamTransportFailure = "";
    private int responseFlags;
    private long receivedBytes;
    private long sentBytes;
    private long completeNanos = NEVER;

    StreamFacts(ConnectionFacts connection, long startEpochMillis, long startNanos) {
        this.connection = connection;
        this.startEpochMillis = startEpochMillis;
        this.startNanos = startNanos;
    }

    /** The downstream connection. */
    public final ConnectionFacts connection() {
        return connection;
    }

    /** Whom the other side takes for the client: the peer of the connection, unless more is known. */
    public InetSocketAddress clientAddress() {
        return connection.remoteAddress();
    }

    /** Wall-clock time of its beginning. */
    public final long startEpochMillis() {
        return startEpochMillis;
    }

    /** The same on the monotonic clock. */
    public final long startNanos() {
        return startNanos;
    }

    /** The cluster it goes to, null before the choice and for local replies. */
    public final @Nullable Cluster cluster() {
        return cluster;
    }

    public final void cluster(@Nullable Cluster chosen) {
        cluster = chosen;
    }

    /** The upstream host of the latest attempt. */
    public final @Nullable Endpoint endpoint() {
        return endpoint;
    }

    public final void endpoint(@Nullable Endpoint picked) {
        endpoint = picked;
    }

    /** This side of the latest upstream connection; null before there is one. */
    public final @Nullable InetSocketAddress upstreamLocalAddress() {
        return upstreamLocalAddress;
    }

    /** What the handshake with the latest upstream host told (the peer is that host); null for clear text. */
    public final @Nullable TlsFacts upstreamTls() {
        return upstreamTls;
    }

    /** Whether both sides of the upstream connection showed a certificate with a URI SAN, as mutual TLS in a mesh does. */
    public final boolean upstreamMutualTls() {
        return upstreamTls != null && !upstreamTls.localUriSan().isEmpty();
    }

    public final void upstreamConnection(@Nullable InetSocketAddress localAddress, @Nullable TlsFacts tls) {
        upstreamLocalAddress = localAddress;
        upstreamTls = tls;
    }

    /** Who the client is, once it said so. */
    public final PeerMetadata downstreamPeer() {
        return downstreamPeer;
    }

    public final void downstreamPeer(PeerMetadata peer) {
        downstreamPeer = peer;
    }

    /** Who the upstream host is, once it said so. */
    public final PeerMetadata upstreamPeer() {
        return upstreamPeer;
    }

    public final void upstreamPeer(PeerMetadata peer) {
        upstreamPeer = peer;
    }

    /** What filters left for those behind them, for conditions and for logs, by namespace: Envoy's dynamic metadata. Immutable; empty for most. */
    public final Map<String, StructValue.Struct> dynamicMetadata() {
        return dynamicMetadata;
    }

    /**
     * Leaves metadata. In a namespace that is there, keys are added and those that are there replaced, with everything below them, as Envoy's
     * {@code setDynamicMetadata} does.
     *
     * @param namespace as a rule the filter's name, such as {@code envoy.filters.http.jwt_authn}
     */
    public final void addDynamicMetadata(String namespace, StructValue.Struct values) {
        StructValue.Struct before = dynamicMetadata.get(namespace);
        StructValue.Struct merged = values;
        if (before != null) {
            Map<String, StructValue> fields = new HashMap<>(before.fields());
            fields.putAll(values.fields());
            merged = new StructValue.Struct(fields);
        }
        Map<String, StructValue.Struct> next = new HashMap<>(dynamicMetadata);
        next.put(namespace, merged);
        dynamicMetadata = Map.copyOf(next);
    }

    /** Envoy's {@code %UPSTREAM_TRANSPORT_FAILURE_REASON%}; empty for none. */
    public final String upstreamTransportFailure() {
        return upstreamTransportFailure;
    }

    public final void upstreamTransportFailure(String reason) {
        upstreamTransportFailure = reason;
    }

    /** Bits of {@link ResponseFlag#bit()}. */
    public final int responseFlags() {
        return responseFlags;
    }

    public final boolean hasFlag(ResponseFlag flag) {
        return (responseFlags & flag.bit()) != 0;
    }

    public final void addFlag(ResponseFlag flag) {
        responseFlags |= flag.bit();
    }

    public final void removeFlag(ResponseFlag flag) {
        responseFlags &= ~flag.bit();
    }

    /** Bytes from downstream so far; of an exchange those of the body. */
    public final long receivedBytes() {
        return receivedBytes;
    }

    public final void addReceivedBytes(long bytes) {
        receivedBytes += bytes;
    }

    /** Bytes to downstream so far; of an exchange those of the body. */
    public final long sentBytes() {
        return sentBytes;
    }

    public final void addSentBytes(long bytes) {
        sentBytes += bytes;
    }

    /** When the last byte went downstream or all was given up; {@link #NEVER} before. */
    public final long completeNanos() {
        return completeNanos;
    }

    public final void completeNanos(long nanos) {
        completeNanos = nanos;
    }
}
