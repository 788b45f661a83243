package dev.lateen.istiod.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.metrics.MetricsText;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
    private final MetricsPage page = new MetricsPage();

    private String text() throws IOException {
        StringBuilder text = new StringBuilder();
        page.write(new MetricsText(text));
        return text.toString();
    }

    @Test
    void familiesStandInTheOrderOfTheirNamesAsPrometheusReadsThem() throws IOException {
        MetricsPage.Histogram histogram = page.histogram("pilot_time", "Time.", .1, 1);
        histogram.observe(0.1);
        histogram.observe(0.75);
        histogram.observe(20);
        page.counter("pilot_pushes", "Pushes.", "type").add("cds", 2);
        page.countingGauge("pilot_cds_reject", "Rejects.", "node,err").add("a\"b,No", 1);
        page.counter("pilot_errors", "Errors.").add(0);
        page.gauge("pilot_info", "Info.", "version=\"1\"", () -> 1);
        page.gauges("pilot_xds", "Proxies.", "version", () -> Map.of("1.31", 2L, "1.30", 0.5));
        page.counter("process_cpu_seconds_total", "CPU.", () -> 1.5);
        assertThat(text()).isEqualTo("""
            # HELP pilot_cds_reject Rejects.
            # TYPE pilot_cds_reject gauge
            pilot_cds_reject{node="a\\"b",err="No"} 1
            # HELP pilot_errors Errors.
            # TYPE pilot_errors counter
            pilot_errors 0
            # HELP pilot_info Info.
            # TYPE pilot_info gauge
            pilot_info{version="1"} 1
            # HELP pilot_pushes Pushes.
            # TYPE pilot_pushes counter
            pilot_pushes{type="cds"} 2
            # HELP pilot_time Time.
            # TYPE pilot_time histogram
            pilot_time_bucket{le="0.1"} 1
            pilot_time_bucket{le="1"} 2
            pilot_time_bucket{le="+Inf"} 3
            pilot_time_sum 20.85
            pilot_time_count 3
            # HELP pilot_xds Proxies.
            # TYPE pilot_xds gauge
            pilot_xds{version="1.30"} 0.5
            pilot_xds{version="1.31"} 2
            # HELP process_cpu_seconds_total CPU.
            # TYPE process_cpu_seconds_total counter
            process_cpu_seconds_total 1.5
            """);
    }

    @Test
    void valuesThatClientsChooseAreBounded() throws IOException {
        MetricsPage.Counter counter = page.counter("rejects", "Rejects.", "node");
        for (int i = 0; i < 1_500; i++) {
            counter.addBounded("node-" + i, "other", 1);
        }
        assertThat(text().lines()).hasSizeLessThan(1_010).contains("rejects{node=\"other\"} 500");
    }
}
