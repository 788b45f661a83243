package dev.lateen.istiod.discovery;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.lateen.api.names.NameTable;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.translate.resource.XdsResource;
import io.envoyproxy.envoy.admin.v3.BootstrapConfigDump;
import io.envoyproxy.envoy.admin.v3.ClustersConfigDump;
import io.envoyproxy.envoy.admin.v3.EndpointsConfigDump;
import io.envoyproxy.envoy.admin.v3.ListenersConfigDump;
import io.envoyproxy.envoy.admin.v3.RoutesConfigDump;
import io.envoyproxy.envoy.admin.v3.ScopedRoutesConfigDump;
import io.envoyproxy.envoy.admin.v3.SecretsConfigDump;
import java.util.Comparator;
import java.util.List;
import java.util.StringJoiner;

/** What a proxy was sent, in the shape of Envoy's own {@code /config_dump}, so that tools for the one read the other. No private keys. */
public final class SentConfig {
    private SentConfig() {}

    /**
     * The dump of a proxy as JSON.
     *
     * @param withEndpoints whether it says the endpoints, too, as Envoy's {@code include_eds} does
     */
    public static String json(DiscoveryServer server, ProxyStatus proxy, boolean withEndpoints) {
        AnyTypes types = new AnyTypes();
        io.envoyproxy.envoy.admin.v3.ConfigDump.Builder dump = io.envoyproxy.envoy.admin.v3.ConfigDump.newBuilder();
        of(server, proxy, withEndpoints).getConfigsList().forEach(config -> dump.addConfigs(types.printable(config)));
        return print(dump.build(), types);
    }

    /** The same as messages. All of Istio's sections are there, in its order, those that istiod does not know empty. */
    static io.envoyproxy.envoy.admin.v3.ConfigDump of(
            DiscoveryServer server, ProxyStatus proxy, boolean withEndpoints) {
        Sent sent = new Sent(server, proxy);
        io.envoyproxy.envoy.admin.v3.ConfigDump.Builder dump = io.envoyproxy.envoy.admin.v3.ConfigDump.newBuilder();
        dump.addConfigs(Any.pack(BootstrapConfigDump.getDefaultInstance()));
        dump.addConfigs(Any.pack(clusters(sent)));
        if (withEndpoints) {
            dump.addConfigs(Any.pack(endpoints(sent)));
        }
        dump.addConfigs(Any.pack(listeners(sent)));
        dump.addConfigs(Any.pack(ScopedRoutesConfigDump.getDefaultInstance()));
        dump.addConfigs(Any.pack(routes(sent)));
        dump.addConfigs(Any.pack(secrets(sent)));
        return dump.build();
    }

    /** What one proxy was sent. */
    private record Sent(DiscoveryServer server, ProxyStatus proxy) {
        List<XdsResource> of(String typeUrl) {
            return server.sent(proxy.connectionId(), typeUrl).stream()
                    .filter(resource -> !resource.body().getTypeUrl().isEmpty())
                    .sorted(Comparator.comparing(XdsResource::name))
                    .toList();
        }

        String version(String typeUrl) {
            return proxy.types().stream()
                    .filter(type -> type.typeUrl().equals(typeUrl))
                    .findFirst()
                    .map(TypeStatus::sentVersion)
                    .orElse("");
        }
    }

    private static String print(Message dump, AnyTypes types) {
        try {
            return JsonFormat.printer()
                    .preservingProtoFieldNames()
                    .usingTypeRegistry(types.registry())
                    .print(dump);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a dump that can't be printed", e);
        }
    }

    /** {@code /debug/edsz}: the endpoints that a proxy was sent, as JSON. */
    public static String endpoints(DiscoveryServer server, ProxyStatus proxy) {
        AnyTypes types = new AnyTypes();
        StringJoiner all = new StringJoiner(",\n", "[", "]\n");
        new Sent(server, proxy)
                .of(TypeUrls.ENDPOINT)
                .forEach(resource -> all.add(print(types.printable(resource.body()), types)));
        return all.toString();
    }

    /** {@code /debug/ndsz}: the names that a proxy was sent, as JSON; an empty object if it was sent none. */
    public static String names(DiscoveryServer server, ProxyStatus proxy) {
        List<XdsResource> tables = new Sent(server, proxy).of(TypeUrls.NAME_TABLE);
        try {
            return tables.isEmpty()
                    ? "{}\n"
                    : JsonFormat.printer()
                                    .sortingMapKeys()
                                    .print(NameTable.parseFrom(
                                            tables.getFirst().body().getValue()))
                            + "\n";
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a table that can't be printed", e);
        }
    }

    private static ClustersConfigDump clusters(Sent sent) {
        ClustersConfigDump.Builder clusters =
                ClustersConfigDump.newBuilder().setVersionInfo(sent.version(TypeUrls.CLUSTER));
        for (XdsResource resource : sent.of(TypeUrls.CLUSTER)) {
            clusters.addDynamicActiveClusters(ClustersConfigDump.DynamicCluster.newBuilder()
                    .setVersionInfo(resource.version())
                    .setCluster(resource.body()));
        }
        return clusters.build();
    }

    private static ListenersConfigDump listeners(Sent sent) {
        ListenersConfigDump.Builder listeners =
                ListenersConfigDump.newBuilder().setVersionInfo(sent.version(TypeUrls.LISTENER));
        for (XdsResource resource : sent.of(TypeUrls.LISTENER)) {
            listeners.addDynamicListeners(ListenersConfigDump.DynamicListener.newBuilder()
                    .setName(resource.name())
                    .setActiveState(ListenersConfigDump.DynamicListenerState.newBuilder()
                            .setVersionInfo(resource.version())
                            .setListener(resource.body())));
        }
        return listeners.build();
    }

    private static RoutesConfigDump routes(Sent sent) {
        RoutesConfigDump.Builder routes = RoutesConfigDump.newBuilder();
        for (XdsResource resource : sent.of(TypeUrls.ROUTE)) {
            routes.addDynamicRouteConfigs(RoutesConfigDump.DynamicRouteConfig.newBuilder()
                    .setVersionInfo(resource.version())
                    .setRouteConfig(resource.body()));
        }
        return routes.build();
    }

    private static EndpointsConfigDump endpoints(Sent sent) {
        EndpointsConfigDump.Builder endpoints = EndpointsConfigDump.newBuilder();
        for (XdsResource resource : sent.of(TypeUrls.ENDPOINT)) {
            endpoints.addDynamicEndpointConfigs(EndpointsConfigDump.DynamicEndpointConfig.newBuilder()
                    .setVersionInfo(resource.version())
                    .setEndpointConfig(resource.body()));
        }
        return endpoints.build();
    }

    /** Names and versions only. */
    private static SecretsConfigDump secrets(Sent sent) {
        SecretsConfigDump.Builder secrets = SecretsConfigDump.newBuilder();
        for (XdsResource resource : sent.of(TypeUrls.SECRET)) {
            secrets.addDynamicActiveSecrets(SecretsConfigDump.DynamicSecret.newBuilder()
                    .setName(resource.name())
                    .setVersionInfo(resource.version()));
        }
        return secrets.build();
    }
}
