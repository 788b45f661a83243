package dev.lateen.proxy.agent;

import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.api.metrics.MetricsText;
import dev.lateen.proxy.identity.CertificateCounts;
import dev.lateen.proxy.xds.StreamCounts;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What Istio's agent tells of itself, by its names and labels, as far as it is true of a proxy that is its own agent: there is no connection between the two to count.
 *
 * @param startup until it was ready; null while it is not
 * @param streams to istiod; null without one
 * @param certificates null where none is asked for
 */
public record AgentMetrics(
        @Nullable Duration startup,
        @Nullable StreamCounts streams,
        @Nullable CertificateCounts certificates,
        InstantSource clock)
        implements MetricsSource {
    private static final String PREFIX = "istio_agent_";
    private static final String CSR = "request_type=\"csr\"";

    @Override
    public void write(MetricsText out) throws IOException {
        if (startup != null) {
            gauge(
                    out,
                    "startup_duration_seconds",
                    "Seconds from the start of the process until it was ready.",
                    "",
                    startup.toNanos() / 1e9);
        }
        if (streams != null) {
            streams(out, streams);
        }
        if (certificates != null) {
            certificates(out, certificates);
        }
    }

    private static void streams(MetricsText out, StreamCounts streams) throws IOException {
        counter(
                out,
                "istiod_connection_failures",
                "Streams to istiod that could not be opened.",
                "",
                streams.connectionFailures());
        counter(
                out,
                "istiod_connection_terminations",
                "Streams to istiod that ended, by a fault or in good order.",
                "type=\"error\"",
                streams.connectionErrors());
        out.sample(
                PREFIX + "istiod_connection_terminations",
                "type=\"cancelled\"",
                Long.toString(streams.cancellations()));
        counter(out, "xds_proxy_requests", "Messages to istiod.", "", streams.requests());
        counter(out, "xds_proxy_responses", "Messages from istiod.", "", streams.responses());
    }

    private void certificates(MetricsText out, CertificateCounts counts) throws IOException {
        counter(out, "num_outgoing_requests", "Requests to the CA.", CSR, counts.requests());
        counter(
                out,
                "num_failed_outgoing_requests",
                "Requests to the CA that brought no certificate.",
                CSR,
                counts.failures());
        counter(out, "num_outgoing_retries", "Requests to the CA after one that failed.", CSR, counts.retries());
        counter(out, "outgoing_latency", "Milliseconds that all answers of the CA took.", CSR, counts.latencyMillis());
        Instant until = counts.until();
        if (until != null) {
            gauge(
                    out,
                    "cert_expiry_seconds",
                    "Seconds until the certificate ends; negative when it has.",
                    "resource_name=\"default\"",
                    Duration.between(clock.instant(), until).toMillis() / 1e3);
        }
    }

    private static void counter(MetricsText out, String name, String help, String labels, long value)
            throws IOException {
        out.family(PREFIX + name, "counter", help);
        out.sample(PREFIX + name, labels, Long.toString(value));
    }

    private static void gauge(MetricsText out, String name, String help, String labels, double value)
            throws IOException {
        out.family(PREFIX + name, "gauge", help);
        out.sample(PREFIX + name, labels, MetricsText.decimal(value));
    }
}
