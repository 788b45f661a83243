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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

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
    private final ConcurrentHashMap<SeriesKey, HttpSeries> http = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<SeriesKey, TcpSeries> tcp = new ConcurrentHashMap<>();

    IstioMetrics(PeerMetadata local, int maxSeries) {
        this.labels = new SeriesLabels(local);
        this.maxSeries = maxSeries;
    }

    /** One label set of HTTP exchanges. */
    private record HttpSeries(
            Labels labels, LongAdder requests, Buckets duration, Buckets requestBytes, Buckets responseBytes) {
        HttpSeries(Labels labels) {
            this(labels, new LongAdder(), new Buckets(), new Buckets(), new Buckets());
        }
    }

    /** One label set of TCP sessions. */
    private record TcpSeries(Labels labels, LongAdder opened, LongAdder closed, LongAdder sent, LongAdder received) {
        TcpSeries(Labels labels) {
            this(labels, new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
        }
    }

    /** Counts a finished exchange. */
    void count(Exchange exchange, boolean inbound, boolean hostFallback) {
        SeriesKey key = SeriesKey.of(exchange, inbound, hostFallback);
        HttpSeries series = http.get(key);
        if (series == null) {
            SeriesKey kept = http.size() < maxSeries ? key : overflow(inbound);
            series = http.computeIfAbsent(kept, k -> new HttpSeries(labels.http(k)));
        }
        series.requests.increment();
        series.duration.observe((exchange.completeNanos() - exchange.startNanos()) / 1000);
        series.requestBytes.observe(exchange.requestBytes() * 1000);
        series.responseBytes.observe(exchange.responseBytes() * 1000);
    }

    void opened(TcpSession session, boolean inbound) {
        series(session, inbound).opened.increment();
    }

    /** @param sent bytes to downstream since the last report; @param received bytes from downstream since then */
    void transferred(TcpSession session, boolean inbound, long sent, long received) {
        TcpSeries series = series(session, inbound);
        series.sent.add(sent);
        series.received.add(received);
    }

    void closed(TcpSession session, boolean inbound) {
        series(session, inbound).closed.increment();
    }

    private TcpSeries series(TcpSession session, boolean inbound) {
        SeriesKey key = SeriesKey.of(session, inbound);
        TcpSeries series = tcp.get(key);
        if (series == null) {
            SeriesKey kept = tcp.size() < maxSeries ? key : overflow(inbound);
            series = tcp.computeIfAbsent(kept, k -> new TcpSeries(labels.tcp(k)));
        }
        return series;
    }

    private static SeriesKey overflow(boolean inbound) {
        return new SeriesKey(inbound, PeerMetadata.UNKNOWN, "", "", "", null, "", false, 0, 0, "", false);
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
        CounterSnapshot.Builder requests =
                CounterSnapshot.builder().name("istio_requests").help("Requests that were answered.");
        HistogramSnapshot.Builder duration =
                histogram("istio_request_duration_milliseconds", "Time to the last byte, in ms.");
        HistogramSnapshot.Builder requestBytes = histogram("istio_request_bytes", "Sizes of request bodies, in bytes.");
        HistogramSnapshot.Builder responseBytes =
                histogram("istio_response_bytes", "Sizes of response bodies, in bytes.");
        for (HttpSeries series : http.values()) {
            requests.dataPoint(counter(series.labels, series.requests));
            duration.dataPoint(series.duration.snapshot(series.labels));
            requestBytes.dataPoint(series.requestBytes.snapshot(series.labels));
            responseBytes.dataPoint(series.responseBytes.snapshot(series.labels));
        }
        families.add(requests.build());
        families.add(duration.build());
        families.add(requestBytes.build());
        families.add(responseBytes.build());
    }

    private void addTcp(List<MetricSnapshot> families) {
        CounterSnapshot.Builder opened =
                tcpCounter("istio_tcp_connections_opened", "TCP connections that were opened.");
        CounterSnapshot.Builder closed =
                tcpCounter("istio_tcp_connections_closed", "TCP connections that were closed.");
        CounterSnapshot.Builder sent =
                tcpCounter("istio_tcp_sent_bytes", "Bytes sent to the client of TCP connections.");
        CounterSnapshot.Builder received =
                tcpCounter("istio_tcp_received_bytes", "Bytes received from the client of TCP connections.");
        for (TcpSeries series : tcp.values()) {
            opened.dataPoint(counter(series.labels, series.opened));
            closed.dataPoint(counter(series.labels, series.closed));
            sent.dataPoint(counter(series.labels, series.sent));
            received.dataPoint(counter(series.labels, series.received));
        }
        families.add(opened.build());
        families.add(closed.build());
        families.add(sent.build());
        families.add(received.build());
    }

    private static CounterSnapshot.Builder tcpCounter(String name, String help) {
        return CounterSnapshot.builder().name(name).help(help);
    }

    private static HistogramSnapshot.Builder histogram(String name, String help) {
        return HistogramSnapshot.builder().name(name).help(help);
    }

    private static CounterSnapshot.CounterDataPointSnapshot counter(Labels labels, LongAdder value) {
        return CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(labels)
                .value((double) value.sum())
                .build();
    }
}
