package dev.lateen.istiod.translate.listener;

import com.google.protobuf.BoolValue;
import dev.lateen.api.networking.Sidecar;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.security.PeerAuthentication.MutualTls.Mode;
import dev.lateen.api.xds.Alpn;
import dev.lateen.api.xds.ClusterName;
import dev.lateen.api.xds.WellKnown;
import dev.lateen.istiod.model.InboundTls.Said;
import dev.lateen.istiod.registry.Protocol;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.route.RetryPolicies;
import dev.lateen.istiod.translate.route.RouteMatches;
import dev.lateen.istiod.translate.tls.DownstreamTlsContexts;
import dev.lateen.istiod.translate.view.InboundPort;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.route.v3.Decorator;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Inbound filter chains: by what the port speaks and what PeerAuthentication asks for, from one chain to five. Which one a connection
 * gets is decided by TLS or not, and by ALPN.
 */
final class FilterChainTranslator {
    static final List<String> PLAIN_HTTP = List.of(Alpn.HTTP_1_1, Alpn.H2C);
    private static final String TLS = "tls";
    private static final String PLAIN = "raw_buffer";
    private final ProxyView view;
    private final TransportSocket mutual;

    /** What one chain is for. */
    private record Kind(String transport, List<String> alpn, boolean http, boolean endsTls) {}

    /**
     * Where the chains lead.
     *
     * @param name of the chains for HTTP, and by {@code tcpName} of the others
     * @param port to match, 0 for none
     * @param operation names spans: {@code host:port}
     */
    record Target(
            String name,
            String tcpName,
            int port,
            String cluster,
            String routeName,
            String virtualHost,
            String statPrefix,
            String operation) {}

    FilterChainTranslator(ProxyView view) {
        this.view = view;
        this.mutual =
                DownstreamTlsContexts.mesh(view.snapshot().mesh(), view.client().knowsIstioFilters());
    }

    /**
     * The chains for ports that no service names.
     *
     * @param port one that has a mode of its own; 0 for all others
     */
    List<FilterChain> passthrough(Said mode, int port) {
        String cluster = WellKnown.INBOUND_PASSTHROUGH_CLUSTER;
        Target target = new Target(
                WellKnown.VIRTUAL_INBOUND_CATCH_ALL_HTTP,
                WellKnown.VIRTUAL_INBOUND,
                port,
                cluster,
                cluster,
                "inbound|http|0",
                cluster + ";",
                ":0");
        return chains(target, Protocol.AUTO, mode, null);
    }

    /** The chains of one port. */
    List<FilterChain> port(InboundPort port, Said mode, String listenerName, boolean matchPort) {
        String cluster = ClusterName.inbound(port.port()).toString();
        int servicePort = port.servicePort().number();
        String host =
                port.services().isEmpty() ? "" : port.services().getFirst().hostname();
        Target target = new Target(
                listenerName,
                listenerName,
                matchPort ? port.port() : 0,
                cluster,
                cluster,
                "inbound|http|" + servicePort,
                "inbound_" + listenerName + ";",
                host + ":" + servicePort);
        return chains(target, port.servicePort().protocol(), mode, port);
    }

    private List<FilterChain> chains(Target target, Protocol protocol, Said mode, @Nullable InboundPort port) {
        List<FilterChain> chains = new ArrayList<>();
        Metadata origin = origin(port, mode);
        TransportSocket ownTls = ownTls(port);
        List<Kind> kinds = ownTls == null
                ? kinds(protocol, mode.mode())
                : List.of(new Kind(TLS, List.of(), protocol.isHttp(), true));
        for (Kind kind : kinds) {
            FilterChainMatch.Builder match = FilterChainMatch.newBuilder()
                    .setTransportProtocol(kind.transport)
                    .addAllApplicationProtocols(kind.alpn);
            if (target.port() > 0) {
                match.setDestinationPort(Protos.u32(target.port()));
            }
            FilterChain.Builder chain = FilterChain.newBuilder()
                    .setName(kind.http ? target.name() : target.tcpName())
                    .setFilterChainMatch(match);
            if (!origin.equals(Metadata.getDefaultInstance())) {
                chain.setMetadata(origin);
            }
            if (kind.http) {
                chain.addFilters(http(target, protocol));
            } else {
                chain.addAllFilters(new TcpFilters(view).inbound(target.cluster()));
            }
            if (kind.endsTls) {
                // Istio leaves the time out here, and whoever begins handshakes and ends none holds a sidecar's memory.
                chain.setTransportSocket(ownTls == null ? mutual : ownTls)
                        .setTransportSocketConnectTimeout(ListenerFilters.HANDSHAKE_TIMEOUT);
            }
            chains.add(chain.build());
        }
        return chains;
    }

    /** Who declared the port, as Istio says it too, and who decided how connections to it are secured. */
    private Metadata origin(@Nullable InboundPort port, Said mode) {
        Resource<Sidecar> sidecar = view.scope().sidecar();
        Metadata origin = Metadata.getDefaultInstance();
        Sidecar.Ingress ingress = port == null ? null : port.ingress();
        if (sidecar != null && ingress != null) {
            String entry = "spec.ingress[" + sidecar.spec().ingress().indexOf(ingress) + "]";
            origin = Protos.provenance(sidecar.key(), entry);
            if (ingress.tls() != null) {
                return Protos.secured(origin, sidecar.key(), entry + ".tls");
            }
        }
        return mode.by() == null ? origin : Protos.secured(origin, mode.by(), mode.field());
    }

    // A Sidecar's ingress may end TLS with certificates of its own; the mesh's mTLS is then off for the port.
    private @Nullable TransportSocket ownTls(@Nullable InboundPort port) {
        if (port == null || port.ingress() == null || port.ingress().tls() == null) {
            return null;
        }
        return DownstreamTlsContexts.server(
                port.ingress().tls(),
                view.snapshot().mesh().security().tlsDefaults(),
                port.servicePort().protocol().isHttp());
    }

    private static List<Kind> kinds(Protocol protocol, Mode mode) {
        boolean http = protocol.isHttp();
        boolean auto = protocol == Protocol.AUTO;
        Kind mutualHttp = new Kind(TLS, Alpn.MESH_HTTP, true, true);
        Kind plainHttp = new Kind(PLAIN, PLAIN_HTTP, true, false);
        return switch (mode) {
            case STRICT ->
                auto
                        ? List.of(mutualHttp, new Kind(TLS, List.of(), false, true))
                        : List.of(new Kind(TLS, List.of(), http, true));
            case DISABLE ->
                auto
                        ? List.of(new Kind("", PLAIN_HTTP, true, false), new Kind("", List.of(), false, false))
                        : List.of(new Kind("", List.of(), http, false));
            case PERMISSIVE, UNSET -> {
                if (http) {
                    yield List.of(new Kind(TLS, Alpn.MESH_ANY, true, true), new Kind(PLAIN, List.of(), true, false));
                }
                List<Kind> kinds = new ArrayList<>();
                if (auto) {
                    kinds.add(mutualHttp);
                    kinds.add(plainHttp);
                }
                // TLS that is not the mesh's own belongs to the application. A client may take the port for HTTP and
                // say so in ALPN.
                kinds.add(new Kind(TLS, auto ? Alpn.MESH_TCP : Alpn.MESH_ANY, false, true));
                kinds.add(new Kind(PLAIN, List.of(), false, false));
                kinds.add(new Kind(TLS, List.of(), false, false));
                yield kinds;
            }
        };
    }

    private Filter http(Target target, Protocol protocol) {
        RouteAction action = RouteAction.newBuilder()
                .setCluster(target.cluster())
                .setTimeout(Protos.ZERO)
                .setRetryPolicy(RetryPolicies.inbound())
                .setMaxStreamDuration(RouteAction.MaxStreamDuration.newBuilder()
                        .setMaxStreamDuration(Protos.ZERO)
                        .setGrpcTimeoutHeaderMax(Protos.ZERO))
                .build();
        // gRPC says itself what may be tried again.
        boolean grpc = protocol == Protocol.GRPC || protocol == Protocol.GRPC_WEB;
        RouteConfiguration routes = RouteConfiguration.newBuilder()
                .setName(target.routeName())
                .setValidateClusters(BoolValue.of(false))
                .addVirtualHosts(VirtualHost.newBuilder()
                        .setName(target.virtualHost())
                        .addDomains("*")
                        .addRoutes(Route.newBuilder()
                                .setName("default")
                                .setMatch(RouteMatches.all())
                                .setRoute(
                                        grpc
                                                ? action.toBuilder()
                                                        .clearRetryPolicy()
                                                        .build()
                                                : action)
                                .setDecorator(Decorator.newBuilder().setOperation(target.operation() + "/*"))))
                .build();
        return new HttpConnectionManagers(view).inbound(target.statPrefix(), routes, protocol);
    }
}
