package dev.lateen.proxy.message;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Endpoint;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** One proxied TCP connection as telemetry and the access log see it. Belongs to one event loop. */
public final class TcpSession {
    private final ConnectionFacts connection;
    private final long startEpochMillis;
    private final long startNanos;
    private @Nullable Cluster cluster;
    private @Nullable Endpoint endpoint;
    private @Nullable InetSocketAddress upstreamLocalAddress;
    private @Nullable TlsFacts upstreamTls;
    private String upstreamTransportFailure = "";
    private String connectionTerminationDetails = "";
    private PeerMetadata downstreamPeer = PeerMetadata.UNKNOWN;
    private PeerMetadata upstreamPeer = PeerMetadata.UNKNOWN;
    private int responseFlags;
    private long receivedBytes;
    private long sentBytes;
    private long reportedReceived;
    private long reportedSent;
    private long completeNanos = Exchange.NEVER;

    public TcpSession(ConnectionFacts connection, long startEpochMillis, long startNanos) {
        this.connection = connection;
        this.startEpochMillis = startEpochMillis;
        this.startNanos = startNanos;
    }

    public ConnectionFacts connection() {
        return connection;
    }

    public long startEpochMillis() {
        return startEpochMillis;
    }

    public long startNanos() {
        return startNanos;
    }

    public @Nullable Cluster cluster() {
        return cluster;
    }

    public void cluster(Cluster chosen) {
        cluster = chosen;
    }

    public @Nullable Endpoint endpoint() {
        return endpoint;
    }

    public void endpoint(Endpoint picked) {
        endpoint = picked;
    }

    public @Nullable InetSocketAddress upstreamLocalAddress() {
        return upstreamLocalAddress;
    }

    /** What the handshake with the latest upstream host told (the peer is that host); null for clear text. */
    public @Nullable TlsFacts upstreamTls() {
        return upstreamTls;
    }

    /** Whether both sides of the upstream connection showed a certificate with a URI SAN, as mutual TLS in a mesh does. */
    public boolean upstreamMutualTls() {
        return upstreamTls != null && !upstreamTls.localUriSan().isEmpty();
    }

    public void upstreamConnection(@Nullable InetSocketAddress localAddress, @Nullable TlsFacts tls) {
        upstreamLocalAddress = localAddress;
        upstreamTls = tls;
    }

    /** Who the client is, once it said so. */
    public PeerMetadata downstreamPeer() {
        return downstreamPeer;
    }

    public void downstreamPeer(PeerMetadata peer) {
        downstreamPeer = peer;
    }

    /** Who the upstream host is, once it said so. */
    public PeerMetadata upstreamPeer() {
        return upstreamPeer;
    }

    public void upstreamPeer(PeerMetadata peer) {
        upstreamPeer = peer;
    }

    public String upstreamTransportFailure() {
        return upstreamTransportFailure;
    }

    public void upstreamTransportFailure(String reason) {
        upstreamTransportFailure = reason;
    }

    /** Envoy's {@code %CONNECTION_TERMINATION_DETAILS%}, such as {@code rbac_access_denied_matched_policy[none]}. */
    public String connectionTerminationDetails() {
        return connectionTerminationDetails;
    }

    public void connectionTerminationDetails(String details) {
        connectionTerminationDetails = details;
    }

    public int responseFlags() {
        return responseFlags;
    }

    public void addFlag(ResponseFlag flag) {
        responseFlags |= flag.bit();
    }

    /** Bytes from downstream so far. */
    public long receivedBytes() {
        return receivedBytes;
    }

    public void addReceivedBytes(long bytes) {
        receivedBytes += bytes;
    }

    /** Bytes to downstream so far. */
    public long sentBytes() {
        return sentBytes;
    }

    public void addSentBytes(long bytes) {
        sentBytes += bytes;
    }

    /** Bytes from downstream since the last call. */
    public long takeUnreportedReceived() {
        long fresh = receivedBytes - reportedReceived;
        reportedReceived = receivedBytes;
        return fresh;
    }

    /** Bytes to downstream since the last call. */
    public long takeUnreportedSent() {
        long fresh = sentBytes - reportedSent;
        reportedSent = sentBytes;
        return fresh;
    }

    public long completeNanos() {
        return completeNanos;
    }

    public void completeNanos(long nanos) {
        completeNanos = nanos;
    }
}
