package dev.lateen.proxy.upstream;

/**
 * A reading of a cluster's counters, with Envoy's names for them below {@code cluster.NAME.}.
 *
 * @param noneHealthy {@code upstream_cx_none_healthy}: picks that found no host
 * @param panicPicks {@code lb_healthy_panic}
 */
public record ClusterStats(
        Requests requests,
        Connections connections,
        Membership membership,
        Ejections ejections,
        long noneHealthy,
        long panicPicks) {
    /**
     * What was asked of it.
     *
     * @param active {@code upstream_rq_active}
     * @param total {@code upstream_rq_total}
     * @param pendingActive {@code upstream_rq_pending_active}
     * @param timeout {@code upstream_rq_timeout}
     */
    public record Requests(long active, long total, long pendingActive, long timeout) {}

    /**
     * Connections to its hosts.
     *
     * @param active {@code upstream_cx_active}
     * @param total {@code upstream_cx_total}
     * @param failed {@code upstream_cx_connect_fail}
     */
    public record Connections(long active, long total, long failed) {}

    /** Its hosts. @param total {@code membership_total} @param healthy {@code membership_healthy} */
    public record Membership(long total, long healthy) {}

    /**
     * Hosts that were put aside.
     *
     * @param active {@code outlier_detection.ejections_active}
     * @param total {@code outlier_detection.ejections_enforced_total}
     * @param overflow {@code outlier_detection.ejections_overflow}
     */
    public record Ejections(long active, long total, long overflow) {}
}
