package dev.lateen.proxy.upstream;

import dev.lateen.proxy.forward.TransportSocketChoice;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.LoadAssignment.Locality;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One address of a cluster. It keeps its counters and its health across snapshots, while the endpoint's description may be replaced.
 * Compared by identity; safe for use from every event loop without a lock.
 */
public final class Host {
    private final InetSocketAddress address;
    private final String addressText;
    private final LoadCounters counters = new LoadCounters();
    private final OutlierState outlier = new OutlierState();
    private volatile Placement placement;
    private volatile @Nullable OutlierDetector detector;
    private volatile boolean removed;
    private volatile @Nullable Chosen chosen;
    private volatile @Nullable SlowStartTurns warming;

    Host(InetSocketAddress address, Placement placement) {
        this.address = address;
        this.addressText = text(address);
        this.placement = placement;
    }

    /** @param locality where it is; @param priority 0 is the highest */
    record Placement(Endpoint endpoint, Locality locality, int localityWeight, int priority) {}

    /** What a pick by one configuration comes to. */
    private record Chosen(Cluster cluster, PickedHost destination) {}

    static String text(InetSocketAddress address) {
        String ip = address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        if (ip.startsWith("/")) {
            return ip; // a Unix domain socket
        }
        return (ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip) + ":" + address.getPort();
    }

    /** Ready to connect to; a Unix domain socket is an unresolved address whose name is its path. */
    public InetSocketAddress address() {
        return address;
    }

    /** {@code ip:port} or a path, as Envoy prints {@code %UPSTREAM_HOST%}. */
    public String addressText() {
        return addressText;
    }

    /** Its description in the current snapshot; for a host found by DNS its {@code host} is the address, its {@code hostname} the name. */
    public Endpoint endpoint() {
        return placement.endpoint();
    }

    public Locality locality() {
        return placement.locality();
    }

    /** 0 is the highest. */
    public int priority() {
        return placement.priority();
    }

    Placement placement() {
        return placement;
    }

    void placement(Placement next) {
        placement = next;
    }

    /** What a pick comes to that ends at this host. Remembered until the cluster or the endpoint is another object. */
    @SuppressWarnings("ReferenceEquality")
    public PickedHost destination(Cluster cluster) {
        Endpoint endpoint = placement.endpoint();
        Chosen known = chosen;
        if (known == null || known.cluster != cluster || known.destination.endpoint() != endpoint) {
            known = new Chosen(
                    cluster, new PickedHost(this, endpoint, TransportSocketChoice.choose(cluster, endpoint, null)));
            chosen = known;
        }
        return known.destination;
    }

    /** Whether it is gone from the configuration: its idle connections should be closed and no new ones made. */
    public boolean isRemoved() {
        return removed;
    }

    void remove() {
        removed = true;
    }

    /** Whether outlier detection has ejected it for now. */
    public boolean isEjected() {
        return outlier.ejected();
    }

    /** Whether it may be picked outside a panic: described as healthy or degraded, and not ejected. */
    public boolean isAvailable() {
        return isAvailable(endpoint()) && !outlier.ejected();
    }

    static boolean isAvailable(Endpoint endpoint) {
        return switch (endpoint.health()) {
            case HEALTHY, DEGRADED -> true;
            case UNHEALTHY, DRAINING -> false;
        };
    }

    /** Null while it was never seen well, and always without a slow start. */
    @Nullable
    SlowStartTurns warming() {
        return warming;
    }

    void warming(SlowStartTurns begun) {
        warming = begun;
    }

    /** A request is about to be sent to it. */
    public void requestStarted() {
        counters.add(LoadCounters.REQUESTS_ACTIVE, 1);
        counters.add(LoadCounters.REQUESTS_TOTAL, 1);
    }

    /** That request is over, whatever came of it; once for each {@link #requestStarted}. */
    public void requestFinished() {
        counters.add(LoadCounters.REQUESTS_ACTIVE, -1);
    }

    /** A connection to it stands. */
    public void connectionOpened() {
        counters.add(LoadCounters.CONNECTIONS_ACTIVE, 1);
        counters.add(LoadCounters.CONNECTIONS_TOTAL, 1);
    }

    /** That connection is over; once for each {@link #connectionOpened}. */
    public void connectionClosed() {
        counters.add(LoadCounters.CONNECTIONS_ACTIVE, -1);
    }

    /** The upstream answered. @param status the response's status; the gRPC status of a trailers-only response mapped to HTTP as Envoy does */
    public void recordResponse(int status) {
        counters.add(status < 500 ? LoadCounters.REQUESTS_SUCCESS : LoadCounters.REQUESTS_ERROR, 1);
        OutlierDetector now = detector;
        if (now != null) {
            now.onResponse(this, status);
        }
    }

    /** A connection was made (the TLS handshake done). @param last whether nothing more will be told of it, as for TCP proxying */
    public void recordConnected(boolean last) {
        OutlierDetector now = detector;
        if (now != null) {
            now.onConnected(this, last);
        }
    }

    /** No connection, no answer in time, or a reset before an answer. @param ofRequest whether a request failed by it, not only a connection */
    public void recordFailure(LocalFailure failure, boolean ofRequest) {
        if (ofRequest) {
            counters.add(LoadCounters.REQUESTS_ERROR, 1);
            if (failure == LocalFailure.TIMEOUT) {
                counters.add(LoadCounters.REQUESTS_TIMEOUT, 1);
            }
        } else {
            counters.add(LoadCounters.CONNECTIONS_TOTAL, 1);
            counters.add(LoadCounters.CONNECTIONS_FAILED, 1);
        }
        OutlierDetector now = detector;
        if (now != null) {
            now.onLocalFailure(this, failure);
        }
    }

    void detector(@Nullable OutlierDetector next) {
        detector = next;
    }

    OutlierState outlier() {
        return outlier;
    }

    /** Requests under way now. */
    public long activeRequests() {
        return counters.get(LoadCounters.REQUESTS_ACTIVE);
    }

    /** Connections standing now. */
    public long activeConnections() {
        return counters.get(LoadCounters.CONNECTIONS_ACTIVE);
    }

    /** All counters; each by itself exact, together not of one moment. */
    public HostStats stats() {
        return new HostStats(
                counters.get(LoadCounters.REQUESTS_ACTIVE),
                counters.get(LoadCounters.REQUESTS_TOTAL),
                counters.get(LoadCounters.REQUESTS_SUCCESS),
                counters.get(LoadCounters.REQUESTS_ERROR),
                counters.get(LoadCounters.REQUESTS_TIMEOUT),
                counters.get(LoadCounters.CONNECTIONS_ACTIVE),
                counters.get(LoadCounters.CONNECTIONS_TOTAL),
                counters.get(LoadCounters.CONNECTIONS_FAILED));
    }

    @Override
    public String toString() {
        return "Host[" + addressText + "]";
    }
}
