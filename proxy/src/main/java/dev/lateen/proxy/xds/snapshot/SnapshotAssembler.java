package dev.lateen.proxy.xds.snapshot;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.ConfigGap;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.Decoded.Resource;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.decode.SecretReference;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Puts decoded resources together to snapshots whose references resolve. As in Envoy, a new or changed cluster waits ("warms") for its
 * endpoints and secrets, a listener for its route tables and secrets, and what was in force stays so meanwhile; route tables, endpoints and
 * secrets apply at once and outlive a removal for as long as something refers to them. Equal parts keep their identity. No I/O; used by
 * one thread at a time.
 */
public final class SnapshotAssembler implements SnapshotSource.References {
    private final Warming<Listener> listeners = new Warming<>(this::missingForListener);
    private final Warming<Cluster> clusters = new Warming<>(this::missingForCluster);
    private final Parts<RouteTable> routeTables = new Parts<>();
    private final Parts<LoadAssignment> assignments = new Parts<>();
    private final Parts<Secret> secrets = new Parts<>();
    private final InstantSource clock;
    private final ReceivedResources received = new ReceivedResources();
    private final Set<String> fixedListeners = new HashSet<>();
    private final Set<String> fixedClusters = new HashSet<>();
    private final Set<String> absentRoutes = new HashSet<>();
    private final Set<String> absentAssignments = new HashSet<>();
    private final List<String> late = new ArrayList<>();
    private final Map<String, List<ConfigGap>> routeGaps = new TreeMap<>();
    private final Set<String> absentSecrets = new HashSet<>();
    private ProxySnapshot latest = ProxySnapshot.EMPTY;

    /** On the system's clock. @param fixed the bootstrap's own resources: never removed nor replaced */
    public SnapshotAssembler(Collection<Decoded.Accepted> fixed) {
        this(fixed, InstantSource.system());
    }

    /** @param clock for how long resources wait */
    SnapshotAssembler(Collection<Decoded.Accepted> fixed, InstantSource clock) {
        this.clock = clock;
        for (Decoded.Accepted resource : fixed) {
            put(resource);
            switch (resource.resource()) {
                case Resource.OfListener(var listener) -> fixedListeners.add(listener.name());
                case Resource.OfCluster(var cluster) -> fixedClusters.add(cluster.name());
                case Resource.OfRoutes _, Resource.OfEndpoints _, Resource.OfSecret _, Resource.OfNames _ -> {}
            }
        }
    }

    /** Takes a control plane's update of one type. @param removed names that it says are gone */
    public void update(ResourceType type, Collection<Decoded.Accepted> changed, Collection<String> removed) {
        for (Decoded.Accepted resource : changed) {
            if (!isFixed(type, resource.name())) {
                put(resource);
                received.accept(type, resource.name(), resource.received());
            }
        }
        for (String name : removed) {
            remove(type, name);
        }
    }

    /** Takes note of a resource that could not be used; what was in force under its name stays. */
    void rejected(ResourceType type, String name, ConfigState.Failure failure) {
        received.reject(type, name, failure);
    }

    /** A resource that could not be used can be by now. */
    void recovered(ResourceType type, String name) {
        received.recover(type, name);
    }

    /** Why listeners and clusters are not as they were sent last, such as {@code listener x: address: in use}. */
    List<String> failures() {
        List<String> reasons = new ArrayList<>();
        for (ResourceType type : List.of(ResourceType.LISTENER, ResourceType.CLUSTER)) {
            received.failures(type).values().forEach(failure -> reasons.add(failure.details()));
        }
        return reasons;
    }

    /** What a listener or cluster waits for. */
    enum Wait {
        /** It is in force, or not there. */
        NOTHING,
        /** A resource of the aggregated stream, which brought it too. */
        SAME_STREAM,
        /** A secret of an SDS server or of the workload's own identity. */
        ELSEWHERE
    }

    /** What keeps a resource from being in force. */
    Wait waitFor(ResourceType type, String name) {
        return switch (type) {
            case LISTENER -> waitFor(listeners.held(name));
            case CLUSTER -> waitFor(clusters.held(name));
            case ROUTES, ENDPOINTS, SECRET, NAMES -> Wait.NOTHING;
        };
    }

    private Wait waitFor(Warming.@Nullable Held<?> held) {
        if (held == null) {
            return Wait.NOTHING;
        }
        boolean elsewhere = held.secrets().stream()
                .anyMatch(secret -> isMissing(secret) && !secret.source().equals(SecretReference.ADS));
        return elsewhere ? Wait.ELSEWHERE : Wait.SAME_STREAM;
    }

    private boolean isMissing(SecretReference secret) {
        return !secrets.has(secret.name()) && !absentSecrets.contains(secret.name());
    }

    /** What became of everything that was sent, up to the last {@link #assemble()}. */
    ConfigState configState() {
        Set<String> awaited = new HashSet<>();
        listeners.forEach(held -> held.secrets().forEach(secret -> addMissing(secret, awaited)));
        clusters.forEach(held -> held.secrets().forEach(secret -> addMissing(secret, awaited)));
        return received.state(awaited);
    }

    private void addMissing(SecretReference secret, Set<String> awaited) {
        if (!secrets.has(secret.name())) {
            awaited.add(secret.name());
        }
    }

    /** Takes a secret from elsewhere: the workload's own certificate, or an SDS server's. */
    public void secret(Secret secret) {
        absentSecrets.remove(secret.name());
        secrets.put(secret.name(), secret);
    }

    /** The next snapshot, or null when nothing changed that counts. */
    public @Nullable ProxySnapshot assemble() {
        Instant now = clock.instant();
        clusters.settle(now, (name, lacks) -> tellLate("cluster", name, lacks));
        listeners.settle(now, (name, lacks) -> tellLate("listener", name, lacks));
        Set<String> tables = names(ResourceType.ROUTES);
        Set<String> services = names(ResourceType.ENDPOINTS);
        routeTables.retain(tables);
        assignments.retain(services);
        // Who asks again for a name later, waits again.
        absentRoutes.retainAll(tables);
        absentAssignments.retainAll(services);
        settleReceived();
        ProxySnapshot next = new ProxySnapshot(
                latest.version() + 1,
                listeners.active(),
                routeTables.asMap(),
                clusters.active(),
                assignments.asMap(),
                secrets.asMap(),
                gapsInForce());
        if (same(next, latest)) {
            return null;
        }
        latest = next;
        return next;
    }

    private List<ConfigGap> gapsInForce() {
        List<ConfigGap> all = new ArrayList<>();
        listeners.gaps(all);
        clusters.gaps(all);
        routeGaps.keySet().retainAll(routeTables.asMap().keySet());
        routeGaps.values().forEach(all::addAll);
        return all;
    }

    private void tellLate(String word, String name, String lacks) {
        late.add(word + " " + name + " is in force without " + lacks + ", which did not come in time");
    }

    /** What came into force without what it waited for since the last call, in words. */
    List<String> takeLate() {
        List<String> taken = List.copyOf(late);
        late.clear();
        return taken;
    }

    /** When {@link #assemble()} should be called again though nothing came; null for never. */
    @Nullable
    Instant nextDeadline() {
        Instant ofClusters = clusters.nextDeadline();
        Instant ofListeners = listeners.nextDeadline();
        if (ofClusters == null || ofListeners == null) {
            return ofClusters == null ? ofListeners : ofClusters;
        }
        return ofClusters.isBefore(ofListeners) ? ofClusters : ofListeners;
    }

    private void settleReceived() {
        received.settle(ResourceType.CLUSTER, clusters::isWarming);
        received.settle(ResourceType.LISTENER, listeners::isWarming);
        for (ResourceType type : List.of(ResourceType.ROUTES, ResourceType.ENDPOINTS)) {
            received.settle(type, _ -> false);
            received.retain(type, names(type));
        }
        received.settle(ResourceType.SECRET, _ -> false);
    }

    /** The latest snapshot. */
    public ProxySnapshot latest() {
        return latest;
    }

    /** What to subscribe to by name: RDS names that listeners use, EDS names that clusters use, secrets asked for over the aggregated stream. */
    @Override
    public Set<String> names(ResourceType type) {
        Set<String> names = new LinkedHashSet<>();
        switch (type) {
            case ROUTES -> listeners.forEach(held -> names.addAll(held.routeTables()));
            case ENDPOINTS -> clusters.forEach(held -> addServiceName(held.value(), names));
            case SECRET -> names.addAll(secretsOf(SecretReference.ADS));
            case LISTENER, CLUSTER, NAMES -> {}
        }
        return names;
    }

    @Override
    public Set<String> secretsOf(String server) {
        return secretNames(server::equals);
    }

    @Override
    public Set<String> secretsBeyond(Set<String> sources) {
        return secretNames(source -> !source.equals(SecretReference.ADS)
                && !source.equals(SecretReference.STATIC)
                && !sources.contains(source));
    }

    private Set<String> secretNames(Predicate<String> fromSource) {
        Set<String> names = new LinkedHashSet<>();
        Consumer<Set<SecretReference>> add = references ->
                references.stream().filter(r -> fromSource.test(r.source())).forEach(r -> names.add(r.name()));
        listeners.forEach(held -> add.accept(held.secrets()));
        clusters.forEach(held -> add.accept(held.secrets()));
        return names;
    }

    /** What is not in force yet and why, such as {@code cluster outbound|80||a waits for endpoints outbound|80||a}. */
    public List<String> waiting() {
        List<String> texts = new ArrayList<>();
        clusters.describe("cluster", texts);
        listeners.describe("listener", texts);
        return texts;
    }

    private boolean isFixed(ResourceType type, String name) {
        return type == ResourceType.LISTENER && fixedListeners.contains(name)
                || type == ResourceType.CLUSTER && fixedClusters.contains(name);
    }

    private void put(Decoded.Accepted resource) {
        switch (resource.resource()) {
            case Resource.OfListener(var listener) ->
                listeners.put(listener.name(), listener, resource, clock.instant());
            case Resource.OfCluster(var cluster) -> clusters.put(cluster.name(), cluster, resource, clock.instant());
            case Resource.OfRoutes(var table) -> {
                absentRoutes.remove(table.name());
                routeTables.put(table.name(), table);
                routeGaps.put(table.name(), resource.gaps());
            }
            case Resource.OfEndpoints(var assignment) -> {
                absentAssignments.remove(assignment.clusterName());
                assignments.put(assignment.clusterName(), assignment);
            }
            case Resource.OfSecret(var secret) -> secret(secret);
            // Nothing of a request depends on it.
            case Resource.OfNames _ -> {}
        }
    }

    private void remove(ResourceType type, String name) {
        if (isFixed(type, name)) {
            return;
        }
        switch (type) {
            case LISTENER -> {
                listeners.remove(name);
                received.remove(type, name);
            }
            case CLUSTER -> {
                clusters.remove(name);
                received.remove(type, name);
            }
            // The last good ones stay while something refers to them; nobody waits for them any longer.
            case ROUTES -> absentRoutes.add(name);
            case ENDPOINTS -> absentAssignments.add(name);
            case SECRET -> absentSecrets.add(name);
            case NAMES -> {}
        }
    }

    private @Nullable String missingForCluster(Warming.Held<Cluster> held) {
        if (held.value().discovery() instanceof Cluster.Discovery.Eds(String service)
                && !assignments.has(service)
                && !absentAssignments.contains(service)) {
            return "endpoints " + service;
        }
        return missingSecret(held.secrets());
    }

    private @Nullable String missingForListener(Warming.Held<Listener> held) {
        for (String table : held.routeTables()) {
            if (!routeTables.has(table) && !absentRoutes.contains(table)) {
                return "routes " + table;
            }
        }
        return missingSecret(held.secrets());
    }

    private @Nullable String missingSecret(Set<SecretReference> references) {
        for (SecretReference reference : references) {
            // Without it a handshake fails, and only that: one server's missing certificate must not keep its listener
            // from serving the others.
            if (isMissing(reference)) {
                return "secret " + reference.name();
            }
        }
        return null;
    }

    private static void addServiceName(Cluster cluster, Set<String> names) {
        if (cluster.discovery() instanceof Cluster.Discovery.Eds(String service)) {
            names.add(service);
        }
    }

    /** Whether every part is the same object: equal values were never replaced. */
    @SuppressWarnings("ReferenceEquality") // identity is the point
    private static boolean same(ProxySnapshot a, ProxySnapshot b) {
        return a.version() > 1
                && sameMap(a.listeners(), b.listeners())
                && sameMap(a.routeTables(), b.routeTables())
                && sameMap(a.clusters(), b.clusters())
                && sameMap(a.assignments(), b.assignments())
                && sameMap(a.secrets(), b.secrets())
                && a.gaps().equals(b.gaps());
    }

    @SuppressWarnings("ReferenceEquality") // as above
    private static boolean sameMap(Map<?, ?> a, Map<?, ?> b) {
        return a == b;
    }
}
