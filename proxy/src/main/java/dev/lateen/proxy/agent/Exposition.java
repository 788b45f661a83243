package dev.lateen.proxy.agent;

import dev.lateen.api.metrics.MetricsText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * In which format metrics are told: Prometheus' text, or OpenMetrics if the application told its own so and the asker wants it, which is text with an end. Pure.
 */
enum Exposition {
    TEXT(MetricsText.MEDIA_TYPE),
    OPEN_METRICS_0("application/openmetrics-text; version=0.0.1; charset=utf-8"),
    OPEN_METRICS_1("application/openmetrics-text; version=1.0.0; charset=utf-8");

    private static final String TEXT_TYPE = "text/plain";
    private static final String OPEN_METRICS_TYPE = "application/openmetrics-text";
    private static final String USUAL = "text/plain;version=0.0.4";
    private static final int MOST = 16;

    private final String mediaType;

    Exposition(String mediaType) {
        this.mediaType = mediaType;
    }

    String mediaType() {
        return mediaType;
    }

    boolean hasEnd() {
        return this != TEXT;
    }

    /** The format of all together: that of the applications' answers if they agree, else text. */
    static Exposition of(Collection<Exposition> answers) {
        Set<Exposition> different = new LinkedHashSet<>(answers);
        return different.size() == 1 ? different.iterator().next() : TEXT;
    }

    /** The format of an answer by its media type; null for what is none that could be merged, such as a page for people. */
    static @Nullable Exposition of(@Nullable String contentType) {
        Parsed parsed = Parsed.of(contentType == null ? "" : contentType);
        String type = parsed.type;
        if (type.equals(OPEN_METRICS_TYPE)) {
            return switch (parsed.parameters.getOrDefault("version", "")) {
                case "1.0.0" -> OPEN_METRICS_1;
                case "0.0.1", "" -> OPEN_METRICS_0;
                default -> TEXT;
            };
        }
        boolean other = type.equals("text/html")
                || type.startsWith("application/json")
                || type.startsWith("application/vnd.google.protobuf");
        return other ? null : TEXT;
    }

    /**
     * What an application is asked for: of what the asker accepts only what can be merged, in the asker's order.
     *
     * @param accept the asker's header; null without one
     */
    static String accepted(@Nullable String accept) {
        List<String> wanted = new ArrayList<>();
        for (String each : accept == null ? new String[0] : accept.split(",", MOST)) {
            String type = mergeable(Parsed.of(each));
            if (!type.isEmpty() && !wanted.contains(type)) {
                wanted.add(type);
            }
        }
        if (wanted.isEmpty()) {
            return USUAL;
        }
        StringBuilder header = new StringBuilder();
        for (int i = 0; i < wanted.size(); i++) {
            header.append(i == 0 ? "" : ",")
                    .append(wanted.get(i))
                    .append(";q=0.")
                    .append(Math.max(1, 9 - i));
        }
        return header.toString();
    }

    private static String mergeable(Parsed type) {
        return switch (type.type) {
            case "*", "*/*" -> USUAL;
            case "application/*" -> OPEN_METRICS_TYPE + ";version=0.0.1";
            case TEXT_TYPE, "text/*", OPEN_METRICS_TYPE -> type.withoutWeight();
            default -> "";
        };
    }

    /** A media type and its parameters. */
    private record Parsed(String type, Map<String, String> parameters) {
        static Parsed of(String text) {
            String[] parts = text.split(";", MOST);
            Map<String, String> parameters = new LinkedHashMap<>();
            for (int i = 1; i < parts.length; i++) {
                int equals = parts[i].indexOf('=');
                if (equals > 0) {
                    String value = parts[i].substring(equals + 1).strip();
                    parameters.put(lower(parts[i].substring(0, equals)), value.replace("\"", ""));
                }
            }
            return new Parsed(lower(parts[0]), parameters);
        }

        private static String lower(String text) {
            return text.strip().toLowerCase(Locale.ROOT);
        }

        String withoutWeight() {
            StringBuilder text = new StringBuilder(type);
            new TreeMap<>(parameters).forEach((name, value) -> {
                if (!name.equals("q")) {
                    text.append(';').append(name).append('=').append(value);
                }
            });
            return text.toString();
        }
    }
}
