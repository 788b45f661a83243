package dev.lateen.istiod.discovery;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.translate.XdsResource;
import io.envoyproxy.envoy.admin.v3.ClustersConfigDump;
import io.envoyproxy.envoy.admin.v3.EndpointsConfigDump;
import io.envoyproxy.envoy.admin.v3.ListenersConfigDump;
import io.envoyproxy.envoy.admin.v3.RoutesConfigDump;
import io.envoyproxy.envoy.admin.v3.SecretsConfigDump;
import java.util.Comparator;
import java.util.List;

/** What a proxy was sent, in the shape of Envoy's own {@code /config_dump}, so that tools for the one read the other. No private keys. */
public final class ConfigDump {
    private ConfigDump() {}

    /** The dump of a proxy as JSON. */
    public static String json(DiscoveryServer server, ProxyStatus proxy) {
        io.envoyproxy.envoy.admin.v3.ConfigDump.Builder dump = io.envoyproxy.envoy.admin.v3.ConfigDump.newBuilder();
        AnyTypes types = new AnyTypes();
        for (TypeStatus type : proxy.types()) {
            List<XdsResource> sent = server.sent(proxy.connectionId(), type.typeUrl()).stream()
                    .filter(resource -> !resource.body().getTypeUrl().isEmpty())
                    .sorted(Comparator.comparing(XdsResource::name))
                    .toList();
            switch (type.typeUrl()) {
                case TypeUrls.CLUSTER -> dump.addConfigs(Any.pack(clusters(type, sent, types)));
                case TypeUrls.LISTENER -> dump.addConfigs(Any.pack(listeners(type, sent, types)));
                case TypeUrls.ROUTE -> dump.addConfigs(Any.pack(routes(sent, types)));
                case TypeUrls.ENDPOINT -> dump.addConfigs(Any.pack(endpoints(sent, types)));
                case TypeUrls.SECRET -> dump.addConfigs(Any.pack(secrets(sent)));
                default -> {}
            }
        }
        return print(dump.build(), types);
    }

    private static String print(Message dump, AnyTypes types) {
        types.add(ClustersConfigDump.getDescriptor());
        types.add(ListenersConfigDump.getDescriptor());
        types.add(RoutesConfigDump.getDescriptor());
        types.add(EndpointsConfigDump.getDescriptor());
        types.add(SecretsConfigDump.getDescriptor());
        try {
            return JsonFormat.printer()
                    .preservingProtoFieldNames()
                    .usingTypeRegistry(types.registry())
                    .print(dump);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a dump that can't be printed", e);
        }
    }

    private static ClustersConfigDump clusters(TypeStatus type, List<XdsResource> sent, AnyTypes types) {
        ClustersConfigDump.Builder clusters = ClustersConfigDump.newBuilder().setVersionInfo(type.sentVersion());
        for (XdsResource resource : sent) {
            clusters.addDynamicActiveClusters(ClustersConfigDump.DynamicCluster.newBuilder()
                    .setVersionInfo(resource.version())
                    .setCluster(types.printable(resource.body())));
        }
        return clusters.build();
    }

    private static ListenersConfigDump listeners(TypeStatus type, List<XdsResource> sent, AnyTypes types) {
        ListenersConfigDump.Builder listeners = ListenersConfigDump.newBuilder().setVersionInfo(type.sentVersion());
        for (XdsResource resource : sent) {
            listeners.addDynamicListeners(ListenersConfigDump.DynamicListener.newBuilder()
                    .setName(resource.name())
                    .setActiveState(ListenersConfigDump.DynamicListenerState.newBuilder()
                            .setVersionInfo(resource.version())
                            .setListener(types.printable(resource.body()))));
        }
        return listeners.build();
    }

    private static RoutesConfigDump routes(List<XdsResource> sent, AnyTypes types) {
        RoutesConfigDump.Builder routes = RoutesConfigDump.newBuilder();
        for (XdsResource resource : sent) {
            routes.addDynamicRouteConfigs(RoutesConfigDump.DynamicRouteConfig.newBuilder()
                    .setVersionInfo(resource.version())
                    .setRouteConfig(types.printable(resource.body())));
        }
        return routes.build();
    }

    private static EndpointsConfigDump endpoints(List<XdsResource> sent, AnyTypes types) {
        EndpointsConfigDump.Builder endpoints = EndpointsConfigDump.newBuilder();
        for (XdsResource resource : sent) {
            endpoints.addDynamicEndpointConfigs(EndpointsConfigDump.DynamicEndpointConfig.newBuilder()
                    .setVersionInfo(resource.version())
                    .setEndpointConfig(types.printable(resource.body())));
        }
        return endpoints.build();
    }

    /** Names and versions only. */
    private static SecretsConfigDump secrets(List<XdsResource> sent) {
        SecretsConfigDump.Builder secrets = SecretsConfigDump.newBuilder();
        for (XdsResource resource : sent) {
            secrets.addDynamicActiveSecrets(SecretsConfigDump.DynamicSecret.newBuilder()
                    .setName(resource.name())
                    .setVersionInfo(resource.version()));
        }
        return secrets.build();
    }
}
