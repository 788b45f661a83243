package dev.lateen.proxy.upstream;

import dev.lateen.proxy.model.Cluster.OutlierDetection;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes hosts that keep failing out of balancing for a while: {@code envoy.config.cluster.v3.OutlierDetection}. A host is ejected as soon
 * as one of its counters reaches its threshold, unless more than {@code max_ejection_percent} of the hosts would be out; it comes back at the first sweep
 * after its time. Results may be reported from any event loop without a lock; ejections, which are rare, are made one at a time.
 */
final class OutlierDetector {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;
    private static final int GATEWAY_TIMEOUT = 504;

    private final OutlierDetection config;
    private final Timers timers;
    private final Supplier<Collection<Host>> hosts;
    private final Runnable onChange;
    private final AtomicLong ejections;
    private final AtomicLong overflows;
    private @Nullable Runnable cancelSweep;
    private boolean closed;

    /**
     * @param hosts all hosts of the cluster, whatever their health
     * @param onChange told after hosts went or came back
     * @param before whose counters go on, or null
     */
    OutlierDetector(
            OutlierDetection config,
            Timers timers,
            Supplier<Collection<Host>> hosts,
            Runnable onChange,
            @Nullable OutlierDetector before) {
        this.config = config;
        this.timers = timers;
        this.hosts = hosts;
        this.onChange = onChange;
        this.ejections = before == null ? new AtomicLong() : before.ejections;
        this.overflows = before == null ? new AtomicLong() : before.overflows;
    }

    void onResponse(Host host, int status) {
        OutlierState state = host.outlier();
        if (status < 500) {
            // Reading first keeps the common case free of writes to a line that all loops share.
            if (state.consecutive5xx.get() != 0) {
                state.consecutive5xx.set(0);
            }
            if (state.consecutiveGatewayFailures.get() != 0) {
                state.consecutiveGatewayFailures.set(0);
            }
            return;
        }
        if (status == 502 || status == UNAVAILABLE || status == GATEWAY_TIMEOUT) {
            count(host, state.consecutiveGatewayFailures, config.consecutiveGatewayFailure());
        } else {
            state.consecutiveGatewayFailures.set(0);
        }
        count(host, state.consecutive5xx, config.consecutive5xx());
    }

    void onConnected(Host host, boolean last) {
        if (config.splitExternalLocalOriginErrors()) {
            host.outlier().consecutiveLocalFailures.set(0);
        } else if (last) {
            onResponse(host, OK);
        }
    }

    void onLocalFailure(Host host, LocalFailure failure) {
        if (config.splitExternalLocalOriginErrors()) {
            count(host, host.outlier().consecutiveLocalFailures, config.consecutiveLocalOriginFailure());
        } else {
            switch (failure) {
                case CONNECT -> onResponse(host, UNAVAILABLE);
                case TIMEOUT -> onResponse(host, GATEWAY_TIMEOUT);
            }
        }
    }

    private void count(Host host, AtomicInteger counter, int threshold) {
        if (counter.incrementAndGet() == threshold && threshold > 0) {
            eject(host);
            counter.set(0);
        }
    }

    private void eject(Host host) {
        if (tryEject(host)) {
            onChange.run();
        }
    }

    private synchronized boolean tryEject(Host host) {
        OutlierState state = host.outlier();
        Collection<Host> all = hosts.get();
        if (closed || state.ejected() || !all.contains(host)) {
            return false;
        }
        long out = all.stream().filter(Host::isEjected).count();
        if (100.0 * (out + 1) / all.size() > Math.min(100, config.maxEjectionPercent())) {
            overflows.incrementAndGet();
            return false;
        }
        state.ejected(true);
        state.ejections++;
        state.ejectedAtNanos = timers.nanoTime();
        long base = config.baseEjectionTime().toNanos();
        if (state.multiplier * base < config.maxEjectionTime().toNanos()) {
            state.multiplier++;
        }
        ejections.incrementAndGet();
        arm();
        return true;
    }

    /** A sweep is due while anybody is out or was lately; an untroubled cluster has no timer. */
    private void arm() {
        if (cancelSweep == null && !closed) {
            Duration interval = config.interval().isPositive() ? config.interval() : Duration.ofSeconds(10);
            cancelSweep = timers.after(interval, this::sweep);
        }
    }

    private void sweep() {
        if (sweepHosts()) {
            onChange.run();
        }
    }

    private synchronized boolean sweepHosts() {
        cancelSweep = null;
        if (closed) {
            return false;
        }
        boolean anyBack = false;
        boolean anyLeft = false;
        for (Host host : List.copyOf(hosts.get())) {
            OutlierState state = host.outlier();
            if (state.ejected()) {
                boolean back = timers.nanoTime() - state.ejectedAtNanos >= ejectionNanos(state);
                if (back) {
                    state.resetCounters();
                    state.ejected(false);
                }
                anyBack |= back;
            } else if (state.multiplier > 0) {
                state.multiplier--;
            }
            anyLeft |= state.ejected() || state.multiplier > 0;
        }
        if (anyLeft) {
            arm();
        }
        return anyBack;
    }

    private long ejectionNanos(OutlierState state) {
        long base = config.baseEjectionTime().toNanos();
        return Math.min(
                base * Math.max(1, state.multiplier),
                Math.max(base, config.maxEjectionTime().toNanos()));
    }

    /** Carries on with hosts that another configuration ejected. */
    synchronized void adopt() {
        if (hosts.get().stream().anyMatch(host -> host.isEjected() || host.outlier().multiplier > 0)) {
            arm();
        }
    }

    synchronized void close() {
        closed = true;
        if (cancelSweep != null) {
            cancelSweep.run();
            cancelSweep = null;
        }
    }

    long ejections() {
        return ejections.get();
    }

    long overflows() {
        return overflows.get();
    }
}
