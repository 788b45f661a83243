package dev.lateen.proxy.capture;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is led through the proxy, and how. Lists are as the user gave them, in order.
 *
 * @param ports of the proxy
 * @param owners whose traffic is the proxy's own, or is left alone
 * @param tproxy how what comes in keeps its source; null for REDIRECT
 * @param inbound what comes in
 * @param outbound what goes out
 * @param interfaces those that are treated otherwise
 * @param dns whether names are asked of the proxy
 * @param dropInvalid whether packets out of their connection's window are dropped instead of answered with a reset
 * @param loopback the range of IPv4 by which the application means itself
 */
public record CaptureSettings(
        Ports ports,
        Owners owners,
        @Nullable Tproxy tproxy,
        Inbound inbound,
        Outbound outbound,
        Interfaces interfaces,
        Dns dns,
        boolean dropInvalid,
        String loopback) {
    /** @param outbound 15001 @param inbound 15006 @param tunnel 15008, which is never led elsewhere */
    public record Ports(String outbound, String inbound, String tunnel) {}

    /**
     * By the owner of a socket.
     *
     * @param uids of the proxy
     * @param gids of the proxy
     * @param groups whose traffic alone is led through the proxy; empty for all but {@code otherGroups}
     * @param otherGroups whose traffic is not
     */
    public record Owners(List<String> uids, List<String> gids, List<String> groups, List<String> otherGroups) {
        /** Copies the lists. */
        public Owners {
            uids = List.copyOf(uids);
            gids = List.copyOf(gids);
            groups = List.copyOf(groups);
            otherGroups = List.copyOf(otherGroups);
        }
    }

    /** @param mark of packets that are led to the proxy @param table of the routes by which they get there */
    public record Tproxy(String mark, String table) {}

    /**
     * Ports that are led to the proxy.
     *
     * @param all whether all are, but {@code excluded}
     * @param included those that are, if not all
     * @param excluded those that are not, if all
     */
    public record Inbound(boolean all, List<String> included, List<String> excluded) {
        /** Copies the lists. */
        public Inbound {
            included = List.copyOf(included);
            excluded = List.copyOf(excluded);
        }

        boolean isNone() {
            return !all && included.isEmpty();
        }
    }

    /**
     * Destinations that are led to the proxy.
     *
     * @param included ranges
     * @param excluded ranges, which go first
     * @param includedPorts ports, whatever the range
     * @param excludedPorts ports, which go before all
     */
    public record Outbound(
            AddressRanges included, AddressRanges excluded, List<String> includedPorts, List<String> excludedPorts) {
        /** Copies the lists. */
        public Outbound {
            includedPorts = List.copyOf(includedPorts);
            excludedPorts = List.copyOf(excludedPorts);
        }
    }

    /** @param excluded interfaces that are left alone @param virtual those of virtual machines, whose traffic goes out */
    public record Interfaces(List<String> excluded, List<String> virtual) {
        /** Copies the lists. */
        public Interfaces {
            excluded = List.copyOf(excluded);
            virtual = List.copyOf(virtual);
        }
    }

    /** @param capture whether port 53 is led to 15053 @param all whether for any server, or for {@code servers} only */
    public record Dns(boolean capture, boolean all, List<String> servers) {
        /** Copies the list. */
        public Dns {
            servers = List.copyOf(servers);
        }

        /** Whether anything is led to the proxy at all. */
        boolean isOn() {
            return capture && (all || !servers.isEmpty());
        }

        List<String> servers(IpFamily family) {
            return servers.stream()
                    .filter(server -> IpFamily.of(server) == family)
                    .toList();
        }
    }
}
