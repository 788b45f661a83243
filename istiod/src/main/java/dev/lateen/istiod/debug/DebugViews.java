package dev.lateen.istiod.debug;

import dev.lateen.api.resource.Resource;
import dev.lateen.api.xds.NodeMetadata;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.config.ConfigSource;
import dev.lateen.istiod.discovery.DiscoveryServer;
import dev.lateen.istiod.discovery.ProxyStatus;
import dev.lateen.istiod.discovery.TypeStatus;
import dev.lateen.istiod.model.MeshSnapshot;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServiceEndpoint;
import dev.lateen.istiod.registry.ServicePort;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What istiod knows, as JSON in the shapes of Istio's debug pages. Safe from any thread; large meshes take a moment. */
final class DebugViews {
    private static final Map<String, String> SYNC_NAMES = Map.of(
            TypeUrls.CLUSTER, "cluster",
            TypeUrls.ENDPOINT, "endpoint",
            TypeUrls.LISTENER, "listener",
            TypeUrls.ROUTE, "route",
            TypeUrls.EXTENSION_CONFIG, "extensionconfig");

    private final ObjectMapper json = JsonMapper.builder().build();
    private final DiscoveryServer discovery;
    private final ConfigSource config;
    private final Supplier<@Nullable MeshSnapshot> mesh;

    DebugViews(DiscoveryServer discovery, ConfigSource config, Supplier<@Nullable MeshSnapshot> mesh) {
        this.discovery = discovery;
        this.config = config;
        this.mesh = mesh;
    }

    /** Istio's id of a proxy: {@code POD.NAMESPACE}. */
    private static String proxyId(ProxyNode node) {
        return node.name() + "." + node.namespace();
    }

    /** The newest stream of a proxy, named as Istio does or by its node id. */
    Optional<ProxyStatus> find(String proxyId) {
        return discovery.proxies().stream()
                .filter(status -> proxyId(status.node()).equals(proxyId)
                        || status.node().id().equals(proxyId)
                        || status.connectionId().equals(proxyId))
                .reduce((older, newer) -> newer);
    }

    /** {@code /debug/syncz}: Istio's {@code SyncStatus}, with the last rejection of each type added. */
    ArrayNode syncz() {
        ArrayNode all = json.createArrayNode();
        for (ProxyStatus status : discovery.proxies()) {
            ObjectNode one = all.addObject();
            put(one, "cluster_id", status.node().text(NodeMetadata.CLUSTER_ID));
            one.put("proxy", proxyId(status.node()));
            one.put("proxy_type", status.node().role() == ProxyNode.Role.ROUTER ? "router" : "sidecar");
            put(one, "proxy_version", status.node().text(NodeMetadata.ISTIO_VERSION));
            put(one, "istio_version", status.node().text(NodeMetadata.ISTIO_VERSION));
            for (TypeStatus type : status.types()) {
                String name = SYNC_NAMES.getOrDefault(
                        type.typeUrl(), TypeUrls.shortName(type.typeUrl()).toLowerCase(Locale.ROOT));
                put(one, name + "_sent", type.sentNonce());
                put(one, name + "_acked", type.ackedNonce());
                put(one, name + "_rejected", type.rejection());
            }
        }
        return all;
    }

    private static void put(ObjectNode object, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            object.put(name, value);
        }
    }

    /** {@code /debug/adsz}: the streams and what they ask for. */
    ObjectNode adsz() {
        ObjectNode page = json.createObjectNode();
        List<ProxyStatus> proxies = discovery.proxies();
        page.put("totalClients", proxies.size());
        ArrayNode clients = page.putArray("clients");
        for (ProxyStatus status : proxies) {
            ObjectNode client = clients.addObject();
            client.put("connectionId", status.connectionId());
            client.put("connectedAt", status.connectedAt().toString());
            client.put("address", status.peerAddress());
            client.put("delta", status.delta());
            client.put("settledVersion", status.settledVersion());
            client.set("metadata", json.valueToTree(status.node().metadata()));
            ObjectNode watches = client.putObject("watches");
            status.types().forEach(type -> watches.set(type.typeUrl(), json.valueToTree(type)));
        }
        return page;
    }

    /** {@code /debug/registryz}: the services. */
    ArrayNode registryz() {
        ArrayNode all = json.createArrayNode();
        MeshSnapshot snapshot = mesh.get();
        if (snapshot == null) {
            return all;
        }
        for (Service service : snapshot.registry().services()) {
            ObjectNode one = all.addObject();
            one.put("hostname", service.hostname());
            one.put("namespace", service.namespace());
            one.put("resolution", service.resolution().name());
            one.put("meshExternal", service.external());
            one.set("addresses", json.valueToTree(service.addresses()));
            one.put("origin", service.origin().toString());
            ArrayNode ports = one.putArray("ports");
            for (ServicePort port : service.ports()) {
                ports.addObject()
                        .put("name", port.name())
                        .put("port", port.number())
                        .put("protocol", port.protocol().name());
            }
        }
        return all;
    }

    /** {@code /debug/endpointz}: the endpoints of each service's ports. */
    ArrayNode endpointz() {
        ArrayNode all = json.createArrayNode();
        MeshSnapshot snapshot = mesh.get();
        if (snapshot == null) {
            return all;
        }
        for (Service service : snapshot.registry().services()) {
            for (ServicePort port : service.ports()) {
                ObjectNode one = all.addObject();
                one.put("svc", service.hostname() + ":" + port.name());
                ArrayNode endpoints = one.putArray("ep");
                for (ServiceEndpoint endpoint : snapshot.registry().endpoints(service, port)) {
                    endpoints
                            .addObject()
                            .put("address", endpoint.address())
                            .put("port", endpoint.port())
                            .put("workload", endpoint.workload().name())
                            .put("serviceAccount", endpoint.workload().serviceAccount())
                            .put("ready", endpoint.workload().ready());
                }
            }
        }
        return all;
    }

    /** {@code /debug/configz}: the resources in force; where each stands, and what it says. */
    ArrayNode configz() {
        ArrayNode all = json.createArrayNode();
        for (Resource<?> resource : config.current().resources()) {
            ObjectNode one = all.addObject();
            one.put("apiVersion", resource.meta().apiVersion());
            one.put("kind", resource.meta().kind());
            ObjectNode metadata = one.putObject("metadata");
            metadata.put("name", resource.name());
            metadata.put("namespace", resource.namespace());
            metadata.set("labels", json.valueToTree(resource.meta().labels()));
            one.put("origin", resource.meta().origin().toString());
            one.set("spec", json.valueToTree(resource.spec()));
        }
        return all;
    }
}
