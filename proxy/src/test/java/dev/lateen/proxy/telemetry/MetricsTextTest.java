package dev.lateen.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.metrics.MetricsText;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a scrape looks like, and what it costs. */
class MetricsTextTest {
    private static final PeerMetadata OWN =
            new PeerMetadata("reviews-v1", "default", "Kubernetes", "reviews", "v1", "reviews", "v1");
    private static final ConnectionFacts CONNECTION = new ConnectionFacts(
            7,
            new InetSocketAddress("127.0.0.9", 4000),
            new InetSocketAddress("127.1.0.1", 9080),
            true,
            true,
            "",
            null);

    private static ExchangeFacts exchange(String host, PeerMetadata peer, long microseconds) {
        RequestHead head = new RequestHead("GET", "/", host, "http", HttpProtocol.HTTP_1_1, new HeaderMap());
        ExchangeFacts exchange = new ExchangeFacts(CONNECTION, head, 0, 0);
        exchange.downstreamPeer(peer);
        exchange.response(new ResponseHead(200, new HeaderMap()));
        exchange.completeNanos(microseconds * 1000);
        return exchange;
    }

    @Test
    void aSeriesIsWrittenAsPrometheusReadsIt() throws IOException {
        IstioMetrics metrics = new IstioMetrics(OWN, 20);
        PeerMetadata peer = new PeerMetadata("pro\u00fcct", "d", "K", "p", "v1", "p", "v1");
        metrics.count(exchange("re\"vi\\ews\n:9080", peer, 1_234), true, true, MetricPlan.NONE);
        metrics.count(exchange("re\"vi\\ews\n:9080", peer, 3_000_000_000_000L), true, true, MetricPlan.NONE);
        StringBuilder out = new StringBuilder();
        metrics.write(new MetricsText(out));
        String labels = "connection_security_policy=\"none\",destination_app=\"reviews\","
                + "destination_canonical_revision=\"v1\",destination_canonical_service=\"reviews\","
                + "destination_cluster=\"Kubernetes\",destination_principal=\"unknown\","
                + "destination_service=\"re\\\"vi\\\\ews\\n:9080\","
                + "destination_service_name=\"re\\\"vi\\\\ews\\n:9080\","
                + "destination_service_namespace=\"default\",destination_version=\"v1\","
                + "destination_workload=\"reviews-v1\",destination_workload_namespace=\"default\","
                + "grpc_response_status=\"\",reporter=\"destination\",request_protocol=\"http\","
                + "response_code=\"200\",response_flags=\"-\",source_app=\"p\","
                + "source_canonical_revision=\"v1\",source_canonical_service=\"p\",source_cluster=\"K\","
                + "source_principal=\"unknown\",source_version=\"v1\",source_workload=\"pro\u00fcct\","
                + "source_workload_namespace=\"d\"";
        assertThat(out.toString().lines())
                .contains(
                        "# HELP istio_requests_total Requests that were answered.",
                        "# TYPE istio_requests_total counter",
                        "istio_requests_total{" + labels + "} 2.0",
                        "# TYPE istio_request_duration_milliseconds histogram",
                        "istio_request_duration_milliseconds_bucket{" + labels + ",le=\"0.5\"} 0",
                        "istio_request_duration_milliseconds_bucket{" + labels + ",le=\"5.0\"} 1",
                        "istio_request_duration_milliseconds_bucket{" + labels + ",le=\"3600000.0\"} 1",
                        "istio_request_duration_milliseconds_bucket{" + labels + ",le=\"+Inf\"} 2",
                        "istio_request_duration_milliseconds_count{" + labels + "} 2",
                        "istio_request_duration_milliseconds_sum{" + labels + "} 3.000000001234E9");
    }

    @Test
    void aHostThatAClientMakesUpIsCut() throws IOException {
        IstioMetrics metrics = new IstioMetrics(OWN, 20);
        metrics.count(exchange("h".repeat(50_000), PeerMetadata.UNKNOWN, 1), true, true, MetricPlan.NONE);
        StringBuilder out = new StringBuilder();
        metrics.write(new MetricsText(out));
        assertThat(out).contains("destination_service=\"" + "h".repeat(253) + "...\"");
        assertThat(out.toString().lines()).allMatch(line -> line.length() < 3_000);
    }

    /** The text of so many series has more than 250 MB. */
    @Test
    void aScrapeOfAsManySeriesAsAreKeptFitsIntoASmallHeap() throws Exception {
        Process scrape = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx96m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Scrape.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            String told = new String(scrape.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(scrape.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(Long.parseLong(told.strip())).isGreaterThan(250L << 20);
            assertThat(scrape.exitValue()).isZero();
        } finally {
            scrape.destroy();
        }
    }

    /** Tells how many bytes a scrape has. */
    static final class Scrape {
        private Scrape() {}

        public static void main(String[] args) throws IOException {
            IstioMetrics metrics = new IstioMetrics(OWN, IstioMetrics.MAX_SERIES);
            for (int i = 0; i < IstioMetrics.MAX_SERIES; i++) {
                PeerMetadata peer =
                        new PeerMetadata("w-" + i, "n-" + i % 10, "Kubernetes", "svc-" + i, "v1", "app-" + i, "v1");
                metrics.count(exchange("reviews.example.com:9080", peer, 1_000), true, true, MetricPlan.NONE);
            }
            Counting bytes = new Counting();
            try (Writer out = new OutputStreamWriter(bytes, StandardCharsets.UTF_8)) {
                metrics.write(new MetricsText(out));
            }
            System.out.println(bytes.count);
        }
    }

    private static final class Counting extends OutputStream {
        long count;

        @Override
        public void write(int b) {
            count++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            count += length;
        }
    }
}
