package dev.lateen.proxy;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.lateen.proxy.model.ConfigGap;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.telemetry.Stat;
import dev.lateen.proxy.telemetry.Stat.Counter;
import dev.lateen.proxy.telemetry.Stat.Gauge;
import dev.lateen.proxy.telemetry.Stat.Scope;
import dev.lateen.proxy.xds.ResourceType;
import dev.lateen.proxy.xds.UpdateCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** {@code server.*}, {@code listener_manager.*}, {@code cluster_manager.*}, {@code control_plane.*}, and what filters and listeners counted. */
final class ServerStats {
    private static final Pattern OF_FILTER = Pattern.compile("http\\.(.*)\\.((?:rbac|fault)\\..*)");

    private static final Pattern NOT_OF_NAMES = Pattern.compile("[^A-Za-z0-9_.]");

    /** Far more than a configuration has. */
    private static final int MAX_NAMED_GAPS = 100;

    private final Proxy proxy;
    private final DataPath dataPath;
    private final List<Stat> stats = new ArrayList<>();

    ServerStats(Proxy proxy, DataPath dataPath) {
        this.proxy = proxy;
        this.dataPath = dataPath;
    }

    List<Stat> read() {
        server();
        managers(dataPath.active());
        gaps(dataPath.active().gaps());
        updates();
        dataPath.filterCounters().snapshot().forEach(this::filter);
        stats.addAll(dataPath.telemetry().stats());
        return stats;
    }

    private void server() {
        Runtime runtime = Runtime.getRuntime();
        gauge("server.live", proxy.isLive() ? 1 : 0);
        gauge("server.state", proxy.state().ordinal());
        gauge("server.uptime", proxy.uptimeMillis() / 1000);
        gauge("server.concurrency", dataPath.concurrency());
        gauge("server.hot_restart_epoch", 0);
        gauge("server.parent_connections", 0);
        gauge("server.total_connections", dataPath.listeners().openConnections());
        gauge("server.memory_allocated", runtime.totalMemory() - runtime.freeMemory());
        gauge("server.memory_heap_size", runtime.totalMemory());
    }

    private void managers(ProxySnapshot snapshot) {
        gauge("cluster_manager.active_clusters", snapshot.clusters().size());
        gauge("cluster_manager.warming_clusters", proxy.warming("cluster "));
        Map<DataPath.Change, Long> changes = dataPath.changes();
        counter("cluster_manager.cluster_added", changes.get(DataPath.Change.CLUSTER_ADDED));
        counter("cluster_manager.cluster_modified", changes.get(DataPath.Change.CLUSTER_MODIFIED));
        counter("cluster_manager.cluster_removed", changes.get(DataPath.Change.CLUSTER_REMOVED));
        counter("listener_manager.listener_added", changes.get(DataPath.Change.LISTENER_ADDED));
        counter("listener_manager.listener_modified", changes.get(DataPath.Change.LISTENER_MODIFIED));
        counter("listener_manager.listener_removed", changes.get(DataPath.Change.LISTENER_REMOVED));
        counter("listener_manager.listener_create_success", changes.get(DataPath.Change.LISTENER_CREATED));
        counter("listener_manager.listener_create_failure", changes.get(DataPath.Change.LISTENER_FAILED));
        gauge("listener_manager.total_listeners_active", snapshot.listeners().size());
        gauge("listener_manager.total_listeners_warming", proxy.warming("listener "));
        gauge("listener_manager.workers_started", proxy.isLive() ? 1 : 0);
    }

    /** What can't be built, in all and each that denies by its name: Lateen's own. */
    private void gaps(List<ConfigGap> gaps) {
        Map<String, Long> denying = gaps.stream()
                .filter(gap -> gap.effect() == ConfigGap.Effect.DENIES)
                .map(gap -> NOT_OF_NAMES.matcher(gap.what()).replaceAll("_"))
                .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
        long denials = denying.values().stream().mapToLong(Long::longValue).sum();
        gauge("config_gaps.denies", denials);
        gauge("config_gaps.left_out", gaps.size() - denials);
        denying.entrySet().stream()
                .limit(MAX_NAMED_GAPS)
                .forEach(named -> gauge("config_gaps.denies." + named.getKey(), named.getValue()));
    }

    private void updates() {
        Map<ResourceType, UpdateCounts> updates = proxy.updates();
        update("cluster_manager.cds", updates.get(ResourceType.CLUSTER));
        update("listener_manager.lds", updates.get(ResourceType.LISTENER));
        gauge("control_plane.connected_state", proxy.connectedToControlPlane() ? 1 : 0);
        counter("control_plane.rejected_resources", proxy.rejectedResources());
    }

    private void update(String prefix, UpdateCounts counts) {
        if (counts == null) {
            return;
        }
        counter(prefix + ".update_attempt", counts.successes() + counts.rejections());
        counter(prefix + ".update_success", counts.successes());
        counter(prefix + ".update_rejected", counts.rejections());
        counter(prefix + ".update_failure", 0);
    }

    private void filter(String name, long value) {
        Matcher known = OF_FILTER.matcher(name);
        stats.add(
                known.matches()
                        ? new Counter(Scope.HTTP, known.group(1), known.group(2), value)
                        : new Counter(Scope.SERVER, "", name, value));
    }

    private void counter(String name, long value) {
        stats.add(new Counter(Scope.SERVER, "", name, value));
    }

    private void gauge(String name, long value) {
        stats.add(new Gauge(Scope.SERVER, "", name, value));
    }
}
