package dev.lateen.proxy.upstream;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The sums of a cluster's host counters. Requests count on their host only, so the hot path writes one place; what gone hosts counted is
 * kept here, and they themselves until their last request and connection is over.
 */
final class ClusterTotals {
    private static final HostStats ZERO = new HostStats(0, 0, 0, 0, 0, 0, 0, 0);

    private HostStats settled = ZERO;
    private final List<Host> leaving = new ArrayList<>();

    synchronized void departed(Host host) {
        leaving.add(host);
        settle();
    }

    private void settle() {
        leaving.removeIf(host -> {
            boolean idle = host.activeRequests() == 0 && host.activeConnections() == 0;
            if (idle) {
                settled = sum(settled, host.stats());
            }
            return idle;
        });
    }

    synchronized HostStats plus(Collection<Host> hosts) {
        settle();
        HostStats sum = settled;
        for (Host host : leaving) {
            sum = sum(sum, host.stats());
        }
        for (Host host : hosts) {
            sum = sum(sum, host.stats());
        }
        return sum;
    }

    private static HostStats sum(HostStats a, HostStats b) {
        return new HostStats(
                a.requestsActive() + b.requestsActive(),
                a.requestsTotal() + b.requestsTotal(),
                a.requestsSuccess() + b.requestsSuccess(),
                a.requestsError() + b.requestsError(),
                a.requestsTimeout() + b.requestsTimeout(),
                a.connectionsActive() + b.connectionsActive(),
                a.connectionsTotal() + b.connectionsTotal(),
                a.connectionsFailed() + b.connectionsFailed());
    }
}
