package dev.lateen.proxy.admin;

import dev.lateen.proxy.telemetry.Distribution;
import dev.lateen.proxy.telemetry.Stat;
import dev.lateen.proxy.upstream.UpstreamClusters;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code /stats}: Envoy's own statistics by their names, as text, JSON or for Prometheus, there together with Istio's. Safe for use by several threads. */
final class StatsPage {
    private static final double[] SHARES = {0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 1};

    private final AdminSource source;
    private final UpstreamClusters clusters;

    /** What counters were at the last {@code /reset_counters}: they themselves only grow. */
    private volatile Map<String, Long> atReset = Map.of();

    StatsPage(AdminSource source, UpstreamClusters clusters) {
        this.source = source;
        this.clusters = clusters;
    }

    /** {@code /reset_counters}. */
    void reset() {
        Map<String, Long> now = new HashMap<>();
        for (Stat stat : all(false)) {
            if (stat instanceof Stat.Counter counter) {
                now.put(stat.name(), counter.value());
            }
        }
        atReset = now;
    }

    /** Counters and gauges by name, then histograms, as Envoy prints them. */
    private List<Stat> read(StatsQuery query, boolean calledOnly) {
        Map<String, Long> base = atReset;
        List<Stat> wanted = new ArrayList<>();
        for (Stat stat : all(calledOnly)) {
            Stat since = stat instanceof Stat.Counter counter && !base.isEmpty() ? since(counter, base) : stat;
            if (query.wants(since)) {
                wanted.add(since);
            }
        }
        wanted.sort(Comparator.<Stat, Boolean>comparing(Stat.Histogram.class::isInstance)
                .thenComparing(Stat::name));
        return wanted;
    }

    private static Stat since(Stat.Counter counter, Map<String, Long> base) {
        long before = base.getOrDefault(counter.name(), 0L);
        return new Stat.Counter(
                counter.scope(), counter.owner(), counter.leaf(), Math.max(0, counter.value() - before));
    }

    private List<Stat> all(boolean calledOnly) {
        List<Stat> all = new ArrayList<>(source.stats());
        all.add(new Stat.Gauge(
                Stat.Scope.SERVER,
                "",
                "server.days_until_first_cert_expiring",
                CertificatesPage.daysUntilFirstExpires(source.snapshot(), source.now())));
        all.addAll(ClusterReadings.of(clusters, calledOnly));
        all.removeIf(stat -> !source.keepsStat(stat.name()));
        return all;
    }

    Page text(StatsQuery query) {
        Page page = new Page();
        for (Stat stat : read(query, query.usedOnly())) {
            page.print(stat.name() + ": " + valueText(stat) + "\n");
        }
        return page;
    }

    private static String valueText(Stat stat) {
        return switch (stat) {
            case Stat.Counter counter -> Long.toString(counter.value());
            case Stat.Gauge gauge -> Long.toString(gauge.value());
            case Stat.Histogram histogram -> quantiles(histogram.values());
        };
    }

    /** Envoy tells the last interval's and all values; we keep no intervals. */
    private static String quantiles(Distribution values) {
        if (values.count() == 0) {
            return "No recorded values";
        }
        List<String> parts = new ArrayList<>();
        for (double share : SHARES) {
            parts.add("P" + number(share * 100) + "(nan," + number(values.quantile(share)) + ")");
        }
        return String.join(" ", parts);
    }

    private static String number(double value) {
        double rounded = Math.round(value * 1000) / 1000.0;
        return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
    }

    String json(StatsQuery query) {
        JsonArray stats = new JsonArray();
        JsonArray histograms = new JsonArray();
        for (Stat stat : read(query, query.usedOnly())) {
            switch (stat) {
                case Stat.Counter counter -> stats.add(value(stat, counter.value()));
                case Stat.Gauge gauge -> stats.add(value(stat, gauge.value()));
                case Stat.Histogram histogram -> histograms.add(computed(histogram));
            }
        }
        if (!histograms.isEmpty()) {
            JsonArray quantiles = new JsonArray();
            for (double share : SHARES) {
                quantiles.add(Math.round(share * 1000) / 10.0);
            }
            stats.add(new JsonObject()
                    .put(
                            "histograms",
                            new JsonObject()
                                    .put("supported_quantiles", quantiles)
                                    .put("computed_quantiles", histograms)));
        }
        return new JsonObject().put("stats", stats).encode();
    }

    private static JsonObject value(Stat stat, long value) {
        return new JsonObject().put("name", stat.name()).put("value", value);
    }

    private static JsonObject computed(Stat.Histogram histogram) {
        boolean empty = histogram.values().count() == 0;
        JsonArray values = new JsonArray();
        for (double share : SHARES) {
            values.add(new JsonObject()
                    .putNull("interval")
                    .put("cumulative", empty ? null : histogram.values().quantile(share)));
        }
        return new JsonObject().put("name", histogram.name()).put("values", values);
    }

    /** Istio's metrics, then Envoy's own; clusters that nothing was sent to are left out. */
    String prometheus(StatsQuery query) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ExpositionFormats.init().getPrometheusTextFormatWriter().write(out, new MetricSnapshots(source.metrics()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        PrometheusText envoys = new PrometheusText(source.istioLabels());
        read(query, true).forEach(envoys::add);
        return out.toString(StandardCharsets.UTF_8) + envoys;
    }
}
