package dev.lateen.proxy.listener;

import java.time.Duration;

/**
 * Start-up settings of all listeners.
 *
 * @param maxConnections downstream connections in all; above it new ones are closed at once (Istio: 2^31-1, so the process's file descriptors decide)
 * @param backlog connections the kernel may hold before they are accepted
 * @param drainTime how long connections of a removed listener or chain may finish what they do (Istio's {@code drainDuration}: 45 s)
 * @param handshakeTime how long a TLS handshake may take where the chain sets no {@code transport_socket_connect_timeout}; zero for any time
 */
public record ListenerSettings(int maxConnections, int backlog, Duration drainTime, Duration handshakeTime) {
    /** Istio's defaults of a sidecar. */
    public static final ListenerSettings DEFAULT =
            new ListenerSettings(Integer.MAX_VALUE, 4096, Duration.ofSeconds(45), Duration.ZERO);

    /** The same with another drain time. */
    public ListenerSettings withDrainTime(Duration time) {
        return new ListenerSettings(maxConnections, backlog, time, handshakeTime);
    }

    public ListenerSettings {
        if (maxConnections < 1 || backlog < 1 || drainTime.isNegative() || handshakeTime.isNegative()) {
            throw new IllegalArgumentException("listener settings: " + maxConnections + " connections, backlog "
                    + backlog + ", drain time " + drainTime + ", handshake time " + handshakeTime
                    + " (expected: at least 1, at least 1, not negative, not negative)");
        }
    }
}
