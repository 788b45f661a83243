package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Listener;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Envoy's own counters of listeners, connection managers, TCP proxies and the requests of clusters, by their names; they outlive
 * configurations. Safe for use by several threads.
 */
final class TrafficStats {
    private final Map<String, HttpManagerStats> http = new ConcurrentHashMap<>();
    private final Map<String, TcpProxyStats> tcp = new ConcurrentHashMap<>();
    private final Map<String, ListenerStats> listeners = new ConcurrentHashMap<>();
    private final Map<String, ClusterRequestStats> clusters = new ConcurrentHashMap<>();
    private final Map<RouteKey, ClusterRequestStats> routes = new ConcurrentHashMap<>();

    /** Routes of one virtual host may share a prefix. */
    private record RouteKey(String virtualHost, String prefix) {}

    HttpManagerStats http(String prefix) {
        return http.computeIfAbsent(prefix, _ -> new HttpManagerStats(this::cluster, this::route));
    }

    void call(Cluster cluster, int status, long nanos) {
        cluster(cluster).count(status, nanos / 1000);
    }

    TcpProxyStats tcp(String prefix) {
        return tcp.computeIfAbsent(prefix, _ -> new TcpProxyStats());
    }

    ListenerStats listener(Listener listener) {
        // Envoy's form of an address in a name.
        String address = listener.address().getAddress().getHostAddress();
        String name = (address.indexOf(':') >= 0 ? "[" + address + "]" : address) + ":"
                + listener.address().getPort();
        return listeners.computeIfAbsent(name.replace(':', '_'), _ -> new ListenerStats());
    }

    private ClusterRequestStats cluster(Cluster cluster) {
        ClusterRequestStats known = clusters.get(cluster.statName());
        return known != null ? known : clusters.computeIfAbsent(cluster.statName(), _ -> new ClusterRequestStats());
    }

    private ClusterRequestStats route(String virtualHost, String prefix) {
        return routes.computeIfAbsent(new RouteKey(virtualHost, prefix), _ -> new ClusterRequestStats());
    }

    void read(List<Stat> into) {
        new TreeMap<>(clusters).forEach((name, stats) -> stats.read(Stat.Scope.CLUSTER, name, into));
        routes.forEach((key, stats) -> stats.read(Stat.Scope.VHOST, key.virtualHost + ".route." + key.prefix, into));
        new TreeMap<>(http).forEach((name, stats) -> stats.read(name, into));
        new TreeMap<>(listeners).forEach((name, stats) -> stats.read(name, into));
        new TreeMap<>(tcp).forEach((name, stats) -> stats.read(name, into));
    }
}
