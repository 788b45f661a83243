package dev.lateen.proxy.model;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.listener.v3.FilterChain}.
 *
 * @param tls null for clear text
 * @param transportSocketConnectTimeout for the handshake; zero means none
 * @param networkFilters what comes before the terminal filter, in order
 */
public record FilterChain(
        String name,
        FilterChainMatch match,
        @Nullable DownstreamTls tls,
        Duration transportSocketConnectTimeout,
        List<NetworkFilterConfig> networkFilters,
        TerminalFilter terminal) {
    public FilterChain {
        networkFilters = List.copyOf(networkFilters);
    }
}
