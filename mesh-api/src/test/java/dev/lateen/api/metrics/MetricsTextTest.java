package dev.lateen.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class MetricsTextTest {
    private final StringBuilder page = new StringBuilder();
    private final MetricsText text = new MetricsText(page);

    private static String labels(String... namesAndValues) {
        StringBuilder labels = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            MetricsText.label(labels, namesAndValues[i], namesAndValues[i + 1]);
        }
        return labels.toString();
    }

    @Test
    void familiesAndSamplesAreLines() throws IOException {
        text.family("a_total", "counter", "Many \\ things\nthat count.");
        text.sample("a_total", "", "1");
        text.family("b", "gauge", null);
        text.sample("b", labels("x", "1", "y", ""), "2.5");
        assertThat(page).hasToString("""
            # HELP a_total Many \\\\ things\\nthat count.
            # TYPE a_total counter
            a_total 1
            # TYPE b gauge
            b{x="1",y=""} 2.5
            """);
    }

    @Test
    void aHistogramsLinesHaveTheBoundLast() throws IOException {
        text.bucket("h", labels("x", "1"), "0.5", 3);
        text.bucket("h", "", "+Inf", 4);
        text.sample("h", "_sum", labels("x", "1"), "7");
        assertThat(page).hasToString("""
            h_bucket{x="1",le="0.5"} 3
            h_bucket{le="+Inf"} 4
            h_sum{x="1"} 7
            """);
    }

    @Test
    void valuesOfLabelsAreEscaped() {
        assertThat(labels("x", "a\\b\"c\nd")).isEqualTo("x=\"a\\\\b\\\"c\\nd\"");
    }

    @Test
    void numbersAreThoseThatPrometheusReads() {
        assertThat(MetricsText.number(3)).isEqualTo("3");
        assertThat(MetricsText.number(-0.25)).isEqualTo("-0.25");
        assertThat(MetricsText.number(1L << 53)).isEqualTo("9007199254740992");
        assertThat(MetricsText.number(1e18)).isEqualTo("1.0E18");
        assertThat(MetricsText.number(Double.POSITIVE_INFINITY)).isEqualTo("+Inf");
        assertThat(MetricsText.number(Double.NEGATIVE_INFINITY)).isEqualTo("-Inf");
        assertThat(MetricsText.number(Double.NaN)).isEqualTo("NaN");
        assertThat(MetricsText.decimal(3)).isEqualTo("3.0");
    }

    @Test
    void whatIsNoNameBecomesOne() {
        assertThat(MetricsText.sanitized("a.b-c/\u00fc9")).isEqualTo("a_b_c__9");
    }
}
