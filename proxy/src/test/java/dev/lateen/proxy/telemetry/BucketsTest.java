package dev.lateen.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BucketsTest {
    private final Buckets buckets = new Buckets();

    @Test
    void aValueCountsUpToAndWithItsBound() {
        buckets.observe(0);
        buckets.observe(500);
        buckets.observe(501);
        buckets.observe(1_000);
        HistogramReading reading = buckets.reading();
        assertThat(reading.counts()).as("0 and 0.5, then 0.501 and 1").startsWith(2L, 2L, 0L);
        assertThat(reading.sum()).isEqualTo(2.001);
    }

    @Test
    void whatIsAboveAllBoundsIsCountedToo() {
        buckets.observe(Long.MAX_VALUE / 2);
        HistogramReading reading = buckets.reading();
        assertThat(reading.bounds().getLast()).isInfinite();
        assertThat(reading.counts().getLast()).isEqualTo(1);
    }

    @Test
    void aReadingTellsQuantilesBetweenTheBounds() {
        assertThat(buckets.reading().quantile(0.5)).isZero();
        for (int i = 0; i < 100; i++) {
            buckets.observe(7_500);
        }
        HistogramReading reading = buckets.reading();
        assertThat(reading.count()).isEqualTo(100);
        assertThat(reading.sum()).isEqualTo(750);
        assertThat(reading.quantile(0)).isEqualTo(5);
        assertThat(reading.quantile(0.5)).isEqualTo(7.5);
        assertThat(reading.quantile(1)).isEqualTo(10);
    }
}
