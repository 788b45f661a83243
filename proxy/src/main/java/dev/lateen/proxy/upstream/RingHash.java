package dev.lateen.proxy.upstream;

import dev.lateen.proxy.route.HashPolicies;
import dev.lateen.proxy.route.XxHash64;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code RING_HASH} (Ketama): every host stands on a ring at many points, {@code xxh64("ip:port_i")}; a request goes to the first point at
 * or after its hash. The ring has the points Envoy's has, so both send a key to the same host.
 */
final class RingHash implements Balancer {
    private static final long MAX_RING_SIZE = 8L * 1024 * 1024;

    private final long[] points;
    private final Host[] hosts;

    /** @param weighted weights that add up to one */
    RingHash(List<Weighted> weighted, long minimumRingSize) {
        double least = weighted.stream().mapToDouble(Weighted::weight).min().orElseThrow();
        double scale =
                Math.min(Math.ceil(least * Math.clamp(minimumRingSize, 1, MAX_RING_SIZE)) / least, MAX_RING_SIZE);
        // Sums of fractions may come out a little high: room for one more point a host.
        int room = (int) Math.ceil(scale) + weighted.size();
        long[] unordered = new long[room];
        Host[] owners = new Host[room];
        int count = 0;
        double target = 0;
        for (Weighted entry : weighted) {
            target += scale * entry.weight();
            String prefix = entry.host().addressText() + "_";
            for (int i = 0; count < target && count < room; i++) {
                unordered[count] = XxHash64.hash(prefix + i);
                owners[count++] = entry.host();
            }
        }
        int[] order = IntStream.range(0, count)
                .boxed()
                .sorted((a, b) -> Long.compareUnsigned(unordered[a], unordered[b]))
                .mapToInt(Integer::intValue)
                .toArray();
        points = IntStream.of(order).mapToLong(i -> unordered[i]).toArray();
        hosts = IntStream.of(order).mapToObj(i -> owners[i]).toArray(Host[]::new);
    }

    int size() {
        return points.length;
    }

    @Override
    public Host pick(PickContext context, int attempt) {
        long hash = context.hash();
        if (hash == HashPolicies.NO_HASH) {
            hash = context.random().nextLong();
        }
        int at = firstAtOrAfter(hash) + attempt;
        return hosts[at % hosts.length];
    }

    private int firstAtOrAfter(long hash) {
        int low = 0;
        int high = points.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(points[middle], hash) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == points.length ? 0 : low;
    }
}
