package dev.lateen.istiod.translate.listener;

import dev.lateen.istiod.translate.policy.SecurityFilters;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.view.HeaderSettings;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.grpc_stats.v3.FilterConfig;
import io.envoyproxy.envoy.extensions.filters.http.grpc_web.v3.GrpcWeb;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.List;

/** The HTTP filters of a connection manager, in Istio's order. */
final class HttpFilters {
    private static final HttpFilter GRPC_WEB =
            Protos.httpFilter("envoy.filters.http.grpc_web", GrpcWeb.getDefaultInstance());
    private static final HttpFilter GRPC_STATS = Protos.httpFilter(
            "envoy.filters.http.grpc_stats",
            FilterConfig.newBuilder()
                    .setEmitFilterState(true)
                    .setStatsForAllMethods(com.google.protobuf.BoolValue.of(false))
                    .build());
    private static final HttpFilter FAULT =
            Protos.httpFilter("envoy.filters.http.fault", HTTPFault.getDefaultInstance());
    private static final HttpFilter CORS = Protos.httpFilter("envoy.filters.http.cors", Cors.getDefaultInstance());

    private HttpFilters() {}

    /** Which side of a proxy the filters are for. */
    enum Side {
        INBOUND,
        OUTBOUND,
        GATEWAY
    }

    static List<HttpFilter> of(ProxyView view, Side side, boolean grpcWeb) {
        List<HttpFilter> filters = new ArrayList<>();
        boolean istio = view.client().knowsIstioFilters();
        if (istio) {
            filters.add(IstioFilters.peerMetadata(
                    side == Side.INBOUND, HeaderSettings.of(view).peersOutside()));
        }
        if (side != Side.OUTBOUND) {
            // Who calls must be known before it is asked what they may do.
            SecurityFilters security = new SecurityFilters(view);
            filters.addAll(security.custom());
            filters.addAll(security.requestAuthentication());
            filters.addAll(security.authorization());
        }
        if (grpcWeb) {
            filters.add(GRPC_WEB);
        }
        filters.add(GRPC_STATS);
        if (istio && side != Side.INBOUND) {
            filters.add(IstioFilters.alpn());
        }
        filters.add(FAULT);
        filters.add(CORS);
        if (istio && !view.telemetry().metrics(side == Side.INBOUND).off()) {
            filters.add(IstioFilters.stats(view, side == Side.INBOUND));
        }
        filters.add(Protos.httpFilter(
                "envoy.filters.http.router",
                Router.newBuilder()
                        .setSuppressEnvoyHeaders(!HeaderSettings.of(view).debug())
                        .build()));
        return filters;
    }
}
