package dev.lateen.proxy.upstream;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * A sequence of indexes in which each appears as often as its weight says and as evenly spread as an earliest-deadline-first scheduler
 * spreads them (Envoy's way of weighted round robin). Computed once, so that event loops share nothing but a position in it.
 */
final class WeightedSchedule {
    private static final int MAX_LENGTH = 8192;

    private record Deadline(double at, int index) implements Comparable<Deadline> {
        @Override
        public int compareTo(Deadline other) {
            int byTime = Double.compare(at, other.at);
            return byTime != 0 ? byTime : Integer.compare(index, other.index);
        }
    }

    private WeightedSchedule() {}

    /**
     * @param weights above zero; where their sum is large, they are scaled down and so followed within a ten-thousandth
     * @return one round; as short as the weights allow
     */
    static int[] of(long[] weights) {
        long[] shares = reduced(weights);
        int length = Math.toIntExact(Arrays.stream(shares).sum());
        PriorityQueue<Deadline> queue = new PriorityQueue<>();
        for (int i = 0; i < shares.length; i++) {
            queue.add(new Deadline(1.0 / shares[i], i));
        }
        int[] sequence = new int[length];
        for (int at = 0; at < length; at++) {
            Deadline next = queue.remove();
            sequence[at] = next.index;
            queue.add(new Deadline(next.at + 1.0 / shares[next.index], next.index));
        }
        return sequence;
    }

    private static long[] reduced(long[] weights) {
        long divisor = 0;
        long sum = 0;
        for (long weight : weights) {
            divisor = gcd(weight, divisor);
            sum += weight;
        }
        int limit = Math.max(MAX_LENGTH, 4 * weights.length);
        long[] shares = new long[weights.length];
        for (int i = 0; i < weights.length; i++) {
            shares[i] = sum / divisor <= limit
                    ? weights[i] / divisor
                    : Math.max(1, Math.round((double) weights[i] * limit / sum));
        }
        return shares;
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
