package dev.lateen.proxy.admin;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.lateen.proxy.model.ConfigGap;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.telemetry.Stat;
import dev.lateen.proxy.telemetry.Stat.Counter;
import dev.lateen.proxy.telemetry.Stat.Gauge;
import dev.lateen.proxy.telemetry.Stat.Scope;
import dev.lateen.proxy.xds.UpdateCounts;
import dev.lateen.proxy.xds.decode.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code server.*}, {@code listener_manager.*}, {@code cluster_manager.*}, {@code control_plane.*}, and what filters and listeners counted. */
public final class ServerStats {
    private static final Pattern OF_FILTER = Pattern.compile("http\\.(.*)\\.((?:rbac|fault)\\..*)");

    private static final Pattern NOT_OF_NAMES = Pattern.compile("[^A-Za-z0-9_.]");

    /** Far more than a configuration has. */
    private static final int MAX_NAMED_GAPS = 100;

    private final Readings proxy;
    private final List<Stat> stats = new ArrayList<>();

    /** @param proxy whose statistics these are */
    public ServerStats(Readings proxy) {
        this.proxy = proxy;
    }

    /** What is read of a proxy; asked from any thread. */
    public interface Readings {
        /** Envoy's state word. */
        AdminSource.State serverState();

        /** Milliseconds since start. */
        long uptimeMillis();

        /** How many event loops carry connections. */
        int concurrency();

        /** Connections of clients. */
        long openConnections();

        /** The configuration in force. */
        ProxySnapshot snapshot();

        /** What snapshots brought so far. */
        ConfigChanges changes();

        /** How many listeners or clusters wait for something. @param word {@code "cluster "} or {@code "listener "} */
        long warming(String word);

        /** What came of each type; empty without a control plane. */
        Map<ResourceType, UpdateCounts> updates();

        /** Whether the control plane's stream is open. */
        boolean connectedToControlPlane();

        /** Of the control plane, all together. */
        long rejectedResources();

        /** What filters counted, by full name. */
        Map<String, Long> filterCounters();

        /** What listeners, connection managers and clusters counted. */
        List<Stat> counted();
    }

    /** All of them now. */
    public List<Stat> read() {
        server();
        managers(proxy.snapshot());
        gaps(proxy.snapshot().gaps());
        updates();
        proxy.filterCounters().forEach(this::filter);
        stats.addAll(proxy.counted());
        return stats;
    }

    private boolean isLive() {
        return proxy.serverState() == AdminSource.State.LIVE;
    }

    private void server() {
        Runtime runtime = Runtime.getRuntime();
        gauge("server.live", isLive() ? 1 : 0);
        gauge("server.state", proxy.serverState().ordinal());
        gauge("server.uptime", proxy.uptimeMillis() / 1000);
        gauge("server.concurrency", proxy.concurrency());
        gauge("server.hot_restart_epoch", 0);
        gauge("server.parent_connections", 0);
        gauge("server.total_connections", proxy.openConnections());
        gauge("server.memory_allocated", runtime.totalMemory() - runtime.freeMemory());
        gauge("server.memory_heap_size", runtime.totalMemory());
    }

    private void managers(ProxySnapshot snapshot) {
        gauge("cluster_manager.active_clusters", snapshot.clusters().size());
        gauge("cluster_manager.warming_clusters", proxy.warming("cluster "));
        ConfigChanges changes = proxy.changes();
        counter("cluster_manager.cluster_added", changes.count(ConfigChanges.Change.CLUSTER_ADDED));
        counter("cluster_manager.cluster_modified", changes.count(ConfigChanges.Change.CLUSTER_MODIFIED));
        counter("cluster_manager.cluster_removed", changes.count(ConfigChanges.Change.CLUSTER_REMOVED));
        counter("listener_manager.listener_added", changes.count(ConfigChanges.Change.LISTENER_ADDED));
        counter("listener_manager.listener_modified", changes.count(ConfigChanges.Change.LISTENER_MODIFIED));
        counter("listener_manager.listener_removed", changes.count(ConfigChanges.Change.LISTENER_REMOVED));
        counter("listener_manager.listener_create_success", changes.count(ConfigChanges.Change.LISTENER_CREATED));
        counter("listener_manager.listener_create_failure", changes.count(ConfigChanges.Change.LISTENER_FAILED));
        gauge("listener_manager.total_listeners_active", snapshot.listeners().size());
        gauge("listener_manager.total_listeners_warming", proxy.warming("listener "));
        gauge("listener_manager.workers_started", isLive() ? 1 : 0);
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

    private void update(String prefix, @Nullable UpdateCounts counts) {
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
