package dev.lateen.proxy;

import dev.lateen.proxy.agent.AgentSettings;
import dev.lateen.proxy.dns.DnsSettings;
import dev.lateen.proxy.identity.IdentitySettings;
import dev.lateen.proxy.listener.ListenerSettings;
import dev.lateen.proxy.xds.bootstrap.ControlPlane;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import dev.lateen.proxy.xds.decode.Decoded;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All a proxy is told before it starts; the rest comes over xDS. Read from an Envoy bootstrap, or made in code.
 *
 * @param node who this proxy is; EDS, RDS and SDS subscriptions follow what its listeners and clusters refer to
 * @param concurrency event loops for connections; 0 for one a CPU
 * @param own where the proxy itself can be asked
 * @param discovery who tells it what to do
 * @param resources static listeners, clusters, secrets
 * @param drain how long connections may go on
 * @param connections what holds for connections of clients where the configuration says nothing
 * @param agent what the proxy does of Istio's agent beside it in a pod; null for nothing
 * @param dns where it answers the application's DNS questions; null for nowhere
 * @param document the bootstrap in canonical JSON, for {@code /config_dump}: made when asked for; empty when there is no file
 */
public record ProxyBootstrap(
        XdsNode node,
        int concurrency,
        OwnAddresses own,
        Discovery discovery,
        List<Decoded.Accepted> resources,
        Drain drain,
        Connections connections,
        @Nullable AgentSettings agent,
        @Nullable DnsSettings dns,
        Supplier<Map<String, Object>> document) {
    /** With a sidecar's connections, no agent and no DNS. */
    public ProxyBootstrap(
            XdsNode node,
            int concurrency,
            OwnAddresses own,
            Discovery discovery,
            List<Decoded.Accepted> resources,
            Drain drain,
            Supplier<Map<String, Object>> document) {
        this(node, concurrency, own, discovery, resources, drain, Connections.OF_SIDECARS, null, null, document);
    }

    public ProxyBootstrap {
        resources = List.copyOf(resources);
        if (concurrency < 0 || concurrency > 1024) {
            throw new IllegalArgumentException("concurrency: " + concurrency + " (expected: 0 to 1024)");
        }
    }

    /**
     * How long connections may finish what they do.
     *
     * @param atStop after the proxy was told to end (Istio's {@code terminationDrainDuration}: 5 s)
     * @param ofListeners after their listener or filter chain went (Envoy's {@code --drain-time-s}, Istio's {@code drainDuration}: 45 s)
     */
    public record Drain(Duration atStop, Duration ofListeners) {
        /** Istio's. */
        public static final Drain USUAL = new Drain(Duration.ofSeconds(5), Duration.ofSeconds(45));

        public Drain {
            if (atStop.isNegative() || ofListeners.isNegative()) {
                throw new IllegalArgumentException(
                        "drain time: " + atStop + ", " + ofListeners + " (expected: not negative)");
            }
        }
    }

    /**
     * What holds for connections of clients where the configuration says nothing.
     *
     * @param most of all clients together; what comes above is closed at once
     * @param handshakeTime how long a TLS handshake may take; zero for any time
     */
    public record Connections(int most, Duration handshakeTime) {
        /** Istio's: no limits. */
        public static final Connections OF_SIDECARS = new Connections(Integer.MAX_VALUE, Duration.ZERO);

        /** Istio's: 15 s ({@code PILOT_GATEWAY_TRANSPORT_SOCKET_CONNECT_TIMEOUT}) for handshakes, as many connections as there are files. */
        public static final Connections OF_GATEWAYS = new Connections(Integer.MAX_VALUE, Duration.ofSeconds(15));

        public Connections {
            if (most < 1 || handshakeTime.isNegative()) {
                throw new IllegalArgumentException("connections: " + most + ", handshake time " + handshakeTime
                        + " (expected: at least 1, not negative)");
            }
        }
    }

    /**
     * The proxy's own ports; null for none.
     *
     * @param admin Envoy's admin interface (15000)
     * @param stats Prometheus metrics (15090)
     * @param readiness {@code /healthz/ready} (15021)
     */
    public record OwnAddresses(
            @Nullable InetSocketAddress admin,
            @Nullable InetSocketAddress stats,
            @Nullable InetSocketAddress readiness) {
        /** Whether others than this machine's processes reach the admin interface, which can end the proxy. */
        public boolean isAdminOpen() {
            return admin != null
                    && !(admin.getAddress() != null && admin.getAddress().isLoopbackAddress());
        }
    }

    /**
     * The servers that a proxy follows.
     *
     * @param ads the control plane; null when all is static
     * @param sds SDS servers by the name of the cluster that resources call them by
     * @param identity the built-in certificate bootstrap; null without
     */
    public record Discovery(
            @Nullable ControlPlane ads,
            Map<String, ControlPlane> sds,
            @Nullable IdentitySettings identity) {
        public Discovery {
            sds = Map.copyOf(sds);
        }

        boolean isNone() {
            return ads == null && sds.isEmpty() && identity == null;
        }
    }

    /** The same with a certificate bootstrap of its own in the place of the agent's SDS server. */
    public ProxyBootstrap withIdentity(IdentitySettings settings) {
        Map<String, ControlPlane> others = new HashMap<>(discovery.sds);
        others.remove(ControlPlane.AGENT);
        Discovery with = new Discovery(discovery.ads, others, settings);
        return new ProxyBootstrap(node, concurrency, own, with, resources, drain, connections, agent, dns, document);
    }

    /** A variable of the process's environment, null when it is not set. */
    static @Nullable String environment(String name) {
        return System.getenv(name);
    }

    /** The same with another number of event loops. */
    public ProxyBootstrap withConcurrency(int loops) {
        return new ProxyBootstrap(node, loops, own, discovery, resources, drain, connections, agent, dns, document);
    }

    /** The same with other drain times. */
    public ProxyBootstrap withDrain(Drain times) {
        return new ProxyBootstrap(
                node, concurrency, own, discovery, resources, times, connections, agent, dns, document);
    }

    /** The same as another node. */
    public ProxyBootstrap withNode(XdsNode other) {
        return new ProxyBootstrap(
                other, concurrency, own, discovery, resources, drain, connections, agent, dns, document);
    }

    /** The same with other rules for connections of clients. */
    public ProxyBootstrap withConnections(Connections rules) {
        return new ProxyBootstrap(node, concurrency, own, discovery, resources, drain, rules, agent, dns, document);
    }

    /** The same, doing what Istio's agent does. */
    public ProxyBootstrap withAgent(AgentSettings settings) {
        return new ProxyBootstrap(
                node, concurrency, own, discovery, resources, drain, connections, settings, dns, document);
    }

    /** The same, answering DNS. */
    public ProxyBootstrap withDns(DnsSettings settings) {
        return new ProxyBootstrap(
                node, concurrency, own, discovery, resources, drain, connections, agent, settings, document);
    }

    ListenerSettings listenerSettings() {
        return new ListenerSettings(
                connections.most(),
                ListenerSettings.DEFAULT.backlog(),
                drain.ofListeners(),
                connections.handshakeTime());
    }
}
