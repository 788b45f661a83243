package dev.lateen.proxy.model;

import dev.lateen.proxy.model.HeaderMutations.HeaderValueOption;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy}.
 *
 * @param clusters one or more with their weights; {@code totalWeight} is their sum
 * @param idleTimeout zero means none (Envoy's default 1 h is filled in by the decoder)
 * @param maxDuration of a downstream connection; zero means none
 * @param hashesSourceIp whether a client's address decides about its host, where the cluster balances by hashes
 * @param maxConnectAttempts at least 1
 * @param tunnelingConfig how the bytes are carried through an HTTP proxy; null where they go as they are
 */
public record TcpProxy(
        String statPrefix,
        List<WeightedTcpCluster> clusters,
        long totalWeight,
        Duration idleTimeout,
        Duration maxDuration,
        boolean hashesSourceIp,
        int maxConnectAttempts,
        List<AccessLogConfig> accessLogs,
        @Nullable TunnelingConfig tunnelingConfig)
        implements TerminalFilter {
    /** Where no connection gets to: the end of a chain that refuses them all. */
    public static final TcpProxy NOWHERE =
            new TcpProxy("refused", List.of(), 0, Duration.ZERO, Duration.ZERO, false, 1, List.of());

    public TcpProxy {
        clusters = List.copyOf(clusters);
        accessLogs = List.copyOf(accessLogs);
    }

    /** Whose bytes go as they are. */
    public TcpProxy(
            String statPrefix,
            List<WeightedTcpCluster> clusters,
            long totalWeight,
            Duration idleTimeout,
            Duration maxDuration,
            boolean hashesSourceIp,
            int maxConnectAttempts,
            List<AccessLogConfig> accessLogs) {
        this(
                statPrefix,
                clusters,
                totalWeight,
                idleTimeout,
                maxDuration,
                hashesSourceIp,
                maxConnectAttempts,
                accessLogs,
                null);
    }

    /**
     * {@code TcpProxy.TunnelingConfig}.
     *
     * @param hostname the authority that is asked for; may hold command operators, as the headers' values may
     * @param usePost whether by POST, not CONNECT
     * @param postPath of the POST
     */
    public record TunnelingConfig(
            String hostname, boolean usePost, String postPath, List<HeaderValueOption> headersToAdd) {
        public TunnelingConfig {
            headersToAdd = List.copyOf(headersToAdd);
        }
    }

    public record WeightedTcpCluster(String cluster, long weight) {}
}
