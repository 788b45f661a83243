package dev.lateen.install.run;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Hands out the two loopback addresses of each pod: the pod address, where its sidecar listens, and the app address, where its containers do. The
 * same pods asked for in the same order get the same addresses. Not thread-safe: one thread reconciles.
 */
final class AddressPlan {
    /** Four times that many pods would not fit into a laptop. */
    static final int MAX_PODS = 254 * 256;

    private final String podNetwork;
    private final String appNetwork;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final BitSet taken = new BitSet();

    /**
     * With the first two numbers of each range.
     *
     * @param podNetwork such as {@code 127.1}
     * @param appNetwork such as {@code 127.2}
     */
    AddressPlan(String podNetwork, String appNetwork) {
        this.podNetwork = podNetwork;
        this.appNetwork = appNetwork;
    }

    /** A pod's two addresses. */
    record Addresses(String pod, String app) {}

    /** The addresses of a pod, new ones if it has none yet. */
    Addresses of(String podKey) {
        Integer number = numbers.computeIfAbsent(podKey, key -> {
            int free = taken.nextClearBit(0);
            if (free >= MAX_PODS) {
                throw new IllegalStateException("no address left for " + key + ": " + MAX_PODS + " pods at most");
            }
            taken.set(free);
            return free;
        });
        // 127.1.0.1 to 127.1.0.254, then 127.1.1.1 and so on.
        String host = "." + number / 254 + "." + (number % 254 + 1);
        return new Addresses(podNetwork + host, appNetwork + host);
    }

    /** Gives a pod's addresses back; call it when nothing of the pod listens any more. */
    void release(String podKey) {
        Integer number = numbers.remove(podKey);
        if (number != null) {
            taken.clear(number);
        }
    }
}
