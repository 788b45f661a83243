package dev.lateen.injector.tree;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Kubernetes' strategic merge patch for pods: objects are merged field by field, a null takes a field away, lists with a merge key are merged item by item, other lists are replaced. The
 * directives {@code $patch: replace|delete|merge} are understood, as is {@code $retainKeys}; others are refused by name. Pure; what is given is not changed.
 */
public final class StrategicMerge {
    private static final String DIRECTIVE = "$patch";
    private static final List<String> DIRECTIVES = List.of("merge", "replace", "delete");
    private static final String RETAIN = "$retainKeys";

    private StrategicMerge() {}

    /**
     * @param original a pod, or a part of one that has the same field names
     * @param patch what is laid over it
     * @return a new tree
     * @throws IllegalArgumentException if the patch has a directive that is not understood, or an item of a merged list lacks its key
     */
    public static ObjectNode merge(JsonNode original, JsonNode patch) {
        return switch (directive(patch)) {
            case "replace" -> clean(patch);
            case "delete" -> JsonNodeFactory.instance.objectNode();
            default -> mergeFields(original, patch);
        };
    }

    private static String directive(JsonNode patch) {
        String directive = patch.path(DIRECTIVE).asString("merge");
        if (!DIRECTIVES.contains(directive)) {
            throw new IllegalArgumentException(DIRECTIVE + ": " + directive + " (expected: merge, replace or delete)");
        }
        return directive;
    }

    private static ObjectNode mergeFields(JsonNode original, JsonNode patch) {
        ObjectNode merged = JsonNodeFactory.instance.objectNode();
        JsonNode retained = patch.path(RETAIN);
        original.properties().forEach(field -> {
            if (!retained.isArray() || holds(retained, field.getKey())) {
                merged.set(field.getKey(), field.getValue().deepCopy());
            }
        });
        patch.properties().forEach(field -> mergeField(merged, field.getKey(), field.getValue()));
        return merged;
    }

    private static void mergeField(ObjectNode merged, String name, JsonNode value) {
        if (name.equals(DIRECTIVE) || name.equals(RETAIN)) {
            return;
        }
        if (name.startsWith("$")) {
            throw new IllegalArgumentException(name + ": not understood (expected: $patch or $retainKeys)");
        }
        if (value.isNull()) {
            merged.remove(name);
            return;
        }
        JsonNode before = merged.path(name);
        if (value.isObject()) {
            merged.set(name, before.isObject() ? merge(before, value) : clean(value));
        } else if (value.isArray()) {
            merged.set(name, mergeList(name, before, value));
        } else {
            merged.set(name, value);
        }
    }

    private static ArrayNode mergeList(String name, JsonNode before, JsonNode patch) {
        if (MergeKeys.isMergedAsSet(name)) {
            ArrayNode all = array();
            before.forEach(item -> addOnce(all, item));
            patch.forEach(item -> addOnce(all, item));
            return all;
        }
        String key = MergeKeys.of(name);
        return key == null ? cleanList(patch) : mergeByKey(name, key, before, patch);
    }

    private static void addOnce(ArrayNode all, JsonNode item) {
        if (!holds(all, item)) {
            all.add(item.deepCopy());
        }
    }

    private static ArrayNode mergeByKey(String name, String key, JsonNode before, JsonNode patch) {
        List<JsonNode> kept = new ArrayList<>();
        before.forEach(kept::add);
        List<JsonNode> patched = new ArrayList<>();
        for (JsonNode item : patch) {
            if (item.size() == 1 && item.path(DIRECTIVE).asString("").equals("replace")) {
                kept.clear();
                continue;
            }
            JsonNode id = item.path(key);
            if (id.isMissingNode() || id.isNull()) {
                throw new IllegalArgumentException(name + ": an item without " + key);
            }
            if (item.path(DIRECTIVE).asString("").equals("delete")) {
                kept.removeIf(each -> isSame(each.path(key), id));
            } else {
                patched.add(item);
            }
        }
        return inOrder(key, kept, patched);
    }

    /**
     * Items of the patch in its order; those of the original alone keep their place among the original's, as far as an item of both tells it.
     */
    private static ArrayNode inOrder(String key, List<JsonNode> original, List<JsonNode> patch) {
        Map<String, Integer> places = places(key, original);
        Map<String, Placed> patched = new LinkedHashMap<>();
        for (JsonNode item : patch) {
            String id = item.path(key).asString("");
            Placed before = patched.get(id);
            int index = places.getOrDefault(id, -1);
            // An item that the patch has twice is one.
            JsonNode under = before != null ? before.item : index < 0 ? null : original.get(index);
            patched.put(id, new Placed(index, under == null ? clean(item) : merge(under, item)));
        }
        List<Placed> others = new ArrayList<>();
        for (int i = 0; i < original.size(); i++) {
            String id = original.get(i).path(key).asString("");
            Placed own = patched.get(id);
            if (own == null || own.index != i) {
                others.add(new Placed(i, original.get(i).deepCopy()));
            }
        }
        return woven(List.copyOf(patched.values()), others);
    }

    /** The first place counts. */
    private static Map<String, Integer> places(String key, List<JsonNode> items) {
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < items.size(); i++) {
            places.putIfAbsent(items.get(i).path(key).asString(""), i);
        }
        return places;
    }

    private static ArrayNode woven(List<Placed> patched, List<Placed> others) {
        ArrayNode all = array();
        int left = 0;
        int right = 0;
        while (left < patched.size() || right < others.size()) {
            boolean fromOthers = left >= patched.size()
                    || right < others.size()
                            && patched.get(left).index >= 0
                            && others.get(right).index < patched.get(left).index;
            all.add(fromOthers ? others.get(right++).item : patched.get(left++).item);
        }
        return all;
    }

    /**
     * @param index in the original, -1 if it is not there
     * @param item merged
     */
    private record Placed(int index, JsonNode item) {}

    private static boolean isSame(JsonNode one, JsonNode other) {
        return !one.isMissingNode() && one.asString("").equals(other.asString(""));
    }

    /** What is new is laid over nothing: directives and nulls go. */
    private static ObjectNode clean(JsonNode patch) {
        if (directive(patch).equals("delete")) {
            return JsonNodeFactory.instance.objectNode();
        }
        ObjectNode clean = JsonNodeFactory.instance.objectNode();
        patch.properties().forEach(field -> mergeField(clean, field.getKey(), field.getValue()));
        return clean;
    }

    private static ArrayNode cleanList(JsonNode patch) {
        ArrayNode clean = array();
        patch.forEach(item -> clean.add(item.isObject() ? clean(item) : item.deepCopy()));
        return clean;
    }

    private static boolean holds(JsonNode list, String text) {
        return holds(list, JsonNodeFactory.instance.stringNode(text));
    }

    private static boolean holds(JsonNode list, @Nullable JsonNode wanted) {
        for (JsonNode item : list) {
            if (item.equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }
}
