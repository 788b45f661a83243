package dev.lateen.install.manifest;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A tree of values that remembers which of them were asked for: what nobody asks for has no effect, and can be named. Paths are keys with dots between
 * them; the keys that are asked for hold none. Every question throws {@link IllegalArgumentException} on a value of another kind, with its path, what was
 * found and what is accepted. Not thread-safe.
 */
final class ValuesTree {
    private static final KubernetesSerialization KUBERNETES = new KubernetesSerialization();

    private final Map<String, Object> values;
    private final String prefix;
    private final Set<String> asked;

    private ValuesTree(Map<String, Object> values, String prefix, Set<String> asked) {
        this.values = values;
        this.prefix = prefix;
        this.asked = asked;
    }

    /** A tree nothing of which was asked for. */
    static ValuesTree of(Map<String, Object> values) {
        return new ValuesTree(values, "", new TreeSet<>());
    }

    /** A text; numbers and booleans stand for theirs. */
    String text(String path, String otherwise) {
        Object found = find(path);
        if (found == null) {
            return otherwise;
        }
        if (found instanceof Map || found instanceof List) {
            throw wrong(path, found, "a text");
        }
        return found.toString();
    }

    /** A boolean, or the text of one. */
    boolean flag(String path, boolean otherwise) {
        Object found = find(path);
        if (found == null) {
            return otherwise;
        }
        return switch (found.toString()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(path, found, "true or false");
        };
    }

    /** A whole number that is not negative. */
    int count(String path, int otherwise) {
        Object found = find(path);
        if (found == null) {
            return otherwise;
        }
        if (found.toString().matches("\\d{1,9}")) {
            return Integer.parseInt(found.toString());
        }
        throw wrong(path, found, "a whole number from 0");
    }

    /** Pairs of texts, such as labels; empty if there are none. */
    Map<String, String> texts(String path) {
        Map<String, String> texts = new LinkedHashMap<>();
        map(path).forEach((key, value) -> {
            if (value instanceof Map || value instanceof List) {
                throw wrong(path + "." + key, value, "a text");
            }
            if (value != null) {
                texts.put(key, value.toString());
            }
        });
        return texts;
    }

    /** All that stands under a path, whatever it is; empty if nothing does. */
    Map<String, Object> map(String path) {
        Object found = find(path);
        if (found == null) {
            return Map.of();
        }
        if (found instanceof Map<?, ?> map) {
            return cast(map);
        }
        throw wrong(path, found, "an object");
    }

    /**
     * All that stands under a path, for somebody else to follow; empty if nothing does.
     *
     * @param known whether that one knows a value, by its path from there; what it doesn't know counts as not asked for
     */
    Map<String, Object> handed(String path, Predicate<String> known) {
        Object found = look(path);
        if (found == null) {
            return Map.of();
        }
        if (!(found instanceof Map<?, ?> map)) {
            throw wrong(path, found, "an object");
        }
        handed(path, "", map, known);
        return cast(map);
    }

    private void handed(String path, String at, Map<?, ?> map, Predicate<String> known) {
        map.forEach((key, value) -> {
            String here = at + key;
            if (value instanceof Map<?, ?> inner && !inner.isEmpty()) {
                handed(path, here + ".", inner, known);
            } else if (known.test(here)) {
                asked.add(prefix + path + "." + here);
            }
        });
    }

    /** A list of anything; empty if nothing stands there. */
    List<?> list(String path) {
        Object found = find(path);
        if (found == null) {
            return List.of();
        }
        if (found instanceof List<?> list) {
            return list;
        }
        throw wrong(path, found, "a list");
    }

    /** One of Kubernetes' types; null if nothing stands there. */
    <T> @Nullable T as(String path, Class<T> type) {
        Object found = find(path);
        if (found == null) {
            return null;
        }
        try {
            return KUBERNETES.convertValue(found, type);
        } catch (IllegalArgumentException e) {
            throw wrong(path, found, type.getSimpleName() + " as Kubernetes has it");
        }
    }

    /** A list of one of Kubernetes' types; empty if nothing stands there. */
    <T> List<T> allAs(String path, Class<T> type) {
        List<T> all = new ArrayList<>();
        for (Object each : list(path)) {
            try {
                all.add(KUBERNETES.convertValue(each, type));
            } catch (IllegalArgumentException e) {
                throw wrong(path + "[" + all.size() + "]", each, type.getSimpleName() + " as Kubernetes has it");
            }
        }
        return all;
    }

    /** The tree under a path; an empty one if nothing stands there. What is asked of it counts here too. */
    ValuesTree under(String path) {
        Object found = look(path);
        if (found == null) {
            return new ValuesTree(Map.of(), prefix + path + ".", asked);
        }
        if (found instanceof Map<?, ?> map) {
            return new ValuesTree(cast(map), prefix + path + ".", asked);
        }
        throw wrong(path, found, "an object");
    }

    /** The trees of a list. */
    List<ValuesTree> each(String path) {
        Object found = look(path);
        if (found == null) {
            return List.of();
        }
        if (!(found instanceof List<?> list)) {
            throw wrong(path, found, "a list of objects");
        }
        List<ValuesTree> all = new ArrayList<>();
        for (Object each : list) {
            String element = path + "[" + all.size() + "]";
            if (!(each instanceof Map<?, ?> map)) {
                throw wrong(element, each, "an object");
            }
            all.add(new ValuesTree(cast(map), prefix + element + ".", asked));
        }
        return all;
    }

    /** The paths of values that nobody asked for, in order. */
    List<String> unasked() {
        List<String> found = new ArrayList<>();
        leaves(prefix, values, found);
        return found;
    }

    private void leaves(String at, Object value, List<String> found) {
        String path = at.endsWith(".") ? at.substring(0, at.length() - 1) : at;
        if (asked.contains(path)) {
            return;
        }
        switch (value) {
            case Map<?, ?> map -> map.forEach((key, inner) -> leaves(at + key + ".", orEmpty(inner), found));
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    leaves(path + "[" + i + "].", orEmpty(list.get(i)), found);
                }
            }
            default -> found.add(path);
        }
    }

    /** What says nothing has no effect to be missed. */
    private static Object orEmpty(@Nullable Object value) {
        return value == null ? Map.of() : value;
    }

    private @Nullable Object find(String path) {
        asked.add(prefix + path);
        return look(path);
    }

    private @Nullable Object look(String path) {
        Object at = values;
        for (String key : path.split("\\.", -1)) {
            if (!(at instanceof Map<?, ?> map)) {
                return null;
            }
            at = map.get(key);
        }
        return at;
    }

    /** Keys of YAML may be numbers; here all are texts. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> cast(Map<?, ?> map) {
        return (Map<String, Object>) map;
    }

    private IllegalArgumentException wrong(String path, @Nullable Object found, String accepted) {
        return new IllegalArgumentException(prefix + path + ": found " + found + " (expected: " + accepted + ")");
    }
}
