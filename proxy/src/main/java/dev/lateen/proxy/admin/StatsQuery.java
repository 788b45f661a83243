package dev.lateen.proxy.admin;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.lateen.proxy.telemetry.Stat;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code /stats} request asks for.
 *
 * @param filter which names
 * @param usedOnly whether what never happened is left out
 */
record StatsQuery(Format format, Predicate<Stat> filter, boolean usedOnly) {
    /** Envoy's formats; {@code html} is text here. */
    enum Format {
        TEXT,
        JSON,
        PROMETHEUS
    }

    /** @throws IllegalArgumentException saying what is accepted */
    static StatsQuery of(Map<String, String> query) {
        Predicate<Stat> type = type(query.getOrDefault("type", "All"));
        Pattern pattern = pattern(query.get("filter"));
        return new StatsQuery(
                format(query.getOrDefault("format", "text")),
                pattern == null
                        ? type
                        : type.and(stat -> pattern.matcher(stat.name()).find()),
                query.containsKey("usedonly"));
    }

    private static Format format(String word) {
        return switch (word) {
            case "text", "html", "active-html" -> Format.TEXT;
            case "json" -> Format.JSON;
            case "prometheus" -> Format.PROMETHEUS;
            default ->
                throw new IllegalArgumentException("usage: /stats?format=(html|active-html|json|prometheus|text)");
        };
    }

    private static Predicate<Stat> type(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "all" -> _ -> true;
            case "counters" -> Stat.Counter.class::isInstance;
            case "gauges" -> Stat.Gauge.class::isInstance;
            case "histograms" -> Stat.Histogram.class::isInstance;
            case "textreadouts" -> _ -> false;
            default ->
                throw new IllegalArgumentException(
                        "usage: /stats?type=(All|Counters|Histograms|Gauges|TextReadouts), found " + word);
        };
    }

    private static @Nullable Pattern pattern(@Nullable String filter) {
        try {
            return filter == null ? null : Pattern.compile(filter);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("Invalid re2 regex: " + filter + ": " + e.getMessage(), e);
        }
    }

    boolean wants(Stat stat) {
        return filter.test(stat) && !(usedOnly && unused(stat));
    }

    private static boolean unused(Stat stat) {
        return switch (stat) {
            case Stat.Counter counter -> counter.value() == 0;
            // The server's gauges are always set, and 0 means something there: server.state.
            case Stat.Gauge gauge -> gauge.value() == 0 && gauge.scope() != Stat.Scope.SERVER;
            case Stat.Histogram histogram -> histogram.values().count() == 0;
        };
    }
}
