package dev.lateen.proxy.model;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.listener.v3.Listener}.
 *
 * @param address where it binds, or would (see {@link Binding})
 * @param additionalAddresses further addresses with the same chains
 * @param binding whether and how
 * @param useOriginalDst whether a connection is handed to the listener that fits its original destination
 * @param listenerFilters which facts are gathered before a chain is chosen
 * @param defaultFilterChain used when no chain matches; without one the connection is closed
 */
public record Listener(
        String name,
        InetSocketAddress address,
        List<InetSocketAddress> additionalAddresses,
        Binding binding,
        boolean useOriginalDst,
        Direction direction,
        ListenerFilters listenerFilters,
        List<FilterChain> filterChains,
        @Nullable FilterChain defaultFilterChain,
        List<AccessLogConfig> accessLogs) {
    public Listener {
        additionalAddresses = List.copyOf(additionalAddresses);
        filterChains = List.copyOf(filterChains);
        accessLogs = List.copyOf(accessLogs);
    }

    /** All its addresses, the first one first. */
    public List<InetSocketAddress> addresses() {
        List<InetSocketAddress> all = new ArrayList<>(1 + additionalAddresses.size());
        all.add(address);
        all.addAll(additionalAddresses);
        return all;
    }

    /** Whether it has sockets; one without only receives connections handed over by original destination. */
    public boolean bindToPort() {
        return binding.toPort();
    }

    /**
     * How its sockets are bound.
     *
     * @param toPort {@code bind_to_port}: whether they are
     * @param transparent {@code IP_TRANSPARENT}: they take connections to addresses of others, that TPROXY leads to them
     * @param freebind {@code IP_FREEBIND}: the address need not be there yet
     */
    public record Binding(boolean toPort, boolean transparent, boolean freebind) {
        /** To an address of this machine. */
        public static final Binding PLAIN = new Binding(true, false, false);

        /** Not at all. */
        public static final Binding NONE = new Binding(false, false, false);
    }

    /** {@code envoy.config.core.v3.TrafficDirection}. */
    public enum Direction {
        UNSPECIFIED,
        INBOUND,
        OUTBOUND
    }

    /**
     * {@code Listener.listener_filters}, by what they do.
     *
     * @param originalSrc whether connections to the application come from the client's address; null when they don't
     * @param timeout how long to wait for the first bytes; zero means for ever (Envoy's default 15 s is filled in by the decoder)
     * @param continueOnTimeout whether chain matching goes on with what is known then, or the connection is closed
     * @param originalDst whether {@code SO_ORIGINAL_DST} is read
     * @param httpInspectorDisabledPorts destination ports where HTTP is not sniffed ({@code filter_disabled}); ranges are expanded
     * @param tlsInspectorDisabledPorts the same for the TLS client hello
     */
    public record ListenerFilters(
            boolean tlsInspector,
            boolean httpInspector,
            boolean originalDst,
            boolean proxyProtocol,
            @Nullable OriginalSrc originalSrc,
            Duration timeout,
            boolean continueOnTimeout,
            List<Integer> httpInspectorDisabledPorts,
            List<Integer> tlsInspectorDisabledPorts) {
        public ListenerFilters {
            httpInspectorDisabledPorts = List.copyOf(httpInspectorDisabledPorts);
            tlsInspectorDisabledPorts = List.copyOf(tlsInspectorDisabledPorts);
        }
    }

    /** {@code original_src}. @param mark of the packets; 0 for none */
    public record OriginalSrc(int mark) {}
}
