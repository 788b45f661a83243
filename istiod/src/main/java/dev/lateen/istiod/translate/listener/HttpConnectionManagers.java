package dev.lateen.istiod.translate.listener;

import com.google.protobuf.BoolValue;
import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.mesh.ProxySettings;
import dev.lateen.istiod.registry.Protocol;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.tls.XdsSources;
import dev.lateen.istiod.translate.view.HeaderSettings;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension;
import io.envoyproxy.envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig;

/** The HTTP connection managers of a proxy, as Istio sets them up for each side. */
public final class HttpConnectionManagers {
    /** The filter's name. */
    public static final String NAME = "envoy.filters.network.http_connection_manager";

    private static final String SERVER = "istio-envoy";
    private final ProxyView view;

    HttpConnectionManagers(ProxyView view) {
        this.view = view;
    }

    Filter outbound(String statPrefix, String routeName, Protocol protocol) {
        HttpConnectionManager.Builder manager = start(statPrefix, HttpFilters.Side.OUTBOUND, protocol)
                .setRds(rds(routeName))
                .setUseRemoteAddress(BoolValue.of(false));
        if (protocol == Protocol.HTTP_PROXY) {
            manager.setHttpProtocolOptions(Http1ProtocolOptions.newBuilder().setAllowAbsoluteUrl(BoolValue.of(true)));
        }
        return filter(manager);
    }

    Filter inbound(String statPrefix, RouteConfiguration routes, Protocol protocol) {
        return filter(start(statPrefix, HttpFilters.Side.INBOUND, protocol)
                .setRouteConfig(routes)
                .setUseRemoteAddress(BoolValue.of(false))
                .setForwardClientCertDetails(
                        details(HeaderSettings.of(view).clientCert(), ForwardClientCertDetails.APPEND_FORWARD))
                .setSetCurrentClientCertDetails(SetCurrentClientCertDetails.newBuilder()
                        .setSubject(BoolValue.of(true))
                        .setDns(true)
                        .setUri(true)));
    }

    Filter gateway(String statPrefix, String routeName, Protocol protocol) {
        ProxySettings.Topology topology = view.settings().topology();
        HttpConnectionManager.Builder manager = start(statPrefix, HttpFilters.Side.GATEWAY, protocol)
                .setRds(rds(routeName))
                .setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance())
                .setUseRemoteAddress(BoolValue.of(true));
        ForwardClientCertDetails details = topology == null
                ? ForwardClientCertDetails.SANITIZE_SET
                : details(topology.forwardClientCertDetails(), ForwardClientCertDetails.SANITIZE_SET);
        manager.setForwardClientCertDetails(details);
        if (details == ForwardClientCertDetails.SANITIZE_SET || details == ForwardClientCertDetails.APPEND_FORWARD) {
            manager.setSetCurrentClientCertDetails(SetCurrentClientCertDetails.newBuilder()
                    .setSubject(BoolValue.of(true))
                    .setCert(true)
                    .setDns(true)
                    .setUri(true));
        }
        if (topology != null) {
            manager.setXffNumTrustedHops((int) topology.numTrustedProxies());
        }
        return filter(manager);
    }

    private static ForwardClientCertDetails details(
            ProxySettings.ForwardClientCert said, ForwardClientCertDetails otherwise) {
        return switch (said) {
            case UNDEFINED -> otherwise;
            case SANITIZE_SET -> ForwardClientCertDetails.SANITIZE_SET;
            case SANITIZE -> ForwardClientCertDetails.SANITIZE;
            case FORWARD_ONLY -> ForwardClientCertDetails.FORWARD_ONLY;
            case APPEND_FORWARD -> ForwardClientCertDetails.APPEND_FORWARD;
            case ALWAYS_FORWARD_ONLY -> ForwardClientCertDetails.ALWAYS_FORWARD_ONLY;
        };
    }

    private static Filter filter(HttpConnectionManager.Builder manager) {
        return Filter.newBuilder()
                .setName(NAME)
                .setTypedConfig(Protos.any(manager.build()))
                .build();
    }

    private static Rds rds(String routeName) {
        return Rds.newBuilder()
                .setConfigSource(XdsSources.ADS)
                .setRouteConfigName(routeName)
                .build();
    }

    private HttpConnectionManager.Builder start(String statPrefix, HttpFilters.Side side, Protocol protocol) {
        boolean inbound = side == HttpFilters.Side.INBOUND;
        boolean useRequestId = view.telemetry().tracing(inbound).useRequestId();
        HttpConnectionManager.Builder manager = HttpConnectionManager.newBuilder()
                .setStatPrefix(statPrefix)
                .setProxy100Continue(true)
                .setStreamIdleTimeout(Protos.ZERO)
                .addUpgradeConfigs(
                        HttpConnectionManager.UpgradeConfig.newBuilder().setUpgradeType("websocket"))
                .setRequestIdExtension(RequestIDExtension.newBuilder()
                        .setTypedConfig(Protos.any(UuidRequestIdConfig.newBuilder()
                                .setUseRequestIdForTraceSampling(BoolValue.of(useRequestId))
                                .build())))
                .addAllHttpFilters(HttpFilters.of(view, side, protocol == Protocol.GRPC_WEB))
                .addAllAccessLog(AccessLogs.of(view, inbound));
        normalise(
                manager, view.snapshot().mesh().listeners().pathNormalization().normalization());
        headers(manager, side);
        Tracing.of(view, inbound).ifPresent(manager::setTracing);
        return manager;
    }

    private void headers(HttpConnectionManager.Builder manager, HttpFilters.Side side) {
        HeaderSettings headers = HeaderSettings.of(view);
        if (headers.server() == null) {
            manager.setServerHeaderTransformation(HttpConnectionManager.ServerHeaderTransformation.PASS_THROUGH);
        } else if (!headers.server().isEmpty()) {
            manager.setServerName(headers.server());
        } else if (side != HttpFilters.Side.OUTBOUND) {
            manager.setServerName(SERVER);
        }
        if (!headers.requestId()) {
            manager.setGenerateRequestId(BoolValue.of(false));
        }
        manager.setAppendXForwardedPort(headers.forwardedPort());
    }

    private static void normalise(HttpConnectionManager.Builder manager, MeshConfig.NormalizationType type) {
        manager.setPathWithEscapedSlashesAction(PathWithEscapedSlashesAction.KEEP_UNCHANGED)
                .setNormalizePath(BoolValue.of(type != MeshConfig.NormalizationType.NONE));
        switch (type) {
            case NONE, BASE, DEFAULT -> {}
            case MERGE_SLASHES -> manager.setMergeSlashes(true);
            case DECODE_AND_MERGE_SLASHES ->
                manager.setMergeSlashes(true)
                        .setPathWithEscapedSlashesAction(PathWithEscapedSlashesAction.UNESCAPE_AND_FORWARD);
        }
    }
}
