package dev.lateen.injector.tree;

import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON patch (RFC 6902) that makes one pod of another: one operation for each field of {@code metadata} and {@code spec} that differs. Lists are replaced as a whole, so its cost grows with the
 * pod and not with the square of its containers.
 */
public final class PodPatch {
    private PodPatch() {}

    /** The operations; none if the pods are equal. */
    public static ArrayNode of(JsonNode before, JsonNode after) {
        ArrayNode operations = JsonNodeFactory.instance.arrayNode();
        for (String part : new String[] {"metadata", "spec"}) {
            if (before.path(part).isObject()) {
                differ(operations, "/" + part, before.path(part), after.path(part));
            } else if (after.path(part).isObject()) {
                add(operations, "/" + part, after.path(part));
            }
        }
        return operations;
    }

    private static void differ(ArrayNode operations, String path, JsonNode before, JsonNode after) {
        for (Map.Entry<String, JsonNode> field : after.properties()) {
            JsonNode old = before.path(field.getKey());
            if (!old.equals(field.getValue())) {
                add(operations, path + "/" + escaped(field.getKey()), field.getValue());
            }
        }
        for (String name : before.propertyNames()) {
            if (!after.has(name)) {
                operations.addObject().put("op", "remove").put("path", path + "/" + escaped(name));
            }
        }
    }

    private static void add(ArrayNode operations, String path, JsonNode value) {
        ObjectNode operation = operations.addObject();
        operation.put("op", "add").put("path", path);
        operation.set("value", value);
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
