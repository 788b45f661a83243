package dev.lateen.proxy.upstream;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of a cluster by address. An address that stays keeps its {@link Host} with its counters, health and pools; of an address given
 * twice the first description counts. Written under the cluster's lock; {@link #hosts()} may be read by anybody.
 */
final class HostRegistry {
    private Map<InetSocketAddress, Host> byAddress = Map.of();
    private volatile List<Host> hosts = List.of();

    /** @return the hosts that are gone, which nobody was told yet */
    List<Host> replace(List<Placed> wanted, @Nullable OutlierDetector detector) {
        Map<InetSocketAddress, Host> next = new LinkedHashMap<>();
        for (Placed placed : wanted) {
            if (next.containsKey(placed.address())) {
                continue;
            }
            Host host = byAddress.get(placed.address());
            if (host == null) {
                host = new Host(placed.address(), placed.placement());
                host.detector(detector);
            } else {
                host.placement(placed.placement());
            }
            next.put(placed.address(), host);
        }
        List<Host> gone = new ArrayList<>();
        for (Map.Entry<InetSocketAddress, Host> old : byAddress.entrySet()) {
            if (!next.containsKey(old.getKey())) {
                gone.add(old.getValue());
            }
        }
        byAddress = next;
        hosts = List.copyOf(next.values());
        return gone;
    }

    List<Host> hosts() {
        return hosts;
    }

    /** Hosts of a configuration that has been replaced: those that are still there, and others for the moment, which are gone from the beginning. */
    List<Host> among(List<Placed> wanted) {
        Map<InetSocketAddress, Host> found = new LinkedHashMap<>();
        for (Placed placed : wanted) {
            found.computeIfAbsent(placed.address(), address -> {
                Host host = byAddress.get(address);
                return host != null ? host : departed(placed);
            });
        }
        return List.copyOf(found.values());
    }

    private static Host departed(Placed placed) {
        Host host = new Host(placed.address(), placed.placement());
        host.remove();
        return host;
    }

    void detector(@Nullable OutlierDetector detector) {
        for (Host host : hosts) {
            host.detector(detector);
        }
    }
}
