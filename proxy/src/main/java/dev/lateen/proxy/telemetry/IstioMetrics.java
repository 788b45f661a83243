package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.Exchange;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.message.TcpSession;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Istio's standard metrics (facts O1, O2): each series is found by a small key and its labels are made once. Written from any event loop,
 * read by the scrape. Only so many series of each kind are kept; what comes above counts into one series with unknown labels, so no peer
 * can grow the memory without bound.
 */
final class IstioMetrics {
    /** Some 40 MB of scrape text, more than any Prometheus is set up to take from one target. */
    static final int MAX_SERIES = 5_000;

    private final SeriesLabels labels;
    private final int maxSeries;
    private final Map<Object, HttpSeries> http = new ConcurrentHashMap<>();
    private final Map<Object, TcpSeries> tcp = new ConcurrentHashMap<>();
    private final Family<LongAdder> requests = new Family<>("requests_total", LongAdder::new);
    private final Family<Buckets> duration = new Family<>("request_duration_milliseconds", Buckets::new);
    private final Family<Buckets> requestBytes = new Family<>("request_bytes", Buckets::new);
    private final Family<Buckets> responseBytes = new Family<>("response_bytes", Buckets::new);
    private final Family<LongAdder> opened = new Family<>("tcp_connections_opened_total", LongAdder::new);
    private final Family<LongAdder> closed = new Family<>("tcp_connections_closed_total", LongAdder::new);
    private final Family<LongAdder> sent = new Family<>("tcp_sent_bytes_total", LongAdder::new);
    private final Family<LongAdder> received = new Family<>("tcp_received_bytes_total", LongAdder::new);

    IstioMetrics(PeerMetadata local, int maxSeries) {
        this.labels = new SeriesLabels(local);
        this.maxSeries = maxSeries;
    }

    /** One metric: its series by their labels. Different keys may come to the same labels where some are removed. */
    private record Family<T>(String name, Supplier<T> maker, Map<Labels, T> series) {
        Family(String name, Supplier<T> maker) {
            this(name, maker, new ConcurrentHashMap<>());
        }

        /** The series of some labels; one that nobody scrapes if the metric is left out. */
        T series(MetricPlan plan, Labels standard, List<String> values) {
            Labels own = plan.isEmpty() ? standard : plan.labels(name, standard, values);
            return own == null ? maker.get() : series.computeIfAbsent(own, l -> maker.get());
        }
    }

    /** One label set of HTTP exchanges. */
    private record HttpSeries(LongAdder requests, Buckets duration, Buckets requestBytes, Buckets responseBytes) {}

    /** One label set of TCP sessions. */
    private record TcpSeries(LongAdder opened, LongAdder closed, LongAdder sent, LongAdder received) {}

    /** A key under a plan, with the values that its expressions had. */
    private record PlannedKey(SeriesKey key, MetricPlan plan, List<String> values) {}

    /** Counts a finished exchange. */
    void count(Exchange exchange, boolean inbound, boolean hostFallback, MetricPlan plan) {
        SeriesKey key = SeriesKey.of(exchange, inbound, hostFallback);
        HttpSeries series = plan.isEmpty() ? http.get(key) : null;
        if (series == null) {
            List<String> values = plan.isEmpty() ? List.of() : plan.values(new ExchangeAttributes(exchange));
            series = series(key, plan, values, inbound);
        }
        series.requests.increment();
        series.duration.observe((exchange.completeNanos() - exchange.startNanos()) / 1000);
        series.requestBytes.observe(exchange.requestBytes() * 1000);
        series.responseBytes.observe(exchange.responseBytes() * 1000);
    }

    private HttpSeries series(SeriesKey key, MetricPlan plan, List<String> values, boolean inbound) {
        Object full = plan.isEmpty() ? key : new PlannedKey(key, plan, values);
        HttpSeries known = http.get(full);
        if (known != null) {
            return known;
        }
        boolean room = http.size() < maxSeries;
        SeriesKey kept = room ? key : overflow(inbound);
        MetricPlan keptPlan = room ? plan : MetricPlan.NONE;
        Object name = room ? full : kept;
        return http.computeIfAbsent(name, k -> {
            Labels standard = labels.http(kept);
            return new HttpSeries(
                    requests.series(keptPlan, standard, values),
                    duration.series(keptPlan, standard, values),
                    requestBytes.series(keptPlan, standard, values),
                    responseBytes.series(keptPlan, standard, values));
        });
    }

    void opened(TcpSession session, boolean inbound, MetricPlan plan) {
        series(session, inbound, plan).opened.increment();
    }

    /** @param sent bytes to downstream since the last report; @param received bytes from downstream since then */
    void transferred(TcpSession session, boolean inbound, MetricPlan plan, long sent, long received) {
        TcpSeries series = series(session, inbound, plan);
        series.sent.add(sent);
        series.received.add(received);
    }

    void closed(TcpSession session, boolean inbound, MetricPlan plan) {
        series(session, inbound, plan).closed.increment();
    }

    private TcpSeries series(TcpSession session, boolean inbound, MetricPlan plan) {
        SeriesKey key = SeriesKey.of(session, inbound);
        List<String> values = plan.isEmpty() ? List.of() : plan.values(new SessionAttributes(session));
        Object full = plan.isEmpty() ? key : new PlannedKey(key, plan, values);
        TcpSeries known = tcp.get(full);
        if (known != null) {
            return known;
        }
        boolean room = tcp.size() < maxSeries;
        SeriesKey kept = room ? key : overflow(inbound);
        MetricPlan keptPlan = room ? plan : MetricPlan.NONE;
        return tcp.computeIfAbsent(room ? full : kept, k -> {
            Labels standard = labels.tcp(kept);
            return new TcpSeries(
                    opened.series(keptPlan, standard, values),
                    closed.series(keptPlan, standard, values),
                    sent.series(keptPlan, standard, values),
                    received.series(keptPlan, standard, values));
        });
    }

    private static SeriesKey overflow(boolean inbound) {
        return new SeriesKey(inbound, PeerMetadata.UNKNOWN, "", "", "", null, "", "", false, 0, 0, "", false);
    }

    /** What a scrape gets; families without a series are left out. */
    List<MetricSnapshot> snapshots() {
        List<MetricSnapshot> families = new ArrayList<>();
        if (!http.isEmpty()) {
            addHttp(families);
        }
        if (!tcp.isEmpty()) {
            addTcp(families);
        }
        return families;
    }

    private void addHttp(List<MetricSnapshot> families) {
        counters(families, requests, "istio_requests", "Requests that were answered.");
        histograms(families, duration, "istio_request_duration_milliseconds", "Time to the last byte, in ms.");
        histograms(families, requestBytes, "istio_request_bytes", "Sizes of request bodies, in bytes.");
        histograms(families, responseBytes, "istio_response_bytes", "Sizes of response bodies, in bytes.");
    }

    private void addTcp(List<MetricSnapshot> families) {
        counters(families, opened, "istio_tcp_connections_opened", "TCP connections that were opened.");
        counters(families, closed, "istio_tcp_connections_closed", "TCP connections that were closed.");
        counters(families, sent, "istio_tcp_sent_bytes", "Bytes sent to the client of TCP connections.");
        counters(families, received, "istio_tcp_received_bytes", "Bytes received from the client of TCP connections.");
    }

    private static void counters(List<MetricSnapshot> families, Family<LongAdder> family, String name, String help) {
        CounterSnapshot.Builder counters = CounterSnapshot.builder().name(name).help(help);
        family.series.forEach((labels, value) -> counters.dataPoint(counter(labels, value)));
        if (!family.series.isEmpty()) {
            families.add(counters.build());
        }
    }

    private static void histograms(List<MetricSnapshot> families, Family<Buckets> family, String name, String help) {
        HistogramSnapshot.Builder histograms =
                HistogramSnapshot.builder().name(name).help(help);
        family.series.forEach((labels, value) -> histograms.dataPoint(value.snapshot(labels)));
        if (!family.series.isEmpty()) {
            families.add(histograms.build());
        }
    }

    private static CounterSnapshot.CounterDataPointSnapshot counter(Labels labels, LongAdder value) {
        return CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(labels)
                .value((double) value.sum())
                .build();
    }
}
