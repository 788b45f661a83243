package dev.lateen.proxy.admin;

import dev.lateen.proxy.model.Cluster.CircuitBreakers;
import dev.lateen.proxy.telemetry.Stat;
import dev.lateen.proxy.telemetry.Stat.Counter;
import dev.lateen.proxy.telemetry.Stat.Gauge;
import dev.lateen.proxy.telemetry.Stat.Scope;
import dev.lateen.proxy.upstream.CircuitBreaker;
import dev.lateen.proxy.upstream.ClusterStats;
import dev.lateen.proxy.upstream.UpstreamCluster;
import dev.lateen.proxy.upstream.UpstreamClusters;
import java.util.ArrayList;
import java.util.List;

/** {@code cluster.NAME.*}: connections, membership, circuit breakers and ejections. */
final class ClusterReadings {
    private final List<Stat> stats = new ArrayList<>();
    private final String cluster;

    private ClusterReadings(String cluster) {
        this.cluster = cluster;
    }

    /** @param calledOnly whether clusters that nothing was ever sent to are left out: a mesh names thousands and a workload calls a few */
    static List<Stat> of(UpstreamClusters clusters, boolean calledOnly) {
        List<Stat> all = new ArrayList<>();
        for (UpstreamCluster cluster : clusters.all()) {
            ClusterStats stats = cluster.stats();
            if (!calledOnly || wasCalled(stats)) {
                all.addAll(new ClusterReadings(cluster.config().statName()).read(cluster, stats));
            }
        }
        return all;
    }

    private static boolean wasCalled(ClusterStats stats) {
        return stats.connections().total()
                        + stats.requests().total()
                        + stats.noneHealthy()
                        + stats.ejections().total()
                > 0;
    }

    private List<Stat> read(UpstreamCluster cluster, ClusterStats read) {
        gauge("membership_total", read.membership().total());
        gauge("membership_healthy", read.membership().healthy());
        counter("lb_healthy_panic", read.panicPicks());
        counter("upstream_cx_total", read.connections().total());
        gauge("upstream_cx_active", read.connections().active());
        counter(
                "upstream_cx_destroy",
                Math.max(0, read.connections().total() - read.connections().active()));
        counter("upstream_cx_connect_fail", read.connections().failed());
        counter("upstream_cx_none_healthy", read.noneHealthy());
        counter("upstream_rq_total", read.requests().total());
        gauge("upstream_rq_active", read.requests().active());
        gauge("upstream_rq_pending_active", read.requests().pendingActive());
        counter("upstream_rq_timeout", read.requests().timeout());
        breaker(cluster.breaker());
        if (cluster.config().outlierDetection() != null) {
            gauge("outlier_detection.ejections_active", read.ejections().active());
            counter(
                    "outlier_detection.ejections_enforced_total",
                    read.ejections().total());
            counter("outlier_detection.ejections_overflow", read.ejections().overflow());
        }
        return stats;
    }

    private void breaker(CircuitBreaker breaker) {
        CircuitBreakers limits = breaker.limits();
        counter("upstream_cx_overflow", breaker.connectionOverflows());
        counter("upstream_rq_pending_total", breaker.pendingTotal());
        counter("upstream_rq_pending_overflow", breaker.requestOverflows());
        counter("upstream_rq_retry_overflow", breaker.retryOverflows());
        limit("cx", breaker.connections(), limits.maxConnections());
        limit("rq_pending", breaker.pending(), limits.maxPendingRequests());
        limit("rq", breaker.requests(), limits.maxRequests());
        limit("rq_retry", breaker.retries(), limits.maxRetries());
    }

    private void limit(String word, long used, long most) {
        gauge("circuit_breakers.default." + word + "_open", used >= most ? 1 : 0);
        String remaining = word.equals("rq_pending") ? "pending" : word.equals("rq_retry") ? "retries" : word;
        gauge("circuit_breakers.default.remaining_" + remaining, Math.max(0, most - used));
    }

    private void counter(String leaf, long value) {
        stats.add(new Counter(Scope.CLUSTER, cluster, leaf, value));
    }

    private void gauge(String leaf, long value) {
        stats.add(new Gauge(Scope.CLUSTER, cluster, leaf, value));
    }
}
