package dev.lateen.api.metrics;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Prometheus' text format, version 0.0.4, for every role: written line by line, and nothing of what is written is kept, so a page of any length needs a
 * line's memory. Used by one thread.
 */
public final class MetricsText {
    /** Its media type. */
    public static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** Above it, a double is no exact integer any more. */
    private static final double EXACT = 1L << 53;

    private final Appendable out;

    /** @param out may block, so that a slow reader slows the writer and costs no memory */
    public MetricsText(Appendable out) {
        this.out = out;
    }

    /** Begins a family. @param type such as {@code counter}; {@code help} what it means; null for none */
    public void family(String name, String type, @Nullable String help) throws IOException {
        if (help != null) {
            out.append("# HELP ").append(name).append(' ').append(oneLine(help)).append('\n');
        }
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static String oneLine(String help) {
        return help.replace("\\", "\\\\").replace("\n", "\\n");
    }

    /** A line. @param labels as {@link #label} made them, separated by commas; {@code value} a number as Prometheus reads it */
    public void sample(String name, String labels, String value) throws IOException {
        sample(name, "", labels, value);
    }

    /** A line of a histogram or a summary. @param suffix goes behind the family's name, such as {@code _sum} */
    public void sample(String name, String suffix, String labels, String value) throws IOException {
        out.append(name).append(suffix);
        if (!labels.isEmpty()) {
            out.append('{').append(labels).append('}');
        }
        out.append(' ').append(value).append('\n');
    }

    /** A bucket of a histogram. @param bound its upper bound as Prometheus reads it; {@code below} how many values are not above it */
    public void bucket(String name, String labels, String bound, long below) throws IOException {
        out.append(name).append("_bucket{").append(labels);
        out.append(labels.isEmpty() ? "le=\"" : ",le=\"").append(bound);
        out.append("\"} ").append(Long.toString(below)).append('\n');
    }

    /** A number as most of Istio's and Envoy's pages write it: whole ones without a point. */
    public static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) <= EXACT ? Long.toString((long) value) : decimal(value);
    }

    /** A number that always has a point. */
    public static String decimal(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        return Double.toString(value);
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
