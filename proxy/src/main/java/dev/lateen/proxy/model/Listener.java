package dev.lateen.proxy.model;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.listener.v3.Listener}.
 *
 * @param address where it binds, or would ({@code bindToPort} false: it only receives connections handed over by original destination)
 * @param additionalAddresses further addresses with the same chains
 * @param useOriginalDst whether a connection is handed to the listener that fits its original destination
 * @param listenerFilters which facts are gathered before a chain is chosen
 * @param defaultFilterChain used when no chain matches; without one the connection is closed
 */
public record Listener(
        String name,
        InetSocketAddress address,
        List<InetSocketAddress> additionalAddresses,
        boolean bindToPort,
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

    /** {@code envoy.config.core.v3.TrafficDirection}. */
    public enum Direction {
        UNSPECIFIED,
        INBOUND,
        OUTBOUND
    }

    /**
     * {@code Listener.listener_filters}, by what they do.
     *
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
            Duration timeout,
            boolean continueOnTimeout,
            List<Integer> httpInspectorDisabledPorts,
            List<Integer> tlsInspectorDisabledPorts) {
        public ListenerFilters {
            httpInspectorDisabledPorts = List.copyOf(httpInspectorDisabledPorts);
            tlsInspectorDisabledPorts = List.copyOf(tlsInspectorDisabledPorts);
        }
    }
}
