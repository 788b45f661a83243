package dev.lateen.proxy.admin;

import dev.lateen.proxy.model.ProxySnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** What the admin server tells of and may change; implemented by the proxy. Called on the admin server's event loop; must not block. */
public interface AdminSource {
    /** The configuration in force. */
    ProxySnapshot snapshot();

    /** Envoy's {@code ServerInfo.State}. */
    State state();

    /** Addresses that listeners are bound to, by listener name. */
    Map<String, List<String>> boundListeners();

    /**
     * {@code envoy.admin.v3.ConfigDump} in JSON.
     *
     * @param query {@code include_eds}, {@code resource}, {@code mask}, {@code name_regex} as Envoy knows them
     * @return fails with a {@code NoSuchElementException} for a resource that does not exist
     * @throws IllegalArgumentException for a query that makes no sense
     */
    Future<String> configDump(Map<String, String> query);

    /** The node, as JSON of {@code envoy.config.core.v3.Node}. */
    String nodeJson();

    /** Istio's metric families. */
    List<MetricSnapshot> metrics();

    /** Counters and gauges beyond clusters', such as {@code control_plane.connected_state}, by Envoy's names. */
    Map<String, Long> stats();

    /** Milliseconds since start. */
    long uptimeMillis();

    /** Begins to drain all listeners ({@code /drain_listeners}). */
    void drainListeners();

    /** Ends the process or the verticle ({@code /quitquitquit}). */
    void quit();

    /** {@code envoy.admin.v3.ServerInfo.State}. */
    enum State {
        LIVE,
        DRAINING,
        PRE_INITIALIZING,
        INITIALIZING
    }
}
