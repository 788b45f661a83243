package dev.lateen.proxy.admin;

import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.api.metrics.MetricsText;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.telemetry.Stat;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What the admin server tells of and may change; implemented by the proxy. What pages tell is asked for on threads of their own, the state and whatever
 * changes something on the admin server's event loop, where nothing must block.
 */
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
    Future<Page> configDump(Map<String, String> query);

    /** The node, as JSON of {@code envoy.config.core.v3.Node}. */
    String nodeJson();

    /** How it was started, in the fields of {@code envoy.admin.v3.CommandLineOptions}. */
    Map<String, Object> commandLineOptions();

    /** Writes Istio's metric families. */
    void metrics(MetricsText out) throws IOException;

    /** What Prometheus gets after all of the proxy's own. */
    default MetricsSource platform() {
        return MetricsSource.NONE;
    }

    /** Envoy's own statistics, all but the clusters' connections and hosts. */
    List<Stat> stats();

    /** Whether a statistic of this name is told: {@code stats_config.stats_matcher}. */
    boolean keepsStat(String name);

    /** Whether Prometheus gets {@code cluster_name} and the like, as Istio's bootstrap asks, instead of Envoy's {@code envoy_cluster_name}. */
    boolean istioLabels();

    /** Milliseconds since start. */
    long uptimeMillis();

    /** Whether a cluster is the bootstrap's own. */
    boolean isStaticCluster(String name);

    /** The time. */
    Instant now();

    /** What keeps the configuration from being whole, in words: rejections, what waits for something, servers that can't be reached. */
    List<String> waiting();

    /** Begins to drain listeners ({@code /drain_listeners}). @param inboundOnly whether outbound ones go on */
    void drainListeners(boolean inboundOnly);

    /** Whether to tell that we are draining whatever we do ({@code /healthcheck/fail}, {@code /healthcheck/ok}). */
    void failHealthChecks(boolean fail);

    /** Opens access log files anew, after they were moved away ({@code /reopen_logs}). */
    void reopenLogs();

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
