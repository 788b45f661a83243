package dev.lateen.proxy.upstream;

/**
 * A reading of a host's counters, with Envoy's names for them in {@code /clusters}.
 *
 * @param requestsActive {@code rq_active}
 * @param requestsTotal {@code rq_total}
 * @param requestsSuccess {@code rq_success}: a response below 500
 * @param requestsError {@code rq_error}: a response of 500 or above, a reset or a timeout
 * @param requestsTimeout {@code rq_timeout}
 * @param connectionsActive {@code cx_active}
 * @param connectionsTotal {@code cx_total}
 * @param connectionsFailed {@code cx_connect_fail}
 */
public record HostStats(
        long requestsActive,
        long requestsTotal,
        long requestsSuccess,
        long requestsError,
        long requestsTimeout,
        long connectionsActive,
        long connectionsTotal,
        long connectionsFailed) {}
