package dev.lateen.istiod.debug;

import dev.lateen.api.xds.NodeMetadata;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.discovery.AbsentProxy;
import dev.lateen.istiod.discovery.DiscoveryServer;
import dev.lateen.istiod.discovery.ProxyStatus;
import dev.lateen.istiod.discovery.TypeStatus;
import dev.lateen.istiod.model.ProxyNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The connected proxies, in the shapes of Istio's debug pages. Safe from any thread. */
record ProxyViews(JsonMapper json, DiscoveryServer discovery) {
    private static final Map<String, String> SYNC_NAMES = Map.of(
            TypeUrls.CLUSTER, "cluster",
            TypeUrls.ENDPOINT, "endpoint",
            TypeUrls.LISTENER, "listener",
            TypeUrls.ROUTE, "route",
            TypeUrls.EXTENSION_CONFIG, "extensionconfig");

    /**
     * {@code /debug/syncz}: Istio's {@code SyncStatus}, with the last rejection of each type added, and the proxies whose streams broke, with
     * the time since when.
     */
    ArrayNode syncz() {
        ArrayNode all = json.createArrayNode();
        discovery.proxies().forEach(status -> sync(all.addObject(), status));
        for (AbsentProxy absent : discovery.absent()) {
            ObjectNode one = all.addObject();
            sync(one, absent.last());
            one.put("disconnected_at", absent.since().toString());
        }
        return all;
    }

    private static void sync(ObjectNode one, ProxyStatus status) {
        put(one, "cluster_id", status.node().text(NodeMetadata.CLUSTER_ID));
        one.put("proxy", status.proxyId());
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

    private static void put(ObjectNode object, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            object.put(name, value);
        }
    }

    /** {@code /debug/connections}: the streams. */
    ObjectNode connections() {
        return streams(discovery.proxies(), false);
    }

    /** {@code /debug/adsz}: the streams and what they ask for; how far each type is stands beside, in {@code status}. */
    ObjectNode adsz(List<ProxyStatus> proxies) {
        return streams(proxies, true);
    }

    private ObjectNode streams(List<ProxyStatus> proxies, boolean whole) {
        ObjectNode page = json.createObjectNode();
        page.put("totalClients", proxies.size());
        ArrayNode clients = page.putArray("clients");
        for (ProxyStatus status : proxies) {
            ObjectNode client = clients.addObject();
            client.put("connectionId", status.connectionId());
            client.put("connectedAt", status.connectedAt().toString());
            client.put("address", status.peerAddress());
            if (whole) {
                details(client, status);
            }
        }
        return page;
    }

    private void details(ObjectNode client, ProxyStatus status) {
        client.set("labels", json.valueToTree(status.node().labels()));
        client.set("metadata", json.valueToTree(status.node().metadata()));
        ObjectNode watches = client.putObject("watches");
        ObjectNode types = client.putObject("status");
        for (TypeStatus type : status.types()) {
            watches.set(type.typeUrl(), json.valueToTree(discovery.wanted(status.connectionId(), type.typeUrl())));
            types.set(type.typeUrl(), json.valueToTree(type));
        }
        client.put("delta", status.delta());
        client.put("settledVersion", status.settledVersion());
    }
}
