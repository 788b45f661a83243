package dev.lateen.proxy.model;

import java.util.List;

/**
 * {@code envoy.config.listener.v3.FilterChainMatch}; an empty part matches everything. The most specific chain wins, compared in Envoy's
 * order: destination port, destination IP, server name, transport protocol, application protocols, direct source IP, source type, source IP,
 * source port.
 *
 * @param destinationPort 0 for any
 * @param serverNames lower-case; exact or {@code *.suffix}
 * @param transportProtocol {@code tls}, {@code raw_buffer} or empty
 * @param applicationProtocols ALPN or sniffed names such as {@code http/1.1}, {@code h2c}
 */
public record FilterChainMatch(
        int destinationPort,
        List<Cidr> prefixRanges,
        List<String> serverNames,
        String transportProtocol,
        List<String> applicationProtocols,
        List<Cidr> directSourcePrefixRanges,
        SourceType sourceType,
        List<Cidr> sourcePrefixRanges,
        List<Integer> sourcePorts) {
    /** Matches everything. */
    public static final FilterChainMatch ANY = new FilterChainMatch(
            0, List.of(), List.of(), "", List.of(), List.of(), SourceType.ANY, List.of(), List.of());

    public FilterChainMatch {
        prefixRanges = List.copyOf(prefixRanges);
        serverNames = List.copyOf(serverNames);
        applicationProtocols = List.copyOf(applicationProtocols);
        directSourcePrefixRanges = List.copyOf(directSourcePrefixRanges);
        sourcePrefixRanges = List.copyOf(sourcePrefixRanges);
        sourcePorts = List.copyOf(sourcePorts);
    }

    /** {@code FilterChainMatch.ConnectionSourceType}. */
    public enum SourceType {
        ANY,
        SAME_IP_OR_LOOPBACK,
        EXTERNAL
    }
}
