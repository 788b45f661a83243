package dev.lateen.proxy.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** One histogram series with Envoy's default bounds; written by event loops without a lock. */
final class Buckets {
    /** Envoy's default histogram buckets (Istio keeps them: facts O3), in the unit of the value. */
    private static final double[] BOUNDS = {
        0.5,
        1,
        5,
        10,
        25,
        50,
        100,
        250,
        500,
        1000,
        2500,
        5000,
        10000,
        30000,
        60000,
        300000,
        600000,
        1800000,
        3600000,
        Double.POSITIVE_INFINITY
    };

    /** How many buckets. */
    static final int SIZE = BOUNDS.length;

    private final AtomicLongArray counts = new AtomicLongArray(BOUNDS.length);
    private final LongAdder sumThousandths = new LongAdder();

    /** @param thousandths the value times a thousand, so that fractions of a millisecond add up exactly */
    void observe(long thousandths) {
        double value = thousandths / 1000.0;
        int i = 0;
        while (value > BOUNDS[i]) {
            i++;
        }
        counts.getAndIncrement(i);
        sumThousandths.add(thousandths);
    }

    Distribution reading() {
        List<Long> now = new ArrayList<>(BOUNDS.length);
        List<Double> bounds = new ArrayList<>(BOUNDS.length);
        for (int i = 0; i < BOUNDS.length; i++) {
            now.add(counts.get(i));
            bounds.add(BOUNDS[i]);
        }
        return new Distribution(bounds, now, sumThousandths.sum() / 1000.0);
    }

    /** How many values fell into a bucket. @param bucket from 0 to {@link #SIZE} - 1 */
    long count(int bucket) {
        return counts.get(bucket);
    }

    /** Of all values. */
    double sum() {
        return sumThousandths.sum() / 1000.0;
    }

    /** A bucket's upper bound, the last one infinite. */
    static double bound(int bucket) {
        return BOUNDS[bucket];
    }
}
