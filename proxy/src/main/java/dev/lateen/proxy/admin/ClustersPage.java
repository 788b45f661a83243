package dev.lateen.proxy.admin;

import com.google.re2j.Pattern;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.upstream.Host;
import dev.lateen.proxy.upstream.HostStats;
import dev.lateen.proxy.upstream.UpstreamCluster;
import dev.lateen.proxy.upstream.UpstreamClusters;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.Writer;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** {@code /clusters}: hosts with their counters and health, as lines or as {@code envoy.admin.v3.Clusters}. */
final class ClustersPage {
    private final UpstreamClusters clusters;
    private final Predicate<String> fixed;

    /** @param fixed whether a cluster is the bootstrap's own */
    ClustersPage(UpstreamClusters clusters, Predicate<String> fixed) {
        this.clusters = clusters;
        this.fixed = fixed;
    }

    private List<UpstreamCluster> sorted(Pattern filter) {
        return clusters.all().stream()
                .filter(cluster -> filter.matcher(cluster.config().name()).find())
                .sorted(Comparator.comparing(c -> c.config().name()))
                .toList();
    }

    Page text(Pattern filter) {
        return out -> {
            for (UpstreamCluster cluster : sorted(filter)) {
                text(out, cluster);
            }
        };
    }

    private void text(Writer out, UpstreamCluster cluster) throws IOException {
        String name = cluster.config().name();
        Cluster.CircuitBreakers breakers = cluster.config().circuitBreakers();
        line(out, name, "observability_name", cluster.config().statName());
        line(out, name, "default_priority::max_connections", breakers.maxConnections());
        line(out, name, "default_priority::max_pending_requests", breakers.maxPendingRequests());
        line(out, name, "default_priority::max_requests", breakers.maxRequests());
        line(out, name, "default_priority::max_retries", breakers.maxRetries());
        line(out, name, "added_via_api", viaApi(cluster));
        for (Host host : cluster.shownHosts()) {
            String prefix = name + "::" + host.addressText();
            for (Map.Entry<String, Long> counter : counters(host.stats()).entrySet()) {
                line(out, prefix, counter.getKey(), counter.getValue());
            }
            line(out, prefix, "hostname", host.endpoint().hostname());
            line(out, prefix, "health_flags", flags(host));
            line(out, prefix, "weight", host.endpoint().weight());
            line(out, prefix, "region", host.locality().region());
            line(out, prefix, "zone", host.locality().zone());
            line(out, prefix, "sub_zone", host.locality().subZone());
            line(out, prefix, "canary", false);
            line(out, prefix, "priority", host.priority());
            line(out, prefix, "success_rate", -1);
            line(out, prefix, "local_origin_success_rate", -1);
        }
    }

    private boolean viaApi(UpstreamCluster cluster) {
        return !fixed.test(cluster.config().name());
    }

    private static JsonObject breakers(Cluster.CircuitBreakers breakers) {
        return new JsonObject()
                .put(
                        "thresholds",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("max_connections", breakers.maxConnections())
                                        .put("max_pending_requests", breakers.maxPendingRequests())
                                        .put("max_requests", breakers.maxRequests())
                                        .put("max_retries", breakers.maxRetries())));
    }

    private static void line(Writer out, String prefix, String name, Object value) throws IOException {
        out.append(prefix).append("::").append(name).append("::");
        out.append(value.toString()).append('\n');
    }

    private static Map<String, Long> counters(HostStats stats) {
        Map<String, Long> counters = new LinkedHashMap<>();
        counters.put("cx_active", stats.connectionsActive());
        counters.put("cx_connect_fail", stats.connectionsFailed());
        counters.put("cx_total", stats.connectionsTotal());
        counters.put("rq_active", stats.requestsActive());
        counters.put("rq_error", stats.requestsError());
        counters.put("rq_success", stats.requestsSuccess());
        counters.put("rq_timeout", stats.requestsTimeout());
        counters.put("rq_total", stats.requestsTotal());
        return counters;
    }

    private static String flags(Host host) {
        if (host.isEjected()) {
            return "/failed_outlier_check";
        }
        return host.isAvailable() ? "healthy" : "/failed_eds_health";
    }

    Page json(Pattern filter) {
        return out -> {
            out.append("{\"cluster_statuses\": [");
            String separator = "\n";
            for (UpstreamCluster cluster : sorted(filter)) {
                out.append(separator).append(status(cluster).encodePrettily());
                separator = ",\n";
            }
            out.append("\n]}\n");
        };
    }

    private JsonObject status(UpstreamCluster cluster) {
        JsonArray hosts = new JsonArray();
        cluster.shownHosts().forEach(host -> hosts.add(host(host)));
        return new JsonObject()
                .put("name", cluster.config().name())
                .put("observability_name", cluster.config().statName())
                .put("added_via_api", viaApi(cluster))
                .put("circuit_breakers", breakers(cluster.config().circuitBreakers()))
                .put("host_statuses", hosts);
    }

    private static JsonObject host(Host host) {
        JsonArray stats = new JsonArray();
        counters(host.stats())
                .forEach((name, value) -> stats.add(new JsonObject()
                        .put("name", name)
                        .put("type", name.endsWith("_active") ? "GAUGE" : "COUNTER")
                        .put("value", String.valueOf(value))));
        JsonObject health = new JsonObject()
                .put("eds_health_status", host.endpoint().health().name());
        if (host.isEjected()) {
            health.put("failed_outlier_check", true);
        }
        return new JsonObject()
                .put(
                        "address",
                        new JsonObject()
                                .put(
                                        "socket_address",
                                        new JsonObject()
                                                .put(
                                                        "address",
                                                        host.address()
                                                                .getAddress()
                                                                .getHostAddress())
                                                .put(
                                                        "port_value",
                                                        host.address().getPort())))
                .put("stats", stats)
                .put("health_status", health)
                .put("weight", host.endpoint().weight())
                .put("hostname", host.endpoint().hostname())
                .put(
                        "locality",
                        new JsonObject()
                                .put("region", host.locality().region())
                                .put("zone", host.locality().zone())
                                .put("sub_zone", host.locality().subZone()));
    }
}
