package dev.lateen.proxy.model;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.cluster.v3.Cluster}, its fields in groups.
 *
 * @param outlierDetection null when off
 * @param protocol what is spoken upstream
 * @param origin which resources it comes from and stands for
 */
public record Cluster(
        String name,
        String statName,
        Discovery discovery,
        LoadBalancing loadBalancing,
        CircuitBreakers circuitBreakers,
        @Nullable OutlierDetection outlierDetection,
        TransportSockets sockets,
        UpstreamProtocol protocol,
        ConnectionOptions connections,
        Origin origin) {
    /** How an endpoint is picked. */
    public record LoadBalancing(LbPolicy policy, LbSettings settings) {}

    /**
     * What is spoken below the protocol.
     *
     * @param tls the default transport socket; null for clear text
     * @param matches first whose labels the endpoint's {@code envoy.transport_socket_match} metadata holds wins over {@code tls}
     */
    public record TransportSockets(@Nullable UpstreamTls tls, List<TransportSocketMatch> matches) {
        /** Clear text. */
        public static final TransportSockets CLEAR = new TransportSockets(null, List.of());

        public TransportSockets {
            matches = List.copyOf(matches);
        }
    }

    /** @param services Istio's {@code filter_metadata["istio"]["services"]}: what the metrics call the destination */
    public record Origin(List<DestinationService> services, Provenance provenance) {
        /** Of nobody's resources. */
        public static final Origin NONE = new Origin(List.of(), Provenance.NONE);

        public Origin {
            services = List.copyOf(services);
        }
    }

    /** Where endpoints come from. */
    public sealed interface Discovery {
        record Static(LoadAssignment assignment) implements Discovery {}

        /** @param serviceName the EDS resource's name */
        record Eds(String serviceName) implements Discovery {}

        /** Every address of every name is an endpoint. */
        record StrictDns(LoadAssignment names, Duration refreshRate, boolean respectTtl) implements Discovery {}

        /** The first address of the name, looked up anew. */
        record LogicalDns(LoadAssignment names, Duration refreshRate, boolean respectTtl) implements Discovery {}

        /** The host that each request names, looked up when a connection is made. */
        record ByName() implements Discovery {}

        /** The connection's original destination. @param useHttpHeader whether {@code x-envoy-original-dst-host} may name it */
        record OriginalDst(boolean useHttpHeader, int portOverride) implements Discovery {}
    }

    /** {@code Cluster.LbPolicy}. */
    public enum LbPolicy {
        ROUND_ROBIN,
        LEAST_REQUEST,
        RANDOM,
        RING_HASH,
        MAGLEV,
        CLUSTER_PROVIDED
    }

    /**
     * @param panicThreshold percent of healthy hosts under which health is ignored, 0 switches it off
     * @param localityWeighted whether locality weights are followed
     * @param slowStart null for none; only with {@code ROUND_ROBIN} and {@code LEAST_REQUEST}
     */
    public record LbSettings(
            int choiceCount,
            long minimumRingSize,
            long maglevTableSize,
            double panicThreshold,
            boolean localityWeighted,
            @Nullable SlowStart slowStart) {
        /** Without a slow start. */
        public LbSettings(
                int choiceCount,
                long minimumRingSize,
                long maglevTableSize,
                double panicThreshold,
                boolean localityWeighted) {
            this(choiceCount, minimumRingSize, maglevTableSize, panicThreshold, localityWeighted, null);
        }
    }

    /**
     * {@code SlowStartConfig}: how a new host gets its share of the load bit by bit.
     *
     * @param window until it has all of it; a millisecond at least
     * @param aggression above zero; 1 is linear, more gives it more at the beginning
     * @param minimum of its share, 0 to 1
     */
    public record SlowStart(Duration window, double aggression, double minimum) {}

    /** {@code CircuitBreakers.Thresholds} of default priority. @param retryBudgetPercent negative when {@code maxRetries} rules */
    public record CircuitBreakers(
            long maxConnections,
            long maxPendingRequests,
            long maxRequests,
            long maxRetries,
            double retryBudgetPercent,
            long minRetryConcurrency) {}

    /** {@code OutlierDetection}; a count of 0 means that kind is off. */
    public record OutlierDetection(
            int consecutive5xx,
            int consecutiveGatewayFailure,
            int consecutiveLocalOriginFailure,
            boolean splitExternalLocalOriginErrors,
            Duration interval,
            Duration baseEjectionTime,
            Duration maxEjectionTime,
            int maxEjectionPercent) {}

    /** What is spoken upstream ({@code HttpProtocolOptions}). */
    public enum UpstreamProtocol {
        HTTP1,
        HTTP2,
        /** As the downstream side speaks. */
        USE_DOWNSTREAM,
        /** What ALPN agrees on. */
        AUTO
    }

    /**
     * What is said of the cluster's connections.
     *
     * @param connectTimeout above zero
     * @param idleTimeout of pooled connections; zero means none (default 1 h)
     * @param maxRequests of one connection; 0 for no limit
     * @param maxDuration of a connection; null for no limit
     * @param bindAddress source address, or null
     * @param maxConcurrentStreams on one HTTP/2 connection; 0 for as many as the server allows
     * @param http2KeepAlive null for none
     * @param tcpKeepalive null for the system's own times
     * @param proxyProtocol which version of the PROXY protocol's header tells servers the client's address, before TLS; null for none
     */
    public record ConnectionOptions(
            Duration connectTimeout,
            Duration idleTimeout,
            int maxRequests,
            @Nullable Duration maxDuration,
            @Nullable InetAddress bindAddress,
            int maxConcurrentStreams,
            @Nullable Http2KeepAlive http2KeepAlive,
            @Nullable TcpKeepalive tcpKeepalive,
            @Nullable ProxyProtocol proxyProtocol) {
        private static final Duration IDLE = Duration.ofHours(1);

        /** Envoy's defaults beside a connect timeout. */
        public static ConnectionOptions of(Duration connectTimeout) {
            return new ConnectionOptions(connectTimeout, IDLE, 0, null, null, 0, null, null, null);
        }
    }

    /** PINGs to servers: one each {@code interval}; a connection whose server does not answer within {@code timeout} is closed. Both above zero. */
    public record Http2KeepAlive(Duration interval, Duration timeout) {}

    /** {@code TcpKeepalive}; 0 keeps the system's own value. @param time seconds until the first probe @param interval seconds between probes */
    public record TcpKeepalive(int probes, int time, int interval) {}

    /** Versions of the PROXY protocol. */
    public enum ProxyProtocol {
        V1,
        V2
    }

    /** @param tls null for clear text */
    public record TransportSocketMatch(
            String name,
            java.util.Map<String, String> labels,
            @Nullable UpstreamTls tls) {
        public TransportSocketMatch {
            labels = java.util.Map.copyOf(labels);
        }
    }

    /** One entry of Istio's {@code services} metadata. */
    public record DestinationService(String host, String name, String namespace) {}
}
