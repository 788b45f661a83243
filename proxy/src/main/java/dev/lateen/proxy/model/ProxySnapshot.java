package dev.lateen.proxy.model;

import java.util.List;
import java.util.Map;

/**
 * Everything the proxy is told to be, at one moment, references resolved: each cluster a route names that can be had is here, each EDS
 * cluster has its assignment, each SDS name its secret. Parts that did not change are the same objects as in the snapshot before, so
 * run-time state can be carried over by identity or name. Holds no run-time state.
 *
 * @param version counts up by one with each snapshot
 * @param listeners by name
 * @param routeTables by RDS name
 * @param clusters by name
 * @param assignments by EDS name
 * @param secrets by SDS name
 * @param gaps what of it all can't be built: it denies, or is left out
 */
public record ProxySnapshot(
        long version,
        Map<String, Listener> listeners,
        Map<String, RouteTable> routeTables,
        Map<String, Cluster> clusters,
        Map<String, LoadAssignment> assignments,
        Map<String, Secret> secrets,
        List<ConfigGap> gaps) {
    /** Nothing configured yet. */
    public static final ProxySnapshot EMPTY = new ProxySnapshot(0, Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

    public ProxySnapshot {
        listeners = Map.copyOf(listeners);
        routeTables = Map.copyOf(routeTables);
        clusters = Map.copyOf(clusters);
        assignments = Map.copyOf(assignments);
        secrets = Map.copyOf(secrets);
        gaps = List.copyOf(gaps);
    }

    /** One without gaps. */
    public ProxySnapshot(
            long version,
            Map<String, Listener> listeners,
            Map<String, RouteTable> routeTables,
            Map<String, Cluster> clusters,
            Map<String, LoadAssignment> assignments,
            Map<String, Secret> secrets) {
        this(version, listeners, routeTables, clusters, assignments, secrets, List.of());
    }
}
