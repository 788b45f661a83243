package dev.lateen.istiod.metrics;

import dev.lateen.api.metrics.MetricsText;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** A few counters, gauges and histograms by Istio's names, whose counters lack the suffix {@code _total} that Prometheus' own library insists on. Safe from any thread. */
final class MetricsPage {
    private static final int MOST_OF_CLIENTS = 1000;

    private final List<Family> families = new CopyOnWriteArrayList<>();

    private sealed interface Family {
        String name();

        void write(MetricsText page) throws IOException;
    }

    /** A counter; {@code label} names none, one, or several with commas between, as do the values. */
    static final class Counter implements Family {
        private final String name;
        private final String help;
        private final String label;
        private final String type;
        private final Map<String, LongAdder> values = new ConcurrentHashMap<>();

        private Counter(String name, String help, String label, String type) {
            this.name = name;
            this.help = help;
            this.label = label;
            this.type = type;
            if (label.isEmpty()) {
                values.put("", new LongAdder());
            }
        }

        void add(long amount) {
            add("", amount);
        }

        void add(String labelValue, long amount) {
            values.computeIfAbsent(labelValue, value -> new LongAdder()).add(amount);
        }

        /** The same for a value that clients choose: of new ones beyond a bound, all count as {@code otherwise}. */
        void addBounded(String labelValue, String otherwise, long amount) {
            boolean known = values.size() < MOST_OF_CLIENTS || values.containsKey(labelValue);
            add(known ? labelValue : otherwise, amount);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void write(MetricsText page) throws IOException {
            page.family(name, type, help);
            for (Map.Entry<String, LongAdder> each : new TreeMap<>(values).entrySet()) {
                page.sample(
                        name,
                        label.isEmpty() ? "" : labels(label, each.getKey()),
                        Long.toString(each.getValue().sum()));
            }
        }
    }

    /** One value that is asked when the page is; {@code labels} without braces, or empty. */
    private record Asked(String name, String type, String help, String labels, DoubleSupplier value) implements Family {
        @Override
        public void write(MetricsText page) throws IOException {
            page.family(name, type, help);
            page.sample(name, labels, MetricsText.number(value.getAsDouble()));
        }
    }

    /** One gauge for each value of a label; asked when the page is. */
    private record Gauges(String name, String help, String label, Supplier<Map<String, ? extends Number>> values)
            implements Family {
        @Override
        public void write(MetricsText page) throws IOException {
            page.family(name, "gauge", help);
            for (Map.Entry<String, ? extends Number> each : new TreeMap<>(values.get()).entrySet()) {
                page.sample(
                        name,
                        labels(label, each.getKey()),
                        MetricsText.number(each.getValue().doubleValue()));
            }
        }
    }

    /** A histogram without labels. */
    static final class Histogram implements Family {
        private final String name;
        private final String help;
        private final double[] bounds;
        private final long[] counts;
        private long total;
        private double sum;

        private Histogram(String name, String help, double... bounds) {
            this.name = name;
            this.help = help;
            this.bounds = bounds;
            this.counts = new long[bounds.length];
        }

        synchronized void observe(double value) {
            for (int i = 0; i < bounds.length; i++) {
                if (value <= bounds[i]) {
                    counts[i]++;
                }
            }
            total++;
            sum += value;
        }

        /** @param below how many values are not above each bound */
        private record Reading(long[] below, long total, double sum) {}

        private synchronized Reading reading() {
            return new Reading(counts.clone(), total, sum);
        }

        @Override
        public String name() {
            return name;
        }

        /** Whoever reads slowly must not hold up whoever counts. */
        @Override
        public void write(MetricsText page) throws IOException {
            Reading now = reading();
            page.family(name, "histogram", help);
            for (int i = 0; i < bounds.length; i++) {
                page.bucket(name, "", MetricsText.number(bounds[i]), now.below[i]);
            }
            page.bucket(name, "", "+Inf", now.total);
            page.sample(name, "_sum", "", MetricsText.number(now.sum));
            page.sample(name, "_count", "", Long.toString(now.total));
        }
    }

    Counter counter(String name, String help) {
        return add(new Counter(name, help, "", "counter"));
    }

    Counter counter(String name, String help, String label) {
        return add(new Counter(name, help, label, "counter"));
    }

    /** One that Istio declares as a gauge although it only counts. */
    Counter countingGauge(String name, String help, String label) {
        return add(new Counter(name, help, label, "gauge"));
    }

    Histogram histogram(String name, String help, double... bounds) {
        return add(new Histogram(name, help, bounds));
    }

    /** A gauge that is asked when the page is; {@code labels} without braces, or empty. */
    void gauge(String name, String help, String labels, DoubleSupplier value) {
        add(new Asked(name, "gauge", help, labels, value));
    }

    /** Gauges that are asked when the page is, by the value of a label. */
    void gauges(String name, String help, String label, Supplier<Map<String, ? extends Number>> values) {
        add(new Gauges(name, help, label, values));
    }

    /** A counter of the system's, which is asked when the page is. */
    void counter(String name, String help, DoubleSupplier value) {
        add(new Asked(name, "counter", help, "", value));
    }

    private <F extends Family> F add(F family) {
        families.add(family);
        return family;
    }

    /** The page, families in order of name. */
    void write(MetricsText page) throws IOException {
        for (Family family :
                families.stream().sorted(Comparator.comparing(Family::name)).toList()) {
            family.write(page);
        }
    }

    /** One or two labels; values may come from clients. */
    private static String labels(String names, String values) {
        String[] name = names.split(",", -1);
        String[] value = values.split(",", name.length);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < name.length; i++) {
            MetricsText.label(text, name[i], i < value.length ? value[i] : "");
        }
        return text.toString();
    }
}
