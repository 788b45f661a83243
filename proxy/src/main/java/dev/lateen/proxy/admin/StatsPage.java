package dev.lateen.proxy.admin;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.lateen.proxy.upstream.ClusterStats;
import dev.lateen.proxy.upstream.UpstreamCluster;
import dev.lateen.proxy.upstream.UpstreamClusters;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code /stats}: Envoy's own counters by their names; for Prometheus {@code envoy_cluster_...} with a {@code cluster_name} label. */
final class StatsPage {
    private final AdminSource source;
    private final UpstreamClusters clusters;

    StatsPage(AdminSource source, UpstreamClusters clusters) {
        this.source = source;
        this.clusters = clusters;
    }

    /**
     * @param filter an RE2 expression found anywhere in the name, or null
     * @param usedOnly whether zeros are left out
     * @throws IllegalArgumentException for a bad expression
     */
    Map<String, Long> filtered(@Nullable String filter, boolean usedOnly) {
        Pattern pattern;
        try {
            pattern = filter == null ? null : Pattern.compile(filter);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "filter: '" + filter + "' (expected: an RE2 expression): " + e.getMessage(), e);
        }
        Map<String, Long> values = new TreeMap<>();
        all().forEach((name, value) -> {
            if ((pattern == null || pattern.matcher(name).find()) && !(usedOnly && value == 0)) {
                values.put(name, value);
            }
        });
        return values;
    }

    private Map<String, Long> all() {
        Map<String, Long> values = new TreeMap<>(server());
        for (UpstreamCluster cluster : clusters.all()) {
            String prefix = "cluster." + cluster.config().statName() + ".";
            counters(cluster.stats()).forEach((name, value) -> values.put(prefix + name, value));
        }
        return values;
    }

    private Map<String, Long> server() {
        Map<String, Long> values = new TreeMap<>(source.stats());
        Runtime runtime = Runtime.getRuntime();
        values.put("server.live", source.state() == AdminSource.State.LIVE ? 1L : 0L);
        values.put("server.state", (long) source.state().ordinal());
        values.put("server.uptime", source.uptimeMillis() / 1000);
        values.put("server.memory_allocated", runtime.totalMemory() - runtime.freeMemory());
        values.put("server.memory_heap_size", runtime.totalMemory());
        values.put("cluster_manager.active_clusters", (long)
                source.snapshot().clusters().size());
        values.put("listener_manager.total_listeners_active", (long)
                source.boundListeners().size());
        return values;
    }

    private static Map<String, Long> counters(ClusterStats stats) {
        Map<String, Long> values = new LinkedHashMap<>();
        values.put("upstream_rq_active", stats.requestsActive());
        values.put("upstream_rq_total", stats.requestsTotal());
        values.put("upstream_rq_pending_active", stats.requestsPendingActive());
        values.put("upstream_rq_timeout", stats.requestsTimeout());
        values.put("upstream_cx_active", stats.connectionsActive());
        values.put("upstream_cx_total", stats.connectionsTotal());
        values.put("upstream_cx_connect_fail", stats.connectionsFailed());
        values.put("upstream_cx_none_healthy", stats.noneHealthy());
        values.put("membership_total", stats.membershipTotal());
        values.put("membership_healthy", stats.membershipHealthy());
        values.put("outlier_detection.ejections_active", stats.ejectionsActive());
        values.put("outlier_detection.ejections_enforced_total", stats.ejectionsTotal());
        values.put("outlier_detection.ejections_overflow", stats.ejectionsOverflow());
        values.put("lb_healthy_panic", stats.panicPicks());
        return values;
    }

    static String text(Map<String, Long> values) {
        StringBuilder out = new StringBuilder();
        values.forEach(
                (name, value) -> out.append(name).append(": ").append(value).append('\n'));
        return out.toString();
    }

    static String json(Map<String, Long> values) {
        JsonArray stats = new JsonArray();
        values.forEach(
                (name, value) -> stats.add(new JsonObject().put("name", name).put("value", value)));
        return new JsonObject().put("stats", stats).encode();
    }

    /** Envoy's names with dots as underscores; counters that Envoy calls {@code _total} keep that name. */
    List<MetricSnapshot> prometheus() {
        List<MetricSnapshot> families = new ArrayList<>();
        server().forEach((name, value) ->
                families.add(family("envoy_" + name.replace('.', '_').replace('-', '_'), Map.of(Labels.EMPTY, value))));
        Map<String, Map<Labels, Long>> perCounter = new TreeMap<>();
        for (UpstreamCluster cluster : clusters.all()) {
            Labels labels = Labels.of("cluster_name", cluster.config().name());
            counters(cluster.stats())
                    .forEach((name, value) -> perCounter
                            .computeIfAbsent("envoy_cluster_" + name.replace('.', '_'), k -> new LinkedHashMap<>())
                            .put(labels, value));
        }
        perCounter.forEach((name, points) -> families.add(family(name, points)));
        return families;
    }

    private static MetricSnapshot family(String name, Map<Labels, Long> points) {
        if (name.endsWith("_total")) {
            CounterSnapshot.Builder family = CounterSnapshot.builder().name(name.substring(0, name.length() - 6));
            points.forEach((labels, value) -> family.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(labels)
                    .value((double) value)
                    .build()));
            return family.build();
        }
        GaugeSnapshot.Builder family = GaugeSnapshot.builder().name(name);
        points.forEach((labels, value) -> family.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(labels)
                .value((double) value)
                .build()));
        return family.build();
    }
}
