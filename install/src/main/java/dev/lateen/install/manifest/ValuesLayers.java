package dev.lateen.install.manifest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Values laid over each other, as IstioOperator files and {@code --set} do it: objects are merged by key, lists of objects with names by name, anything else is
 * replaced; null takes away. Values are objects, lists, texts, numbers and booleans as a YAML reader gives them. Pure.
 */
final class ValuesLayers {
    private ValuesLayers() {}

    /** One tree over another; both stay as they are. */
    static Map<String, Object> merge(Map<String, Object> lower, Map<String, Object> upper) {
        Map<String, Object> merged = new LinkedHashMap<>(lower);
        upper.forEach((key, value) -> {
            if (value == null) {
                merged.remove(key);
            } else {
                merged.put(key, merge(merged.get(key), value));
            }
        });
        return merged;
    }

    /** A tree with its keys in order, at all depths. */
    static Map<String, Object> sorted(Map<?, ?> tree) {
        Map<String, Object> sorted = new TreeMap<>();
        tree.forEach((key, value) -> sorted.put(String.valueOf(key), sortedValue(value)));
        return sorted;
    }

    private static Object sortedValue(Object value) {
        return switch (value) {
            case Map<?, ?> map -> sorted(map);
            case List<?> list -> list.stream().map(ValuesLayers::sortedValue).toList();
            default -> value;
        };
    }

    private static Object merge(@Nullable Object lower, Object upper) {
        if (lower instanceof Map<?, ?> below && upper instanceof Map<?, ?> above) {
            return merge(texts(below), texts(above));
        }
        if (lower instanceof List<?> below && upper instanceof List<?> above && haveNames(below) && haveNames(above)) {
            return mergeByName(below, above);
        }
        return upper instanceof Map<?, ?> above ? merge(Map.of(), texts(above)) : upper;
    }

    private static boolean haveNames(List<?> list) {
        return !list.isEmpty()
                && list.stream().allMatch(each -> each instanceof Map<?, ?> map && map.get("name") != null);
    }

    private static List<Object> mergeByName(List<?> lower, List<?> upper) {
        Map<String, Object> byName = new LinkedHashMap<>();
        for (List<?> list : List.of(lower, upper)) {
            for (Object each : list) {
                byName.merge(
                        String.valueOf(((Map<?, ?>) each).get("name")), each, (below, above) -> merge(below, above));
            }
        }
        return new ArrayList<>(byName.values());
    }

    private static Map<String, Object> texts(Map<?, ?> map) {
        Map<String, Object> texts = new LinkedHashMap<>();
        map.forEach((key, value) -> texts.put(String.valueOf(key), value));
        return texts;
    }

    /**
     * A tree with one value set.
     *
     * @param assignment such as {@code meshConfig.accessLogFile=/dev/stdout}, {@code components.ingressGateways[0].enabled=false} or
     *     {@code components.ingressGateways[name:istio-ingressgateway].enabled=false}; a dot that belongs to a key has a backslash before it. The value is read
     *     as YAML reads a word; {@code {a,b}} is a list.
     * @throws IllegalArgumentException if it is none: what was found and what is accepted
     */
    static Map<String, Object> set(Map<String, Object> tree, String assignment) {
        int equals = assignment.indexOf('=');
        if (equals <= 0) {
            throw new IllegalArgumentException(
                    "--set " + assignment + ": no value (expected: such as PATH.TO.KEY=VALUE)");
        }
        List<ValuesPath.Step> steps = ValuesPath.parse(assignment.substring(0, equals));
        Object value = value(assignment.substring(equals + 1));
        Map<String, Object> copy = copy(tree);
        ValuesPath.put(copy, steps, value);
        return copy;
    }

    private static @Nullable Object value(String text) {
        if (text.startsWith("{") && text.endsWith("}")) {
            String inner = text.substring(1, text.length() - 1);
            List<Object> list = new ArrayList<>();
            for (String each : inner.isBlank() ? new String[0] : inner.split(",", -1)) {
                list.add(String.valueOf(word(each.strip())));
            }
            return list;
        }
        return word(text);
    }

    private static @Nullable Object word(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            case "null" -> null;
            default -> text.matches("-?(0|[1-9]\\d{0,8})") ? (Object) Integer.valueOf(text) : text;
        };
    }

    private static Map<String, Object> copy(Map<?, ?> map) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> copy.put(String.valueOf(key), copyOf(value)));
        return copy;
    }

    private static @Nullable Object copyOf(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Map<?, ?> map -> copy(map);
            case List<?> list -> {
                List<Object> copy = new ArrayList<>();
                list.forEach(each -> copy.add(copyOf(each)));
                yield copy;
            }
            default -> value;
        };
    }
}
