package dev.lateen.proxy;

import dev.lateen.proxy.admin.AdminSource;
import dev.lateen.proxy.listener.ListenerStatus;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.xds.XdsNode;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the admin interface tells of a proxy. */
final class ProxyAdmin implements AdminSource {
    private final Proxy proxy;
    private final DataPath dataPath;
    private final ProxyBootstrap bootstrap;
    private final Instant startTime;

    ProxyAdmin(Proxy proxy, DataPath dataPath, ProxyBootstrap bootstrap, Instant startTime) {
        this.proxy = proxy;
        this.dataPath = dataPath;
        this.bootstrap = bootstrap;
        this.startTime = startTime;
    }

    @Override
    public ProxySnapshot snapshot() {
        return dataPath.active();
    }

    @Override
    public State state() {
        return proxy.state();
    }

    @Override
    public Map<String, List<String>> boundListeners() {
        Map<String, List<String>> bound = new HashMap<>();
        for (ListenerStatus status : dataPath.listeners().status()) {
            if (status.state() != ListenerStatus.State.FAILED) {
                String address = status.address().getAddress().getHostAddress() + ":"
                        + status.address().getPort();
                bound.computeIfAbsent(status.name(), _ -> new ArrayList<>()).add(address);
            }
        }
        return bound;
    }

    @Override
    public Future<String> configDump(Map<String, String> query) {
        ConfigDumpQuery asked = new ConfigDumpQuery(query);
        // A big configuration takes longer to write than an event loop may be held.
        return proxy.configState()
                .compose(state -> proxy.work(() -> {
                    ConfigDump dump = new ConfigDump(
                            document(), startTime, state, dataPath.active().secrets());
                    return new JsonObject(asked.answer(dump)).encodePrettily();
                }));
    }

    /** The node is the proxy's own even where no file tells of it. */
    private Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("node", node().getMap());
        bootstrap.document().get().forEach(document::putIfAbsent);
        return document;
    }

    @Override
    public String nodeJson() {
        return node().encode();
    }

    private JsonObject node() {
        XdsNode node = bootstrap.node();
        return new JsonObject()
                .put("id", node.id())
                .put("cluster", node.cluster())
                .put("metadata", new JsonObject(new TreeMap<>(node.metadata())))
                .put(
                        "locality",
                        new JsonObject()
                                .put("region", node.locality().region())
                                .put("zone", node.locality().zone())
                                .put("sub_zone", node.locality().subZone()))
                .put("user_agent_name", node.userAgentName());
    }

    @Override
    public List<MetricSnapshot> metrics() {
        return dataPath.telemetry().snapshots();
    }

    @Override
    public Map<String, Long> stats() {
        ProxySnapshot snapshot = dataPath.active();
        Map<String, Long> stats = new TreeMap<>(dataPath.filterCounters().snapshot());
        stats.put("control_plane.connected_state", proxy.connectedToControlPlane() ? 1L : 0L);
        stats.put("control_plane.rejected_resources", proxy.rejectedResources());
        stats.put("cluster_manager.active_clusters", (long) snapshot.clusters().size());
        stats.put("listener_manager.total_listeners_active", (long)
                snapshot.listeners().size());
        stats.put("server.live", proxy.state() == State.LIVE ? 1L : 0L);
        stats.put("server.total_connections", (long) dataPath.listeners().openConnections());
        stats.put("server.uptime", uptimeMillis() / 1000);
        return stats;
    }

    @Override
    public long uptimeMillis() {
        return proxy.uptimeMillis();
    }

    @Override
    public void drainListeners() {
        proxy.drainListeners();
    }

    @Override
    public void quit() {
        proxy.quit();
    }
}
