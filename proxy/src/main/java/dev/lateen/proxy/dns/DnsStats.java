package dev.lateen.proxy.dns;

import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.api.metrics.MetricsText;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** What was asked and passed on, by the names of Istio's agent. Written by an event loop, read by any thread. */
final class DnsStats implements MetricsSource {
    /** Istio's, in seconds. */
    private static final double[] BOUNDS = {.001, .005, .01, .1, 1, 5, Double.POSITIVE_INFINITY};

    private static final String DURATION = "istio_agent_dns_upstream_request_duration_seconds";

    private final LongAdder requests = new LongAdder();
    private final LongAdder forwards = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final AtomicLongArray buckets = new AtomicLongArray(BOUNDS.length);

    void asked() {
        requests.increment();
    }

    void forwarded() {
        forwards.increment();
    }

    void failed() {
        failures.increment();
    }

    void took(long duration) {
        nanos.add(duration);
        int bucket = 0;
        while (duration / 1e9 > BOUNDS[bucket]) {
            bucket++;
        }
        buckets.getAndIncrement(bucket);
    }

    @Override
    public void write(MetricsText out) throws IOException {
        counter(out, "istio_agent_dns_requests_total", "Total number of DNS requests.", requests);
        counter(
                out,
                "istio_agent_dns_upstream_requests_total",
                "Total number of DNS requests forwarded to upstream.",
                forwards);
        counter(out, "istio_agent_dns_upstream_failures_total", "Total number of DNS failures.", failures);
        out.family(DURATION, "histogram", "Time until a DNS request was answered by upstream, in seconds.");
        long below = 0;
        for (int i = 0; i < BOUNDS.length; i++) {
            below += buckets.get(i);
            out.bucket(DURATION, "", MetricsText.number(BOUNDS[i]), below);
        }
        out.sample(DURATION, "_sum", "", MetricsText.number(nanos.sum() / 1e9));
        out.sample(DURATION, "_count", "", Long.toString(below));
    }

    private static void counter(MetricsText out, String name, String help, LongAdder value) throws IOException {
        out.family(name, "counter", help);
        out.sample(name, "", Long.toString(value.sum()));
    }
}
