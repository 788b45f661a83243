package dev.lateen.proxy.upstream;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.Discovery;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.transport.NameResolver;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster at run time: its hosts, its balancer, its circuit breaker. It keeps its state while the cluster's name stays configured. Hosts
 * and balancers are made when they are first asked for, since most clusters of a mesh never are, or at once where a slow start has to know
 * since when a host is there; from then on a change rebuilds them on the
 * thread that brings it, and {@link #pick} only reads.
 */
public final class UpstreamCluster {
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
    private volatile Cluster config;
    private volatile boolean destinationPicked;
    private volatile @Nullable HostSet hostSet;
    private volatile @Nullable OutlierDetector detector;
    private @Nullable LoadAssignment assignment;
    private List<Placed> placed = List.of();
    private @Nullable LoadAssignment unplaced;
    private boolean placedApplied = true;
    private @Nullable DnsEndpoints dns;
    private boolean closed;

    UpstreamCluster(Cluster config, @Nullable LoadAssignment assignment, Surroundings around, long seed) {
        this.around = around;
        this.random = new SplittableRandom(seed);
        this.config = config;
        this.breaker = new CircuitBreaker(config.circuitBreakers());
        this.originalDst = new OriginalDstHosts(around.timers(), this::departed);
        replaceDetector(null, config);
        replaceEndpoints(config, assignment);
        refreshNow();
    }

    /** Its configuration in the current snapshot. */
    public Cluster config() {
        return config;
    }

    public CircuitBreaker breaker() {
        return breaker;
    }

    /** A host to send to, by the cluster's balancing policy; null when there is none (503 {@code UH}). Lock-free once in use. */
    public @Nullable Host pick(PickContext context) {
        if (destinationPicked) {
            return counted(originalDst.pick(context));
        }
        HostSet set = hostSet;
        if (set == null) {
            set = build();
        }
        Host host = null;
        for (int attempt = 0; attempt < context.maxAttempts(); attempt++) {
            host = set.pick(context, attempt, panicPicks);
            if (host == null || !context.wasTried(host)) {
                break;
            }
        }
        return counted(host);
    }

    private @Nullable Host counted(@Nullable Host host) {
        if (host == null) {
            noneHealthy.incrementAndGet();
        }
        return host;
    }

    /** All hosts, whatever their health. */
    public synchronized List<Host> hosts() {
        if (destinationPicked) {
            return originalDst.hosts();
        }
        applyPlaced();
        return registry.hosts();
    }

    /** The same for the admin pages: where nobody has called the cluster yet, hosts are made for the moment and not kept. */
    public synchronized List<Host> shownHosts() {
        return placedApplied || destinationPicked
                ? hosts()
                : wanted().stream()
                        .map(each -> new Host(each.address(), each.placement()))
                        .toList();
    }

    private List<Placed> wanted() {
        LoadAssignment unread = unplaced;
        return unread == null ? placed : Placed.all(unread);
    }

    /** Counters of the whole cluster, hosts that are gone included. */
    public synchronized ClusterStats stats() {
        List<Host> hosts = destinationPicked ? originalDst.hosts() : registry.hosts();
        HostStats sum = totals.plus(hosts);
        OutlierDetector outliers = detector;
        boolean made = placedApplied || destinationPicked;
        return new ClusterStats(
                sum.requestsActive(),
                sum.requestsTotal(),
                breaker.pending(),
                sum.requestsTimeout(),
                sum.connectionsActive(),
                sum.connectionsTotal(),
                sum.connectionsFailed(),
                made ? hosts.size() : described(_ -> true),
                made ? hosts.stream().filter(Host::isAvailable).count() : described(Host::isAvailable),
                hosts.stream().filter(Host::isEjected).count(),
                outliers == null ? 0 : outliers.ejections(),
                outliers == null ? 0 : outliers.overflows(),
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

    /** Follows a new snapshot. */
    synchronized void update(Cluster next, @Nullable LoadAssignment nextAssignment) {
        Cluster before = config;
        boolean sameEndpoints =
                before.discovery().equals(next.discovery()) && Objects.equals(assignment, nextAssignment);
        if (before.equals(next) && sameEndpoints) {
            config = next;
            return;
        }
        config = next;
        breaker.limits(next.circuitBreakers());
        if (!Objects.equals(before.outlierDetection(), next.outlierDetection())) {
            replaceDetector(detector, next);
        }
        if (!sameEndpoints) {
            replaceEndpoints(next, nextAssignment);
        }
        refresh();
    }

    private void replaceDetector(@Nullable OutlierDetector before, Cluster next) {
        if (before != null) {
            before.close();
        }
        OutlierDetector made = next.outlierDetection() == null
                ? null
                : new OutlierDetector(
                        next.outlierDetection(), around.timers(), registry::hosts, this::refreshNow, before);
        detector = made;
        registry.detector(made);
        if (made != null) {
            made.adopt();
        } else {
            registry.hosts().forEach(host -> host.outlier().ejected(false));
        }
    }

    private void replaceEndpoints(Cluster next, @Nullable LoadAssignment nextAssignment) {
        assignment = nextAssignment;
        if (dns != null) {
            dns.close();
            dns = null;
        }
        destinationPicked =
                next.discovery() instanceof Discovery.OriginalDst || next.discovery() instanceof Discovery.ByName;
        switch (next.discovery()) {
            case Discovery.Static fixed -> place(List.of(), fixed.assignment());
            case Discovery.Eds _ -> place(List.of(), nextAssignment);
            case Discovery.OriginalDst original -> originalDst.portOverride(original.portOverride());
            case Discovery.ByName byName -> originalDst.portOverride(0);
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
        if (from != null && Objects.equals(from, dns) && !closed) {
            place(from.placed(), null);
            refresh();
        }
    }

    /** @param assignment what is not even looked at before hosts are asked for; null for none */
    private void place(List<Placed> next, @Nullable LoadAssignment assignment) {
        placed = next;
        unplaced = assignment;
        placedApplied = false;
    }

    private synchronized HostSet build() {
        HostSet set = hostSet;
        if (set == null) {
            applyPlaced();
            set = new HostSet(config, registry.hosts(), random, around.timers());
            hostSet = set;
        }
        return set;
    }

    private synchronized void refreshNow() {
        refresh();
    }

    /** Rebuilds what is in use; what is not stays unbuilt. */
    private void refresh() {
        if (hostSet != null || config.lbSettings().slowStart() != null) {
            applyPlaced();
            hostSet = new HostSet(config, registry.hosts(), random, around.timers());
        }
    }

    private void applyPlaced() {
        if (!placedApplied) {
            placedApplied = true;
            registry.replace(wanted(), detector).forEach(this::departed);
            placed = List.of();
            unplaced = null;
        }
    }

    private void departed(Host host) {
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
        registry.replace(List.of(), null).forEach(this::departed);
        placed = List.of();
        hostSet = null;
    }
}
