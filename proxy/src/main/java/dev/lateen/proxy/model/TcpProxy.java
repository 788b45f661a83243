package dev.lateen.proxy.model;

import java.time.Duration;
import java.util.List;

/**
 * {@code envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy}.
 *
 * @param clusters one or more with their weights; {@code totalWeight} is their sum
 * @param idleTimeout zero means none (Envoy's default 1 h is filled in by the decoder)
 * @param maxDuration of a downstream connection; zero means none
 * @param hashesSourceIp whether a client's address decides about its host, where the cluster balances by hashes
 * @param maxConnectAttempts at least 1
 */
public record TcpProxy(
        String statPrefix,
        List<WeightedTcpCluster> clusters,
        long totalWeight,
        Duration idleTimeout,
        Duration maxDuration,
        boolean hashesSourceIp,
        int maxConnectAttempts,
        List<AccessLogConfig> accessLogs)
        implements TerminalFilter {
    /** Where no connection gets to: the end of a chain that refuses them all. */
    public static final TcpProxy NOWHERE =
            new TcpProxy("refused", List.of(), 0, Duration.ZERO, Duration.ZERO, false, 1, List.of());

    public TcpProxy {
        clusters = List.copyOf(clusters);
        accessLogs = List.copyOf(accessLogs);
    }

    public record WeightedTcpCluster(String cluster, long weight) {}
}
