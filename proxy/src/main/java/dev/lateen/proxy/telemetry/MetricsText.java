package dev.lateen.proxy.telemetry;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Prometheus' text format, version 0.0.4, written line by line: nothing of what is written is kept, so a page of any length needs a line's
 * memory. Used by one thread.
 */
public final class MetricsText {
    private final Appendable out;

    /** @param out may block, so that a slow reader slows the writer and costs no memory */
    public MetricsText(Appendable out) {
        this.out = out;
    }

    /** Begins a family. @param help what it means, without line feeds; null for none */
    public void family(String name, String type, @Nullable String help) throws IOException {
        if (help != null) {
            out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        }
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    /** A line. @param labels as {@link #label} made them, separated by commas; {@code value} a number as Prometheus reads it */
    public void sample(String name, String labels, String value) throws IOException {
        out.append(name);
        if (!labels.isEmpty()) {
            out.append('{').append(labels).append('}');
        }
        out.append(' ').append(value).append('\n');
    }

    /** The lines of one histogram: a bucket for each bound, then count and sum. */
    void histogram(String name, String labels, Buckets values) throws IOException {
        long below = 0;
        for (int i = 0; i < Buckets.SIZE; i++) {
            below += values.count(i);
            out.append(name).append("_bucket{").append(labels);
            out.append(labels.isEmpty() ? "le=\"" : ",le=\"").append(number(Buckets.bound(i)));
            out.append("\"} ").append(Long.toString(below)).append('\n');
        }
        sample(name + "_count", labels, Long.toString(below));
        sample(name + "_sum", labels, number(values.sum()));
    }

    static String number(double value) {
        return value == Double.POSITIVE_INFINITY ? "+Inf" : Double.toString(value);
    }

    /** A text as a name that Prometheus takes: whatever is no ASCII letter or digit becomes an underscore, as in Envoy. */
    public static String sanitized(String name) {
        StringBuilder text = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean plain = c < 128 && Character.isLetterOrDigit(c);
            text.append(plain ? c : '_');
        }
        return text.toString();
    }

    /** Appends {@code name="value"}, the value escaped, after a comma if there is something before it. */
    public static void label(StringBuilder labels, String name, String value) {
        if (!labels.isEmpty()) {
            labels.append(',');
        }
        labels.append(name).append("=\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> labels.append("\\\\");
                case '"' -> labels.append("\\\"");
                case '\n' -> labels.append("\\n");
                default -> labels.append(c);
            }
        }
        labels.append('"');
    }
}
