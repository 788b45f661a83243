package dev.lateen.proxy.telemetry;

import dev.lateen.api.xds.WellKnown;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.DestinationService;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.Route;
import org.jspecify.annotations.Nullable;

/**
 * What makes two exchanges count in the same series, held as the objects that the labels come from: comparing those is far cheaper than
 * building twenty-five labels for each request, which happens once a series.
 *
 * @param side who reports, and whether the connection was mutual TLS
 * @param peer the other side by its metadata
 * @param endpointWorkload {@code istio.workload} of the upstream host, empty when not given
 * @param peerPrincipal the other side's SPIFFE identity or empty
 * @param localPrincipal our own on that connection or empty
 * @param service what the cluster says it is, null when it says nothing
 * @param names what stands in for the service's
 * @param grpcStatus {@code grpc-status}, empty when it is not known; null for what is not gRPC
 */
record SeriesKey(
        Side side,
        PeerMetadata peer,
        String endpointWorkload,
        String peerPrincipal,
        String localPrincipal,
        @Nullable DestinationService service,
        Names names,
        int status,
        int flags,
        @Nullable String grpcStatus) {

    /** Who reports. */
    enum Side {
        SOURCE,
        MUTUAL_TLS_SOURCE,
        DESTINATION,
        MUTUAL_TLS_DESTINATION;

        static Side of(boolean inbound, boolean mutualTls) {
            if (inbound) {
                return mutualTls ? MUTUAL_TLS_DESTINATION : DESTINATION;
            }
            return mutualTls ? MUTUAL_TLS_SOURCE : SOURCE;
        }
    }

    /**
     * What stands in for a service's name.
     *
     * @param cluster only where it stands in, else empty; the cluster itself would make new series with each of its changes
     * @param host the request's authority where the cluster names no service, else empty
     */
    record Names(String cluster, String host) {
        static final Names NONE = new Names("", "");

        static Names of(String cluster, String host) {
            return cluster.isEmpty() && host.isEmpty() ? NONE : new Names(cluster, host);
        }
    }

    /** Whether we report as the destination. */
    boolean inbound() {
        return side == Side.DESTINATION || side == Side.MUTUAL_TLS_DESTINATION;
    }

    boolean mutualTls() {
        return side == Side.MUTUAL_TLS_SOURCE || side == Side.MUTUAL_TLS_DESTINATION;
    }

    static SeriesKey of(ExchangeFacts exchange, boolean inbound, boolean hostFallback) {
        Cluster cluster = exchange.cluster();
        boolean needsHost =
                hostFallback && (cluster == null || cluster.origin().services().isEmpty());
        TlsFacts tls = inbound ? exchange.connection().tls() : exchange.upstreamTls();
        boolean mutualTls = inbound ? exchange.connection().mutualTls() : exchange.upstreamMutualTls();
        return new SeriesKey(
                Side.of(inbound, mutualTls),
                inbound ? exchange.downstreamPeer() : exchange.upstreamPeer(),
                inbound ? "" : workload(exchange.endpoint()),
                tls == null ? "" : PeerMetadata.bounded(tls.peerPrincipal()),
                tls == null ? "" : tls.localUriSan(),
                service(cluster),
                Names.of(
                        clusterName(exchange),
                        needsHost ? PeerMetadata.bounded(exchange.request().authority()) : ""),
                exchange.responseStatus(),
                exchange.responseFlags(),
                exchange.request().isGrpc() ? grpcStatus(exchange) : null);
    }

    static SeriesKey of(TcpSession session, boolean inbound) {
        ConnectionFacts connection = session.connection();
        TlsFacts tls = inbound ? connection.tls() : session.upstreamTls();
        boolean mutualTls = inbound ? connection.mutualTls() : session.upstreamMutualTls();
        return new SeriesKey(
                Side.of(inbound, mutualTls),
                inbound ? session.downstreamPeer() : session.upstreamPeer(),
                inbound ? "" : workload(session.endpoint()),
                tls == null ? "" : PeerMetadata.bounded(tls.peerPrincipal()),
                tls == null ? "" : tls.localUriSan(),
                service(session.cluster()),
                Names.of(clusterName(session.cluster()), ""),
                0,
                session.responseFlags(),
                null);
    }

    /** What is counted together once there are too many series. */
    static SeriesKey overflow(boolean inbound) {
        return new SeriesKey(Side.of(inbound, false), PeerMetadata.UNKNOWN, "", "", "", null, Names.NONE, 0, 0, null);
    }

    private static @Nullable DestinationService service(@Nullable Cluster cluster) {
        return cluster == null || cluster.origin().services().isEmpty()
                ? null
                : cluster.origin().services().getFirst();
    }

    /** Hosts that no resource declares count under what becomes of them, whether or not a cluster was ever asked. */
    private static String clusterName(ExchangeFacts exchange) {
        Route route = exchange.route();
        if (route == null) {
            return clusterName(exchange.cluster());
        }
        return switch (route.name()) {
            case WellKnown.BLOCK_ALL -> WellKnown.BLACK_HOLE_CLUSTER;
            case WellKnown.ALLOW_ANY -> WellKnown.PASSTHROUGH_CLUSTER;
            default -> clusterName(exchange.cluster());
        };
    }

    private static String clusterName(@Nullable Cluster cluster) {
        return cluster == null
                        || !cluster.origin().services().isEmpty()
                        || cluster.name().indexOf('|') >= 0
                ? ""
                : cluster.name();
    }

    private static String workload(@Nullable Endpoint endpoint) {
        return endpoint == null ? "" : endpoint.workload();
    }

    static String grpcStatus(ExchangeFacts exchange) {
        CharSequence status = exchange.responseTrailers() == null
                ? null
                : exchange.responseTrailers().get("grpc-status");
        if (status == null && exchange.response() != null) {
            status = exchange.response().headers().get("grpc-status");
        }
        return status == null || status.length() > 2 ? "" : status.toString();
    }
}
