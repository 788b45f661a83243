package dev.lateen.proxy.forward;

import dev.lateen.proxy.model.TcpProxy;
import dev.lateen.proxy.model.TcpProxy.WeightedTcpCluster;
import java.util.random.RandomGenerator;

/** Which cluster a TCP connection goes to. */
public final class TcpClusters {
    private TcpClusters() {}

    /** The only one, or one drawn by weight; empty for none. */
    public static String choose(TcpProxy proxy, RandomGenerator random) {
        if (proxy.clusters().size() == 1) {
            return proxy.clusters().getFirst().cluster();
        }
        long drawn = proxy.totalWeight() > 0 ? random.nextLong(proxy.totalWeight()) : 0;
        for (WeightedTcpCluster weighted : proxy.clusters()) {
            drawn -= weighted.weight();
            if (drawn < 0) {
                return weighted.cluster();
            }
        }
        return "";
    }
}
