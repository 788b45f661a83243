package dev.lateen.it.language;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An object in which one field is set.
 *
 * @param kind the API kind, or {@code MeshConfig}
 * @param pattern the field's path, lists as {@code []}, maps as {@code {}}
 * @param value what it is set to, as text
 * @param root the whole object
 * @param place names and indexes on the way to the field, from the root
 */
record FieldCase(String kind, String pattern, String value, ObjectNode root, List<Object> place) {
    /** The same object without the field, and without as many of the messages around it. */
    ObjectNode without(int around) {
        ObjectNode copy = root.deepCopy();
        JsonNode at = copy;
        int last = place.size() - 1 - around;
        for (Object step : place.subList(0, last)) {
            at = step instanceof String name ? at.path(name) : at.path((Integer) step);
        }
        switch (at) {
            case ObjectNode object -> object.remove((String) place.get(last));
            case ArrayNode array -> array.remove((Integer) place.get(last));
            default -> {}
        }
        return copy;
    }

    /** The kind and the path, such as {@code VirtualService.http[].retries.attempts}. */
    String field() {
        return kind + "." + pattern;
    }

    /** The path as problems write it, but for the numbers of members. */
    String concrete() {
        StringBuilder path = new StringBuilder();
        for (Object step : place) {
            path.append(step instanceof String name ? (path.isEmpty() ? "" : ".") + name : "[]");
        }
        return path.toString();
    }

    @Override
    public String toString() {
        return field() + "=" + value;
    }
}
