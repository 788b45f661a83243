package dev.lateen.proxy.admin;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * {@code stats_config} of a bootstrap: which statistics are told, and how Prometheus' labels are called.
 *
 * @param wanted tells by a full name
 * @param istioLabels whether {@code stats_tags} give clusters the label {@code cluster_name}, as Istio's bootstraps do; so too where there is no bootstrap file
 */
public record StatsConfig(Predicate<String> wanted, boolean istioLabels) {
    /** @param document the bootstrap in canonical JSON, maybe empty */
    public static StatsConfig of(Map<String, Object> document) {
        Map<?, ?> config = map(document.get("stats_config"));
        boolean tagged = list(config.get("stats_tags")).stream()
                .anyMatch(tag -> "cluster_name".equals(map(tag).get("tag_name")));
        return new StatsConfig(matcher(map(config.get("stats_matcher"))), tagged || document.isEmpty());
    }

    /** Whether a statistic of this full name is told. */
    public boolean keeps(String name) {
        return wanted.test(name);
    }

    private static Predicate<String> matcher(Map<?, ?> matcher) {
        if (Boolean.TRUE.equals(matcher.get("reject_all"))) {
            return _ -> false;
        }
        if (matcher.containsKey("inclusion_list")) {
            return any(map(matcher.get("inclusion_list")));
        }
        return matcher.containsKey("exclusion_list")
                ? any(map(matcher.get("exclusion_list"))).negate()
                : _ -> true;
    }

    private static Predicate<String> any(Map<?, ?> list) {
        List<Predicate<String>> patterns =
                list(list.get("patterns")).stream().map(StatsConfig::pattern).toList();
        return name -> patterns.stream().anyMatch(pattern -> pattern.test(name));
    }

    private static Predicate<String> pattern(Object json) {
        Map<?, ?> pattern = map(json);
        Object regex = map(pattern.get("safe_regex")).get("regex");
        if (regex != null) {
            Pattern compiled = Pattern.compile(regex.toString());
            return compiled::matches;
        }
        boolean ignoreCase = Boolean.TRUE.equals(pattern.get("ignore_case"));
        for (String kind : List.of("exact", "prefix", "suffix", "contains")) {
            if (pattern.get(kind) instanceof String text) {
                String wanted = folded(text, ignoreCase);
                return name -> matches(kind, folded(name, ignoreCase), wanted);
            }
        }
        return _ -> false;
    }

    private static boolean matches(String kind, String name, String wanted) {
        return switch (kind) {
            case "exact" -> name.equals(wanted);
            case "prefix" -> name.startsWith(wanted);
            case "suffix" -> name.endsWith(wanted);
            default -> name.contains(wanted);
        };
    }

    private static String folded(String text, boolean ignoreCase) {
        return ignoreCase ? text.toLowerCase(Locale.ROOT) : text;
    }

    private static Map<?, ?> map(@Nullable Object json) {
        return json instanceof Map<?, ?> map ? map : Map.of();
    }

    private static List<?> list(@Nullable Object json) {
        return json instanceof List<?> list ? list : List.of();
    }
}
