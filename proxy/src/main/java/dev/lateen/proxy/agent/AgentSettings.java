package dev.lateen.proxy.agent;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/**
 * What the agent serves, and for whom.
 *
 * @param address where it listens, port 15020
 * @param probes by the path at which they are asked for, such as {@code /app-health/ratings/readyz}
 * @param targets where the application tells metrics; none if only the proxy does
 * @param way how probes reach the application
 * @param metricsForThisPodOnly whether metrics are told on the loopback address alone
 */
public record AgentSettings(
        InetSocketAddress address,
        Map<String, AppProbe> probes,
        List<ScrapeTarget> targets,
        Way way,
        boolean metricsForThisPodOnly) {
    public AgentSettings {
        probes = Map.copyOf(probes);
        targets = List.copyOf(targets);
    }

    /**
     * How probes reach the application.
     *
     * @param host where the application listens: the pod's address, as the kubelet would ask
     * @param from the address that they come from, by which interception lets them pass: {@code 127.0.0.6} or {@code ::6}; empty for any
     * @param http2 whether HTTP/2 is offered over TLS, as the kubelet does
     */
    public record Way(String host, String from, boolean http2) {}
}
