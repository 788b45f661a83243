package dev.lateen.proxy.telemetry;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
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

    HistogramDataPointSnapshot snapshot(Labels labels) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < BOUNDS.length; i++) {
            buckets.bucket(BOUNDS[i], counts.get(i));
        }
        return HistogramDataPointSnapshot.builder()
                .labels(labels)
                .classicHistogramBuckets(buckets.build())
                .sum(sumThousandths.sum() / 1000.0)
                .build();
    }
}
