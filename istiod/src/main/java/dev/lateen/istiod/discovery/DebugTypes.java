package dev.lateen.istiod.discovery;

import com.google.protobuf.Any;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.lateen.api.Release;
import dev.lateen.api.xds.NodeMetadata;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.translate.resource.XdsResource;
import io.envoyproxy.envoy.config.core.v3.ControlPlane;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.status.v3.ClientConfig;
import io.envoyproxy.envoy.service.status.v3.ConfigStatus;
import io.vertx.grpc.common.GrpcStatus;
import java.util.ArrayList;
import java.util.List;

/**
 * What Istio's tools ask over the discovery stream instead of over HTTP: {@code istioctl proxy-status} asks for
 * {@code istio.io/debug/syncz}, with a proxy for {@code istio.io/debug/config_dump}.
 */
record DebugTypes(DiscoveryServer server) {
    private static final String ANY = "istio.io/debug";
    private static final String SYNC = "istio.io/debug/syncz";
    private static final String DUMP = "istio.io/debug/config_dump";
    private static final List<String> TOLD =
            List.of(TypeUrls.CLUSTER, TypeUrls.LISTENER, TypeUrls.ENDPOINT, TypeUrls.ROUTE);

    /** Whether somebody asks about proxies, be it in a way that has an answer or not. */
    static boolean has(String typeUrl) {
        return typeUrl.equals(ANY) || typeUrl.startsWith(ANY + "/");
    }

    /** Names this istiod as istioctl reads it, to tell apart which of several answered. */
    static ControlPlane controlPlane(DiscoverySettings settings) {
        String info = "{\"version\":\"" + Release.inIstiosForm() + "\"}";
        return ControlPlane.newBuilder()
                .setIdentifier(
                        "{\"Component\":\"istiod\",\"ID\":\"" + settings.instance() + "\",\"Info\":" + info + "}")
                .build();
    }

    ServerResponse answer(ClientRequest request, String nonce) throws StreamFailure {
        if (!request.typeUrl().equals(SYNC) && !request.typeUrl().equals(DUMP)) {
            throw new StreamFailure(
                    GrpcStatus.UNIMPLEMENTED,
                    request.typeUrl() + ": is not answered over a stream (accepted: " + SYNC + ", " + DUMP
                            + "; all pages are under /debug of port 15014)");
        }
        List<XdsResource> resources = request.typeUrl().equals(SYNC) ? syncz() : dump(names(request.change()));
        return new ServerResponse(request.typeUrl(), "", nonce, resources, List.of());
    }

    private static List<String> names(ClientRequest.Change change) {
        return switch (change) {
            case ClientRequest.Change.Whole whole -> whole.names();
            case ClientRequest.Change.Difference difference -> difference.subscribe();
        };
    }

    private List<XdsResource> syncz() {
        List<XdsResource> all = new ArrayList<>();
        server.proxies().forEach(status -> all.add(sync(status, false)));
        server.absent().forEach(proxy -> all.add(sync(proxy.last(), true)));
        return all;
    }

    /** A proxy that has lost its stream is as it was when it heard something for the last time: stale, in Istio's words. */
    private static XdsResource sync(ProxyStatus status, boolean absent) {
        ClientConfig.Builder config = ClientConfig.newBuilder().setNode(node(status));
        for (String typeUrl : TOLD) {
            ConfigStatus state = state(status, typeUrl);
            config.addGenericXdsConfigs(ClientConfig.GenericXdsConfig.newBuilder()
                    .setTypeUrl(typeUrl)
                    .setConfigStatus(absent && state == ConfigStatus.SYNCED ? ConfigStatus.STALE : state));
        }
        return new XdsResource(status.proxyId(), "", Any.pack(config.build()));
    }

    private static Node node(ProxyStatus status) {
        ProxyNode node = status.node();
        Struct.Builder metadata = Struct.newBuilder();
        for (String key : List.of(NodeMetadata.NAMESPACE, NodeMetadata.CLUSTER_ID, NodeMetadata.ISTIO_VERSION)) {
            String text = key.equals(NodeMetadata.NAMESPACE) ? node.namespace() : node.text(key);
            if (text != null) {
                metadata.putFields(key, Value.newBuilder().setStringValue(text).build());
            }
        }
        return Node.newBuilder().setId(status.proxyId()).setMetadata(metadata).build();
    }

    private static ConfigStatus state(ProxyStatus status, String typeUrl) {
        return status.types().stream()
                .filter(type -> type.typeUrl().equals(typeUrl))
                .findFirst()
                .map(DebugTypes::state)
                .orElse(ConfigStatus.UNKNOWN);
    }

    private static ConfigStatus state(TypeStatus type) {
        if (type.sentNonce().isEmpty()) {
            return ConfigStatus.NOT_SENT;
        }
        if (type.rejection() != null) {
            return ConfigStatus.ERROR;
        }
        return type.isSynced() ? ConfigStatus.SYNCED : ConfigStatus.STALE;
    }

    /** Of one proxy that is connected; of any other number nothing, as Istio answers. */
    private List<XdsResource> dump(List<String> names) {
        if (names.size() != 1) {
            return List.of();
        }
        return server.proxy(names.getFirst())
                .map(proxy -> SentConfig.of(server, proxy, false).getConfigsList().stream()
                        .map(config -> new XdsResource("", "", config))
                        .toList())
                .orElse(List.of());
    }
}
