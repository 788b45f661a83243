package dev.lateen.proxy.admin;

import dev.lateen.api.metrics.MetricsText;
import dev.lateen.proxy.telemetry.HistogramReading;
import dev.lateen.proxy.telemetry.Stat;
import dev.lateen.proxy.upstream.UpstreamClusters;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
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

    /** A statistic with its full name, which is long to make and needed often while sorting. */
    private record Named(String name, Stat stat) {}

    /** Counters and gauges by name, then histograms, as Envoy prints them. */
    private List<Named> read(StatsQuery query, boolean calledOnly) {
        Map<String, Long> base = atReset;
        List<Named> wanted = new ArrayList<>();
        for (Stat stat : all(calledOnly)) {
            Stat since = stat instanceof Stat.Counter counter && !base.isEmpty() ? since(counter, base) : stat;
            if (query.wants(since)) {
                wanted.add(new Named(since.name(), since));
            }
        }
        wanted.sort(Comparator.<Named, Boolean>comparing(named -> named.stat instanceof Stat.Histogram)
                .thenComparing(Named::name));
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
        return out -> {
            for (Named named : read(query, query.usedOnly())) {
                out.append(named.name)
                        .append(": ")
                        .append(valueText(named.stat))
                        .append('\n');
            }
        };
    }

    private static String valueText(Stat stat) {
        return switch (stat) {
            case Stat.Counter counter -> Long.toString(counter.value());
            case Stat.Gauge gauge -> Long.toString(gauge.value());
            case Stat.Histogram histogram -> quantiles(histogram.values());
        };
    }

    /** Envoy tells the last interval's and all values; we keep no intervals. */
    private static String quantiles(HistogramReading values) {
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

    /** Statistics one by one, then the histograms together, as Envoy groups them. */
    Page json(StatsQuery query) {
        return out -> {
            out.append("{\"stats\":[");
            String separator = "";
            boolean inHistograms = false;
            for (Named named : read(query, query.usedOnly())) {
                JsonObject json = switch (named.stat) {
                    case Stat.Counter counter -> value(named, counter.value());
                    case Stat.Gauge gauge -> value(named, gauge.value());
                    case Stat.Histogram histogram -> computed(named, histogram.values());
                };
                out.append(separator);
                if (!inHistograms && named.stat instanceof Stat.Histogram) {
                    out.append("{\"histograms\":{\"supported_quantiles\":")
                            .append(supported().encode())
                            .append(",\"computed_quantiles\":[");
                    inHistograms = true;
                }
                out.append(json.encode());
                separator = ",";
            }
            out.append(inHistograms ? "]}}]}" : "]}");
        };
    }

    private static JsonArray supported() {
        JsonArray quantiles = new JsonArray();
        for (double share : SHARES) {
            quantiles.add(Math.round(share * 1000) / 10.0);
        }
        return quantiles;
    }

    private static JsonObject value(Named named, long value) {
        return new JsonObject().put("name", named.name).put("value", value);
    }

    private static JsonObject computed(Named named, HistogramReading distribution) {
        boolean empty = distribution.count() == 0;
        JsonArray values = new JsonArray();
        for (double share : SHARES) {
            values.add(new JsonObject()
                    .putNull("interval")
                    .put("cumulative", empty ? null : distribution.quantile(share)));
        }
        return new JsonObject().put("name", named.name).put("values", values);
    }

    /** Istio's metrics, then Envoy's own, then the process's; clusters that nothing was sent to are left out. */
    Page prometheus(StatsQuery query) {
        return out -> {
            MetricsText text = new MetricsText(out);
            source.metrics(text);
            PrometheusStats envoys = new PrometheusStats(source.istioLabels());
            read(query, true).forEach(named -> envoys.add(named.stat));
            envoys.write(text);
            source.platform().write(text);
        };
    }
}
