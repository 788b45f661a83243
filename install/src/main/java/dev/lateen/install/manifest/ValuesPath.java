package dev.lateen.install.manifest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where a value stands in a tree of values. Pure. */
final class ValuesPath {
    /** More elements than a list of values has. */
    private static final int MOST = 1000;

    private ValuesPath() {}

    /** One step from a value into it. */
    sealed interface Step {
        /** Into an object. */
        record Key(String name) implements Step {}

        /** Into a list, by place. */
        record At(int index) implements Step {}

        /** Into a list of objects, by the value of one of their keys. */
        record Where(String key, String value) implements Step {}
    }

    /** The steps of a path. */
    static List<Step> parse(String path) {
        List<Step> steps = new ArrayList<>();
        StringBuilder key = new StringBuilder();
        int at = 0;
        while (at < path.length()) {
            char c = path.charAt(at);
            if (c == '\\' && at + 1 < path.length()) {
                key.append(path.charAt(at + 1));
                at += 2;
            } else if (c == '.') {
                at = endKey(steps, key, path, at);
            } else if (c == '[') {
                endKey(steps, key, path, at);
                int end = path.indexOf(']', at);
                if (end < 0) {
                    throw wrong(path);
                }
                steps.add(element(path.substring(at + 1, end), path));
                at = end + 1;
            } else {
                key.append(c);
                at++;
            }
        }
        endKey(steps, key, path, at);
        if (steps.isEmpty()) {
            throw wrong(path);
        }
        return steps;
    }

    /** Ends the key that stands before a place; answers the next place. */
    private static int endKey(List<Step> steps, StringBuilder key, String path, int at) {
        boolean afterElement = at > 0 && path.charAt(at - 1) == ']';
        if (key.isEmpty() && !afterElement) {
            throw wrong(path);
        }
        if (!key.isEmpty()) {
            steps.add(new Step.Key(key.toString()));
            key.setLength(0);
        }
        return at + 1;
    }

    private static Step element(String text, String path) {
        if (text.matches("\\d{1,4}") && Integer.parseInt(text) < MOST) {
            return new Step.At(Integer.parseInt(text));
        }
        int colon = text.indexOf(':');
        if (colon > 0 && colon < text.length() - 1) {
            return new Step.Where(text.substring(0, colon), text.substring(colon + 1));
        }
        throw wrong(path);
    }

    /** Puts a value at the end of a path into a tree, making what is missing on the way; null takes it away. */
    static void put(Map<String, Object> tree, List<Step> steps, @Nullable Object value) {
        put((Object) tree, steps, value);
    }

    private static void put(Object at, List<Step> steps, @Nullable Object value) {
        Step step = steps.getFirst();
        List<Step> rest = steps.subList(1, steps.size());
        if (rest.isEmpty()) {
            store(at, step, value);
            return;
        }
        Object found = load(at, step);
        boolean wantsList = !(rest.getFirst() instanceof Step.Key);
        if (found != null && (wantsList ? found instanceof List : found instanceof Map)) {
            put(found, rest, value);
            return;
        }
        Object inner = wantsList ? new ArrayList<>() : objectAt(step);
        store(at, step, inner);
        put(inner, rest, value);
    }

    /** A new object for a place; one that is looked for by a key has that key. */
    private static Map<String, Object> objectAt(Step step) {
        Map<String, Object> object = new LinkedHashMap<>();
        if (step instanceof Step.Where(String key, String value)) {
            object.put(key, value);
        }
        return object;
    }

    private static @Nullable Object load(Object at, Step step) {
        return switch (step) {
            case Step.Key(String name) -> at instanceof Map<?, ?> map ? map.get(name) : null;
            case Step.At(int index) -> at instanceof List<?> list && index < list.size() ? list.get(index) : null;
            case Step.Where where ->
                at instanceof List<?> list && find(list, where) >= 0 ? list.get(find(list, where)) : null;
        };
    }

    @SuppressWarnings("unchecked")
    private static void store(Object at, Step step, @Nullable Object value) {
        switch (step) {
            case Step.Key(String name) -> {
                if (value == null) {
                    ((Map<String, Object>) at).remove(name);
                } else {
                    ((Map<String, Object>) at).put(name, value);
                }
            }
            case Step.At(int index) -> storeAt((List<Object>) at, index, value);
            case Step.Where where -> {
                List<Object> list = (List<Object>) at;
                int index = find(list, where);
                storeAt(list, index < 0 ? list.size() : index, value);
            }
        }
    }

    private static void storeAt(List<Object> list, int index, @Nullable Object value) {
        while (list.size() <= index) {
            list.add(new LinkedHashMap<String, Object>());
        }
        if (value == null) {
            list.remove(index);
        } else {
            list.set(index, value);
        }
    }

    private static int find(List<?> list, Step.Where where) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i) instanceof Map<?, ?> map
                    && Objects.equals(String.valueOf(map.get(where.key())), where.value())) {
                return i;
            }
        }
        return -1;
    }

    private static IllegalArgumentException wrong(String path) {
        return new IllegalArgumentException("--set " + path
                + ": no path (expected: keys with dots between, [N] or [name:NAME] for an element of a list)");
    }
}
