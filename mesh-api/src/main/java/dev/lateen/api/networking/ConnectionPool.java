package dev.lateen.api.networking;

import dev.lateen.api.schema.AtLeast;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Range;
import dev.lateen.api.schema.Uint32;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Limits and timeouts of the connections to a host; an absent limit means none. */
public record ConnectionPool(@Nullable Tcp tcp, @Nullable Http http) {
    /**
     * What holds for every connection.
     *
     * @param maxConnections to one host; 0 means no limit
     * @param connectTimeout absent means the mesh's
     * @param tcpKeepalive absent means none
     * @param maxConnectionDuration absent means none
     * @param idleTimeout without bytes; absent means 1 h, 0 means none
     */
    public record Tcp(
            @Range(min = 0, max = Integer.MAX_VALUE, why = "a limit is not negative")
            int maxConnections,

            @AtLeast("1ms") @Nullable Duration connectTimeout,
            @Nullable Keepalive tcpKeepalive,
            @AtLeast("1ms") @Nullable Duration maxConnectionDuration,
            @Nullable Duration idleTimeout) {}

    /**
     * TCP keepalive; what is absent is the system's.
     *
     * @param probes unanswered ones until the connection is dead
     * @param time idle until the first one
     * @param interval between them
     */
    public record Keepalive(
            @Uint32 long probes,
            @AtLeast("1ms") @Nullable Duration time,
            @AtLeast("1ms") @Nullable Duration interval) {}

    /**
     * What holds for HTTP.
     *
     * @param http1MaxPendingRequests waiting for a connection; 0 means no limit
     * @param http2MaxRequests in flight; 0 means no limit
     * @param maxRequestsPerConnection 0 means no limit
     * @param maxRetries in flight; 0 means no limit
     * @param idleTimeout without requests; absent means 1 h
     * @param h2UpgradePolicy whether HTTP/1.1 is upgraded to HTTP/2
     * @param useClientProtocol whether the protocol of the client is kept
     * @param maxConcurrentStreams of one HTTP/2 connection; 0 means the default
     * @param http2KeepAlive PING frames to servers; absent means none (since Istio 1.31)
     */
    @Obeys(DestinationRuleRules.HttpPool.class)
    public record Http(
            @Range(min = 0, max = Integer.MAX_VALUE, why = "a limit is not negative")
            int http1MaxPendingRequests,

            @Range(min = 0, max = Integer.MAX_VALUE, why = "a limit is not negative")
            int http2MaxRequests,

            @Range(min = 0, max = Integer.MAX_VALUE, why = "a limit is not negative")
            int maxRequestsPerConnection,

            @Range(min = 0, max = Integer.MAX_VALUE, why = "a limit is not negative")
            int maxRetries,

            @AtLeast("1ms") @Nullable Duration idleTimeout,
            H2UpgradePolicy h2UpgradePolicy,
            boolean useClientProtocol,

            @Range(min = 0, max = Integer.MAX_VALUE, why = "a limit is not negative")
            int maxConcurrentStreams,

            @Nullable Http2KeepAlive http2KeepAlive) {}

    /**
     * PING frames of HTTP/2 to servers.
     *
     * @param interval between them
     * @param timeout of the answer, after which the connection is closed
     */
    public record Http2KeepAlive(
            @AtLeast("1ms") @Nullable Duration interval,
            @AtLeast("1ms") @Nullable Duration timeout) {}

    /** Whether HTTP/1.1 is upgraded to HTTP/2. */
    public enum H2UpgradePolicy {
        /** As the mesh says. */
        DEFAULT,
        /** No. */
        DO_NOT_UPGRADE,
        /** Yes. */
        UPGRADE
    }
}
