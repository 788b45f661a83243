package dev.lateen.proxy.telemetry;

import dev.lateen.api.metrics.MetricsText;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.message.TcpSession;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Istio's standard metrics (facts O1, O2): each series is found by a small key and its labels are made once. Written from any event loop,
 * read by the scrape. Only so many series of each kind are kept; what comes above counts into one series with unknown labels, so no peer
 * can grow the memory without bound.
 */
final class IstioMetrics {
    /** Of HTTP and of TCP each. A scrape of that many has some 250 MB of text, which is why it is written line by line; kept are some 2 KiB a series. */
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
    private record Family<T>(String name, Supplier<T> maker, Map<String, T> series) {
        Family(String name, Supplier<T> maker) {
            this(name, maker, new ConcurrentHashMap<>());
        }

        /** The series of some labels; one that nobody scrapes if the metric is left out. */
        T series(MetricPlan plan, SeriesLabels.Standard standard, List<String> values) {
            if (plan.isEmpty()) {
                return series.computeIfAbsent(standard.text(), l -> maker.get());
            }
            Map<String, String> own = plan.labels(name, standard.labels(), values);
            return own == null ? maker.get() : series.computeIfAbsent(SeriesLabels.text(own), l -> maker.get());
        }
    }

    /** One label set of HTTP exchanges. */
    private record HttpSeries(LongAdder requests, Buckets duration, Buckets requestBytes, Buckets responseBytes) {}

    /** One label set of TCP sessions. */
    private record TcpSeries(LongAdder opened, LongAdder closed, LongAdder sent, LongAdder received) {}

    /** A key under a plan, with the values that its expressions had. */
    private record PlannedKey(SeriesKey key, MetricPlan plan, List<String> values) {}

    /** Counts a finished exchange. */
    void count(ExchangeFacts exchange, boolean inbound, boolean hostFallback, MetricPlan plan) {
        SeriesKey key = SeriesKey.of(exchange, inbound, hostFallback);
        HttpSeries series = plan.isEmpty() ? http.get(key) : null;
        if (series == null) {
            List<String> values = plan.isEmpty() ? List.of() : plan.values(new ExchangeAttributes(exchange));
            series = series(key, plan, values, inbound);
        }
        series.requests.increment();
        series.duration.observe((exchange.completeNanos() - exchange.startNanos()) / 1000);
        series.requestBytes.observe(exchange.receivedBytes() * 1000);
        series.responseBytes.observe(exchange.sentBytes() * 1000);
    }

    private HttpSeries series(SeriesKey key, MetricPlan plan, List<String> values, boolean inbound) {
        Object full = plan.isEmpty() ? key : new PlannedKey(key, plan, values);
        HttpSeries known = http.get(full);
        if (known != null) {
            return known;
        }
        boolean room = http.size() < maxSeries;
        SeriesKey kept = room ? key : SeriesKey.overflow(inbound);
        MetricPlan keptPlan = room ? plan : MetricPlan.NONE;
        Object name = room ? full : kept;
        return http.computeIfAbsent(name, k -> {
            SeriesLabels.Standard standard = labels.http(kept);
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
        SeriesKey kept = room ? key : SeriesKey.overflow(inbound);
        MetricPlan keptPlan = room ? plan : MetricPlan.NONE;
        return tcp.computeIfAbsent(room ? full : kept, k -> {
            SeriesLabels.Standard standard = labels.tcp(kept);
            return new TcpSeries(
                    opened.series(keptPlan, standard, values),
                    closed.series(keptPlan, standard, values),
                    sent.series(keptPlan, standard, values),
                    received.series(keptPlan, standard, values));
        });
    }

    /** What a scrape gets, in the order of the names; families without a series are left out. */
    void write(MetricsText out) throws IOException {
        histograms(out, requestBytes, "Sizes of request bodies, in bytes.");
        histograms(out, duration, "Time to the last byte, in ms.");
        counters(out, requests, "Requests that were answered.");
        histograms(out, responseBytes, "Sizes of response bodies, in bytes.");
        counters(out, closed, "TCP connections that were closed.");
        counters(out, opened, "TCP connections that were opened.");
        counters(out, received, "Bytes received from the client of TCP connections.");
        counters(out, sent, "Bytes sent to the client of TCP connections.");
    }

    private static void counters(MetricsText out, Family<LongAdder> family, String help) throws IOException {
        String name = "istio_" + family.name;
        if (!family.series.isEmpty()) {
            out.family(name, "counter", help);
        }
        for (Map.Entry<String, LongAdder> each : new TreeMap<>(family.series).entrySet()) {
            out.sample(name, each.getKey(), MetricsText.decimal((double)
                    each.getValue().sum()));
        }
    }

    private static void histograms(MetricsText out, Family<Buckets> family, String help) throws IOException {
        String name = "istio_" + family.name;
        if (!family.series.isEmpty()) {
            out.family(name, "histogram", help);
        }
        for (Map.Entry<String, Buckets> each : new TreeMap<>(family.series).entrySet()) {
            each.getValue().write(out, name, each.getKey());
        }
    }
}
