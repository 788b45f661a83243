package dev.lateen.proxy.admin;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.lateen.proxy.telemetry.Distribution;
import dev.lateen.proxy.telemetry.Stat;
import dev.lateen.proxy.telemetry.Stat.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Envoy's statistics in Prometheus' text format, version 0.0.4: the names of clusters, listeners and the like become labels, as do status
 * codes. Counters keep Envoy's names, which seldom end in {@code _total}, so no library that insists on that can write them.
 */
final class PrometheusText {
    private static final Pattern CODE = Pattern.compile("(.*)_rq_(\\d\\d\\d)");
    private static final Pattern CODE_CLASS = Pattern.compile("(.*)_rq_(\\d)xx");

    private final String labelPrefix;
    private final Map<String, Family> families = new TreeMap<>();

    private record Family(String type, List<String> lines) {}

    /** @param istioLabels {@code cluster_name} as Istio's {@code stats_tags} say, instead of Envoy's {@code envoy_cluster_name} */
    PrometheusText(boolean istioLabels) {
        this.labelPrefix = istioLabels ? "" : "envoy_";
    }

    PrometheusText add(Stat stat) {
        List<String> labels = new ArrayList<>();
        String leaf = leaf(stat, labels);
        owner(stat, labels);
        String name = sanitized("envoy_" + scope(stat.scope()) + leaf);
        String text = String.join(",", labels);
        switch (stat) {
            case Stat.Counter counter -> line(name, "counter", name, text, counter.value());
            case Stat.Gauge gauge -> line(name, "gauge", name, text, gauge.value());
            case Stat.Histogram histogram -> histogram(name, text, histogram.values());
        }
        return this;
    }

    private String leaf(Stat stat, List<String> labels) {
        Matcher code = CODE.matcher(stat.leaf());
        if (code.matches()) {
            labels.add(label(labelPrefix + "response_code", code.group(2)));
            return code.group(1) + "_rq";
        }
        Matcher codeClass = CODE_CLASS.matcher(stat.leaf());
        if (codeClass.matches()) {
            labels.add(label(labelPrefix + "response_code_class", codeClass.group(2)));
            return codeClass.group(1) + "_rq_xx";
        }
        return stat.leaf();
    }

    private void owner(Stat stat, List<String> labels) {
        // Istio ends the names it gives with a semicolon, for its tag expressions to find.
        String owner = stat.owner().endsWith(";")
                ? stat.owner().substring(0, stat.owner().length() - 1)
                : stat.owner();
        switch (stat.scope()) {
            case CLUSTER -> labels.add(label(labelPrefix + "cluster_name", owner));
            case HTTP -> labels.add(label(labelPrefix + "http_conn_manager_prefix", owner));
            case LISTENER -> labels.add(label(labelPrefix + "listener_address", owner));
            case TCP -> labels.add(label(labelPrefix + "tcp_prefix", owner));
            case SERVER -> {}
        }
    }

    private static String scope(Scope scope) {
        return switch (scope) {
            case CLUSTER -> "cluster_";
            case HTTP -> "http_";
            case LISTENER -> "listener_";
            case TCP -> "tcp_";
            case SERVER -> "";
        };
    }

    private void histogram(String name, String labels, Distribution values) {
        long below = 0;
        String before = labels.isEmpty() ? "" : labels + ",";
        for (int i = 0; i < values.bounds().size(); i++) {
            below += values.counts().get(i);
            line(
                    name,
                    "histogram",
                    name + "_bucket",
                    before + label("le", number(values.bounds().get(i))),
                    below);
        }
        line(name, "histogram", name + "_sum", labels, number(values.sum()));
        line(name, "histogram", name + "_count", labels, below);
    }

    private static String number(double value) {
        if (Double.isInfinite(value)) {
            return "+Inf";
        }
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private void line(String family, String type, String name, String labels, Object value) {
        families.computeIfAbsent(family, _ -> new Family(type, new ArrayList<>()))
                .lines()
                .add(name + (labels.isEmpty() ? "" : "{" + labels + "}") + " " + value);
    }

    private static String label(String name, String value) {
        String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        return name + "=\"" + escaped + "\"";
    }

    private static String sanitized(String name) {
        StringBuilder text = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean plain = c < 128 && Character.isLetterOrDigit(c);
            text.append(plain ? c : '_');
        }
        return text.toString();
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        families.forEach((name, family) -> {
            out.append("# TYPE ").append(name).append(' ').append(family.type()).append('\n');
            family.lines().forEach(line -> out.append(line).append('\n'));
        });
        return out.toString();
    }
}
