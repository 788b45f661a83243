package dev.lateen.proxy.agent;

import dev.lateen.api.metrics.MetricsText;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;

/** How often Prometheus came, and how often the application's metrics were not to be had, by the names of Istio's agent. Any thread. */
final class ScrapeCounts {
    private final LongAdder scrapes = new LongAdder();
    private final LongAdder failures = new LongAdder();

    void scraped() {
        scrapes.increment();
    }

    void applicationFailed() {
        failures.increment();
    }

    void write(MetricsText out) throws IOException {
        out.family("istio_agent_scrapes_total", "counter", "How often this page was asked for.");
        out.sample("istio_agent_scrapes_total", "", Long.toString(scrapes.sum()));
        out.family(
                "istio_agent_scrape_failures_total",
                "counter",
                "How often the application's metrics were missing, late or not to be read.");
        out.sample("istio_agent_scrape_failures_total", "type=\"application\"", Long.toString(failures.sum()));
    }
}
