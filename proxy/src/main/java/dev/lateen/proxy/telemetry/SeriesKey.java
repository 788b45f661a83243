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
 * @param inbound whether we report as the destination
 * @param peer the other side by its metadata
 * @param endpointWorkload {@code istio.workload} of the upstream host, empty when not given
 * @param peerPrincipal the other side's SPIFFE identity or empty
 * @param localPrincipal our own on that connection or empty
 * @param service what the cluster says it is, null when it says nothing
 * @param clusterName only where it stands in for the service's name, else empty; the cluster itself would make new series with each of its changes
 * @param host the request's authority where the cluster names no service, else empty
 * @param grpcStatus {@code grpc-status}, empty for plain HTTP
 */
record SeriesKey(
        boolean inbound,
        PeerMetadata peer,
        String endpointWorkload,
        String peerPrincipal,
        String localPrincipal,
        @Nullable DestinationService service,
        String clusterName,
        String host,
        boolean grpc,
        int status,
        int flags,
        String grpcStatus,
        boolean mutualTls) {

    static SeriesKey of(ExchangeFacts exchange, boolean inbound, boolean hostFallback) {
        boolean grpc = exchange.request().isGrpc();
        Cluster cluster = exchange.cluster();
        boolean needsHost =
                hostFallback && (cluster == null || cluster.services().isEmpty());
        TlsFacts tls = inbound ? exchange.connection().tls() : exchange.upstreamTls();
        return new SeriesKey(
                inbound,
                inbound ? exchange.downstreamPeer() : exchange.upstreamPeer(),
                inbound ? "" : workload(exchange.endpoint()),
                tls == null ? "" : PeerMetadata.bounded(tls.peerPrincipal()),
                tls == null ? "" : tls.localUriSan(),
                service(cluster),
                clusterName(exchange),
                needsHost ? PeerMetadata.bounded(exchange.request().authority()) : "",
                grpc,
                exchange.responseStatus(),
                exchange.responseFlags(),
                grpc ? grpcStatus(exchange) : "",
                inbound ? exchange.connection().mutualTls() : exchange.upstreamMutualTls());
    }

    static SeriesKey of(TcpSession session, boolean inbound) {
        ConnectionFacts connection = session.connection();
        TlsFacts tls = inbound ? connection.tls() : session.upstreamTls();
        return new SeriesKey(
                inbound,
                inbound ? session.downstreamPeer() : session.upstreamPeer(),
                inbound ? "" : workload(session.endpoint()),
                tls == null ? "" : PeerMetadata.bounded(tls.peerPrincipal()),
                tls == null ? "" : tls.localUriSan(),
                service(session.cluster()),
                clusterName(session.cluster()),
                "",
                false,
                0,
                session.responseFlags(),
                "",
                inbound ? connection.mutualTls() : session.upstreamMutualTls());
    }

    private static @Nullable DestinationService service(@Nullable Cluster cluster) {
        return cluster == null || cluster.services().isEmpty()
                ? null
                : cluster.services().getFirst();
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
                        || !cluster.services().isEmpty()
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
