package dev.lateen.proxy.telemetry;

import dev.lateen.api.metrics.MetricsText;
import java.io.IOException;
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

    HistogramReading reading() {
        List<Long> now = new ArrayList<>(BOUNDS.length);
        List<Double> bounds = new ArrayList<>(BOUNDS.length);
        for (int i = 0; i < BOUNDS.length; i++) {
            now.add(counts.get(i));
            bounds.add(BOUNDS[i]);
        }
        return new HistogramReading(bounds, now, sumThousandths.sum() / 1000.0);
    }

    /** The lines of one histogram: a bucket for each bound, then count and sum. */
    void write(MetricsText out, String name, String labels) throws IOException {
        long below = 0;
        for (int i = 0; i < BOUNDS.length; i++) {
            below += counts.get(i);
            out.bucket(name, labels, MetricsText.decimal(BOUNDS[i]), below);
        }
        out.sample(name, "_count", labels, Long.toString(below));
        out.sample(name, "_sum", labels, MetricsText.decimal(sumThousandths.sum() / 1000.0));
    }
}
