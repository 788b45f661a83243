package dev.lateen.istiod.kubernetes.status;

import dev.lateen.istiod.discovery.ProxyStatus;
import java.util.Arrays;
import java.util.Collection;

/** How far the connected proxies are: counted once for all objects. */
final class Proxies {
    private final int all;
    private final long[] settled;

    /**
     * @param all how many are connected
     * @param settled the config that each has which rejects nothing, in order
     */
    Proxies(int all, long... settled) {
        this.all = all;
        this.settled = settled.clone();
    }

    static Proxies of(Collection<ProxyStatus> proxies) {
        long[] settled = proxies.stream()
                .filter(proxy -> proxy.types().stream().allMatch(type -> type.rejection() == null))
                .mapToLong(ProxyStatus::settledVersion)
                .sorted()
                .toArray();
        return new Proxies(proxies.size(), settled);
    }

    /** How many have the config of a version or a later one. */
    int upToDate(long version) {
        int found = Arrays.binarySearch(settled, version);
        int first = found < 0 ? -found - 1 : found;
        while (first > 0 && settled[first - 1] >= version) {
            first--;
        }
        return settled.length - first;
    }

    /** How many are connected. */
    int all() {
        return all;
    }
}
