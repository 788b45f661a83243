package dev.lateen.proxy.upstream;

/**
 * A reading of a cluster's counters, with Envoy's names for them below {@code cluster.NAME.}.
 *
 * @param requestsActive {@code upstream_rq_active}
 * @param requestsTotal {@code upstream_rq_total}
 * @param requestsPendingActive {@code upstream_rq_pending_active}
 * @param requestsTimeout {@code upstream_rq_timeout}
 * @param connectionsActive {@code upstream_cx_active}
 * @param connectionsTotal {@code upstream_cx_total}
 * @param connectionsFailed {@code upstream_cx_connect_fail}
 * @param membershipTotal {@code membership_total}
 * @param membershipHealthy {@code membership_healthy}
 * @param ejectionsActive {@code outlier_detection.ejections_active}
 * @param ejectionsTotal {@code outlier_detection.ejections_enforced_total}
 * @param ejectionsOverflow {@code outlier_detection.ejections_overflow}
 * @param noneHealthy {@code upstream_cx_none_healthy}: picks that found no host
 * @param panicPicks {@code lb_healthy_panic}
 */
public record ClusterStats(
        long requestsActive,
        long requestsTotal,
        long requestsPendingActive,
        long requestsTimeout,
        long connectionsActive,
        long connectionsTotal,
        long connectionsFailed,
        long membershipTotal,
        long membershipHealthy,
        long ejectionsActive,
        long ejectionsTotal,
        long ejectionsOverflow,
        long noneHealthy,
        long panicPicks) {}
