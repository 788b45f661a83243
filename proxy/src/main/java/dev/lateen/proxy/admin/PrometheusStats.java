package dev.lateen.proxy.admin;

import dev.lateen.api.metrics.MetricsText;
import dev.lateen.proxy.telemetry.HistogramReading;
import dev.lateen.proxy.telemetry.Stat;
import dev.lateen.proxy.telemetry.Stat.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Envoy's statistics as Prometheus reads them: the names of clusters, listeners and the like become labels, as do status codes. Counters keep Envoy's
 * names, which seldom end in {@code _total}.
 */
final class PrometheusStats {
    private static final String ROUTE = ".route.";

    private final String labelPrefix;
    private final Map<String, Leaf> leaves = new HashMap<>();
    private final List<Named> all = new ArrayList<>();

    /** A statistic with its family; families are few and shared. */
    private record Named(String family, String codeLabels, Stat stat) {}

    /** What a leaf such as {@code upstream_rq_2xx} comes to. */
    private record Leaf(String family, String codeLabels) {}

    /** @param istioLabels {@code cluster_name} as Istio's {@code stats_tags} say, instead of Envoy's {@code envoy_cluster_name} */
    PrometheusStats(boolean istioLabels) {
        this.labelPrefix = istioLabels ? "" : "envoy_";
    }

    PrometheusStats add(Stat stat) {
        Leaf leaf = leaves.computeIfAbsent(scope(stat.scope()) + stat.leaf(), this::leaf);
        all.add(new Named(leaf.family, leaf.codeLabels, stat));
        return this;
    }

    /** Writes all families in the order of their names, a line at a time. */
    void write(MetricsText out) throws IOException {
        all.sort(Comparator.comparing(Named::family));
        String family = "";
        for (Named named : all) {
            if (!named.family.equals(family)) {
                family = named.family;
                out.family(family, type(named.stat), null);
            }
            StringBuilder labels = new StringBuilder(named.codeLabels);
            owner(named.stat, labels);
            switch (named.stat) {
                case Stat.Counter counter -> out.sample(family, labels.toString(), Long.toString(counter.value()));
                case Stat.Gauge gauge -> out.sample(family, labels.toString(), Long.toString(gauge.value()));
                case Stat.Histogram histogram -> histogram(out, family, labels.toString(), histogram.values());
            }
        }
    }

    private static String type(Stat stat) {
        return switch (stat) {
            case Stat.Counter _ -> "counter";
            case Stat.Gauge _ -> "gauge";
            case Stat.Histogram _ -> "histogram";
        };
    }

    /** {@code _rq_200} and {@code _rq_2xx} at the end become a label. */
    private Leaf leaf(String name) {
        int mark = name.length() - 3;
        if (mark < 4 || !name.startsWith("_rq_", mark - 4) || !isDigit(name, mark)) {
            return new Leaf(family(name), "");
        }
        StringBuilder labels = new StringBuilder();
        String requests = name.substring(0, mark - 1);
        if (isDigit(name, mark + 1) && isDigit(name, mark + 2)) {
            MetricsText.label(labels, labelPrefix + "response_code", name.substring(mark));
            return new Leaf(family(requests), labels.toString());
        }
        if (name.endsWith("xx")) {
            MetricsText.label(labels, labelPrefix + "response_code_class", name.substring(mark, mark + 1));
            return new Leaf(family(requests + "_xx"), labels.toString());
        }
        return new Leaf(family(name), "");
    }

    private static boolean isDigit(String name, int at) {
        return name.charAt(at) >= '0' && name.charAt(at) <= '9';
    }

    private static String family(String name) {
        return MetricsText.sanitized("envoy_" + name);
    }

    private void owner(Stat stat, StringBuilder labels) {
        if (stat.scope() == Scope.VHOST) {
            route(stat.owner(), labels);
            return;
        }
        String label = switch (stat.scope()) {
            case CLUSTER -> "cluster_name";
            case HTTP -> "http_conn_manager_prefix";
            case LISTENER -> "listener_address";
            case TCP -> "tcp_prefix";
            case VHOST, SERVER -> "";
        };
        if (!label.isEmpty()) {
            // Istio ends the names it gives with a semicolon, for its tag expressions to find.
            String owner = stat.owner().endsWith(";")
                    ? stat.owner().substring(0, stat.owner().length() - 1)
                    : stat.owner();
            MetricsText.label(labels, labelPrefix + label, owner);
        }
    }

    /** Istio's tags say nothing of these, so Envoy's own names stay. */
    private static void route(String owner, StringBuilder labels) {
        int between = owner.lastIndexOf(ROUTE);
        MetricsText.label(labels, "envoy_virtual_host", owner.substring(0, between));
        MetricsText.label(labels, "envoy_route", owner.substring(between + ROUTE.length()));
    }

    private static String scope(Scope scope) {
        return switch (scope) {
            case CLUSTER -> "cluster_";
            case HTTP -> "http_";
            case LISTENER -> "listener_";
            case TCP -> "tcp_";
            case VHOST -> "vhost_route_";
            case SERVER -> "";
        };
    }

    private static void histogram(MetricsText out, String name, String labels, HistogramReading values)
            throws IOException {
        long below = 0;
        for (int i = 0; i < values.bounds().size(); i++) {
            below += values.counts().get(i);
            out.bucket(name, labels, MetricsText.number(values.bounds().get(i)), below);
        }
        out.sample(name, "_sum", labels, MetricsText.number(values.sum()));
        out.sample(name, "_count", labels, Long.toString(below));
    }
}
