package dev.lateen.proxy.upstream;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.Discovery;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.transport.NameResolver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a cluster keeps while its name stays configured, whatever its configuration: hosts with their pools and health, circuit breaker, counters. Of its
 * configurations, the {@link UpstreamCluster}s, the newest follows what DNS and outlier detection find out. Hosts and balancers are made when they are first asked
 * for, since most clusters of a mesh never are, or at once where a slow start has to know since when a host is there; from then on a change rebuilds them on the
 * thread that brings it.
 */
final class ClusterState {
    /** What all clusters share. @param onRemoved told of every host that is gone */
    record Surroundings(NameResolver resolver, Timers timers, Consumer<Host> onRemoved) {}

    private final Surroundings around;
    private final SplittableRandom random;
    private final CircuitBreaker breaker;
    private final HostRegistry registry = new HostRegistry();
    private final OriginalDstHosts originalDst;
    private final ClusterTotals totals = new ClusterTotals();
    private final AtomicLong panicPicks = new AtomicLong();
    private final AtomicLong noneHealthy = new AtomicLong();
    private volatile UpstreamCluster newest;
    private volatile @Nullable OutlierDetector detector;
    private List<Placed> placed = List.of();
    private @Nullable LoadAssignment unplaced;
    private boolean placedApplied = true;
    /** Gone from the newest configuration, which is not in force yet. */
    private List<Host> leaving = new ArrayList<>();

    private @Nullable DnsEndpoints dns;
    private boolean closed;

    ClusterState(Cluster config, @Nullable LoadAssignment assignment, Surroundings around, long seed) {
        this.around = around;
        this.random = new SplittableRandom(seed);
        this.breaker = new CircuitBreaker(config.circuitBreakers());
        this.originalDst = new OriginalDstHosts(around.timers(), this::departed);
        this.newest = new UpstreamCluster(this, config, assignment);
        replaceDetector(null, config);
        replaceEndpoints(newest);
        refresh(false);
        settle();
    }

    UpstreamCluster newest() {
        return newest;
    }

    CircuitBreaker breaker() {
        return breaker;
    }

    OriginalDstHosts originalDst() {
        return originalDst;
    }

    AtomicLong panicPicks() {
        return panicPicks;
    }

    @Nullable
    Host counted(@Nullable Host host) {
        if (host == null) {
            noneHealthy.incrementAndGet();
        }
        return host;
    }

    synchronized List<Host> hosts() {
        if (newest.destinationPicked()) {
            return originalDst.hosts();
        }
        applyPlaced();
        settle();
        return registry.hosts();
    }

    synchronized List<Host> shownHosts() {
        return placedApplied || newest.destinationPicked()
                ? hosts()
                : wanted().stream()
                        .map(each -> new Host(each.address(), each.placement()))
                        .toList();
    }

    private List<Placed> wanted() {
        LoadAssignment unread = unplaced;
        return unread == null ? placed : Placed.all(unread);
    }

    synchronized ClusterStats stats() {
        boolean byDestination = newest.destinationPicked();
        List<Host> hosts = byDestination ? originalDst.hosts() : registry.hosts();
        HostStats sum = totals.plus(hosts);
        OutlierDetector outliers = detector;
        boolean made = placedApplied || byDestination;
        return new ClusterStats(
                new ClusterStats.Requests(
                        sum.requestsActive(), sum.requestsTotal(), breaker.pending(), sum.requestsTimeout()),
                new ClusterStats.Connections(sum.connectionsActive(), sum.connectionsTotal(), sum.connectionsFailed()),
                new ClusterStats.Membership(
                        made ? hosts.size() : described(_ -> true),
                        made ? hosts.stream().filter(Host::isAvailable).count() : described(Host::isAvailable)),
                new ClusterStats.Ejections(
                        hosts.stream().filter(Host::isEjected).count(),
                        outliers == null ? 0 : outliers.ejections(),
                        outliers == null ? 0 : outliers.overflows()),
                noneHealthy.get(),
                panicPicks.get());
    }

    /** Hosts are not made for being counted. */
    private long described(Predicate<Endpoint> which) {
        LoadAssignment unread = unplaced;
        Stream<Endpoint> endpoints = unread == null
                ? placed.stream().map(each -> each.placement().endpoint())
                : unread.localities().stream().flatMap(each -> each.endpoints().stream());
        return endpoints.filter(which).count();
    }

    /**
     * The cluster by another configuration; the same object when nothing changes. Hosts that it no longer has go with the next {@link #settle}: until it is in force,
     * requests still reach them by the one before.
     */
    synchronized UpstreamCluster update(Cluster next, @Nullable LoadAssignment nextAssignment) {
        UpstreamCluster before = newest;
        Cluster old = before.config();
        boolean sameEndpoints =
                old.discovery().equals(next.discovery()) && Objects.equals(before.assignment(), nextAssignment);
        if (sameEndpoints && old.equals(next)) {
            return before;
        }
        UpstreamCluster made = new UpstreamCluster(this, next, nextAssignment);
        newest = made;
        breaker.limits(next.circuitBreakers());
        if (!Objects.equals(old.outlierDetection(), next.outlierDetection())) {
            replaceDetector(detector, next);
        }
        if (!sameEndpoints) {
            replaceEndpoints(made);
        }
        if (awaitsNames()) {
            made.warm(before.serving());
        }
        refresh(before.hostSet() != null);
        return made;
    }

    private boolean awaitsNames() {
        return dns != null && !dns.answered();
    }

    /** What the newest configuration has no place for goes now: it is in force. */
    synchronized void settle() {
        List<Host> gone = leaving;
        if (!gone.isEmpty()) {
            leaving = new ArrayList<>();
            gone.forEach(this::departed);
        }
    }

    private void replaceDetector(@Nullable OutlierDetector before, Cluster next) {
        if (before != null) {
            before.close();
        }
        OutlierDetector made = next.outlierDetection() == null
                ? null
                : new OutlierDetector(
                        next.outlierDetection(), around.timers(), registry::hosts, this::healthChanged, before);
        detector = made;
        registry.detector(made);
        if (made != null) {
            made.adopt();
        } else {
            registry.hosts().forEach(host -> host.outlier().ejected(false));
        }
    }

    private void replaceEndpoints(UpstreamCluster next) {
        if (dns != null) {
            dns.close();
            dns = null;
        }
        switch (next.config().discovery()) {
            case Discovery.Static fixed -> place(List.of(), fixed.assignment());
            case Discovery.Eds _ -> place(List.of(), next.assignment());
            case Discovery.OriginalDst original -> originalDst.portOverride(original.portOverride());
            case Discovery.ByName _ -> originalDst.portOverride(0);
            case Discovery.StrictDns strict -> follow(strict.names(), strict.refreshRate(), strict.respectTtl(), false);
            case Discovery.LogicalDns logical ->
                follow(logical.names(), logical.refreshRate(), logical.respectTtl(), true);
        }
    }

    private void follow(LoadAssignment names, Duration rate, boolean respectTtl, boolean onlyOne) {
        DnsEndpoints[] self = new DnsEndpoints[1];
        DnsEndpoints made = new DnsEndpoints(
                around.resolver(), around.timers(), names, rate, respectTtl, onlyOne, () -> resolved(self[0]));
        self[0] = made;
        dns = made;
        made.start();
    }

    private synchronized void resolved(@Nullable DnsEndpoints from) {
        if (from == null || !Objects.equals(from, dns) || closed) {
            return;
        }
        place(from.placed(), null);
        UpstreamCluster now = newest;
        refresh(now.hostSet() != null || now.serving().hostSet() != null);
        if (from.answered()) {
            now.warm(null);
        }
        settle();
    }

    /** @param assignment what is not even looked at before hosts are asked for; null for none */
    private void place(List<Placed> next, @Nullable LoadAssignment assignment) {
        placed = next;
        unplaced = assignment;
        placedApplied = false;
    }

    /** The hosts that a configuration picks among, when it is first asked for one. */
    synchronized HostSet build(UpstreamCluster asked) {
        HostSet set = asked.hostSet();
        if (set == null) {
            // One that was replaced, or is gone, before anybody called it: its endpoints were never made into hosts.
            boolean late = closed || !Objects.equals(asked, newest);
            if (!late) {
                applyPlaced();
                settle();
            }
            set = hostSet(asked, late ? registry.among(described(asked)) : registry.hosts());
            asked.hostSet(set);
        }
        return set;
    }

    private static List<Placed> described(UpstreamCluster replaced) {
        LoadAssignment assignment = replaced.config().discovery() instanceof Discovery.Static fixed
                ? fixed.assignment()
                : replaced.assignment();
        return assignment == null ? List.of() : Placed.all(assignment);
    }

    private HostSet hostSet(UpstreamCluster cluster, List<Host> hosts) {
        return new HostSet(cluster.config(), hosts, random, around.timers());
    }

    private synchronized void healthChanged() {
        refresh(newest.hostSet() != null);
        settle();
    }

    /** Rebuilds what is in use; what is not stays unbuilt. */
    private void refresh(boolean inUse) {
        UpstreamCluster now = newest;
        if (inUse || now.config().loadBalancing().settings().slowStart() != null) {
            applyPlaced();
            now.hostSet(hostSet(now, registry.hosts()));
        }
    }

    private void applyPlaced() {
        if (!placedApplied) {
            placedApplied = true;
            leaving.addAll(registry.replace(wanted(), detector));
            placed = List.of();
            unplaced = null;
        }
    }

    private void departed(Host host) {
        host.remove();
        totals.departed(host);
        around.onRemoved().accept(host);
    }

    synchronized void close() {
        closed = true;
        if (dns != null) {
            dns.close();
        }
        OutlierDetector outliers = detector;
        if (outliers != null) {
            outliers.close();
        }
        originalDst.close();
        placed = List.of();
        unplaced = null;
        placedApplied = true;
        leaving.addAll(registry.replace(List.of(), null));
        settle();
    }
}
