package dev.lateen.proxy.telemetry;

import java.util.List;

/**
 * A histogram at the moment of reading.
 *
 * @param bounds upper bounds, ascending, the last one infinite
 * @param counts how many values fell into each bucket
 * @param sum of all values
 */
public record HistogramReading(List<Double> bounds, List<Long> counts, double sum) {
    /** How many values. */
    public long count() {
        return counts.stream().mapToLong(Long::longValue).sum();
    }

    /** The value below which that share of values lies, as far as buckets tell. @param share 0 to 1 */
    public double quantile(double share) {
        double rank = share * count();
        long before = 0;
        for (int i = 0; i < counts.size(); i++) {
            long inside = counts.get(i);
            if (inside > 0 && before + inside >= rank) {
                double low = i == 0 ? 0 : bounds.get(i - 1);
                double high = Double.isInfinite(bounds.get(i)) ? low : bounds.get(i);
                return low + (high - low) * Math.max(0, rank - before) / inside;
            }
            before += inside;
        }
        return 0;
    }
}
