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
 * @param provenance who wants the chain, such as a Gateway's server
 * @param security who says how its connections are secured, such as a PeerAuthentication
 */
public record FilterChain(
        String name,
        FilterChainMatch match,
        @Nullable DownstreamTls tls,
        Duration transportSocketConnectTimeout,
        List<NetworkFilterConfig> networkFilters,
        TerminalFilter terminal,
        Provenance provenance,
        Provenance security) {
    public FilterChain {
        networkFilters = List.copyOf(networkFilters);
    }

    /** One that nobody is named for. */
    public FilterChain(
            String name,
            FilterChainMatch match,
            @Nullable DownstreamTls tls,
            Duration transportSocketConnectTimeout,
            List<NetworkFilterConfig> networkFilters,
            TerminalFilter terminal) {
        this(
                name,
                match,
                tls,
                transportSocketConnectTimeout,
                networkFilters,
                terminal,
                Provenance.NONE,
                Provenance.NONE);
    }
}
