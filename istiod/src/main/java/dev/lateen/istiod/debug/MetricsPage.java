package dev.lateen.istiod.debug;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * A few counters, gauges and histograms in Prometheus' text format. Written by hand because Istio's counters lack the suffix
 * {@code _total} that Prometheus' own library insists on. Safe from any thread.
 */
final class MetricsPage {
    private static final int MOST_OF_CLIENTS = 1000;

    private final List<Family> families = new CopyOnWriteArrayList<>();

    private sealed interface Family {
        void write(StringBuilder page);
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
        public void write(StringBuilder page) {
            head(page, name, help, type);
            new TreeMap<>(values)
                    .forEach((value, count) -> page.append(name)
                            .append(label.isEmpty() ? "" : labels(label, value))
                            .append(' ')
                            .append(count.sum())
                            .append('\n'));
        }
    }

    private record Total(String name, String help, DoubleSupplier value) implements Family {
        @Override
        public void write(StringBuilder page) {
            head(page, name, help, "counter");
            page.append(name).append(' ').append(number(value.getAsDouble())).append('\n');
        }
    }

    private record Gauge(String name, String help, String labels, DoubleSupplier value) implements Family {
        @Override
        public void write(StringBuilder page) {
            head(page, name, help, "gauge");
            page.append(name)
                    .append(labels)
                    .append(' ')
                    .append(number(value.getAsDouble()))
                    .append('\n');
        }
    }

    /** One gauge for each value of a label; asked when the page is. */
    private record Gauges(String name, String help, String label, Supplier<Map<String, ? extends Number>> values)
            implements Family {
        @Override
        public void write(StringBuilder page) {
            head(page, name, help, "gauge");
            new TreeMap<>(values.get())
                    .forEach((value, amount) -> page.append(name)
                            .append(labels(label, value))
                            .append(' ')
                            .append(number(amount.doubleValue()))
                            .append('\n'));
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

        @Override
        public synchronized void write(StringBuilder page) {
            head(page, name, help, "histogram");
            for (int i = 0; i < bounds.length; i++) {
                page.append("%s_bucket{le=\"%s\"} %d\n".formatted(name, number(bounds[i]), counts[i]));
            }
            page.append("%s_bucket{le=\"+Inf\"} %d\n".formatted(name, total));
            page.append(name).append("_sum ").append(number(sum)).append('\n');
            page.append(name).append("_count ").append(total).append('\n');
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

    /** A gauge that is asked when the page is; {@code labels} with their braces, or empty. */
    void gauge(String name, String help, String labels, DoubleSupplier value) {
        add(new Gauge(name, help, labels, value));
    }

    /** Gauges that are asked when the page is, by the value of a label. */
    void gauges(String name, String help, String label, Supplier<Map<String, ? extends Number>> values) {
        add(new Gauges(name, help, label, values));
    }

    /** A counter of the system's, which is asked when the page is. */
    void counter(String name, String help, DoubleSupplier value) {
        add(new Total(name, help, value));
    }

    private <F extends Family> F add(F family) {
        families.add(family);
        return family;
    }

    /** The page, families in order of name. */
    String text() {
        List<String> parts = new ArrayList<>();
        for (Family family : families) {
            StringBuilder part = new StringBuilder();
            family.write(part);
            parts.add(part.toString());
        }
        parts.sort(null);
        return String.join("", parts);
    }

    /** One or two labels with their braces; values may come from clients. */
    private static String labels(String names, String values) {
        String[] name = names.split(",", -1);
        String[] value = values.split(",", name.length);
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < name.length; i++) {
            String escaped = (i < value.length ? value[i] : "")
                    .replace("\\", "\\\\")
                    .replace("\"", "\\\"")
                    .replace("\n", "\\n");
            text.append(i == 0 ? "" : ",")
                    .append(name[i])
                    .append("=\"")
                    .append(escaped)
                    .append('"');
        }
        return text.append('}').toString();
    }

    private static void head(StringBuilder page, String name, String help, String type) {
        page.append("# HELP ").append(name).append(' ').append(help).append('\n');
        page.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
