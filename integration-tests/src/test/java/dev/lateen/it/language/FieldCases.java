package dev.lateen.it.language;

import static java.util.Objects.requireNonNull;

import dev.lateen.api.schema.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Makes, from the shape of a kind, an object for each value of each of its fields. */
final class FieldCases {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final String kind;
    private final List<Object> prefix;
    private final Function<String, ObjectNode> bases;
    private final List<FieldCase> cases = new ArrayList<>();

    /** A step into an object; {@code shape} is that of what is found there. */
    private record Step(Object key, Shape shape) {}

    private FieldCases(String kind, List<Object> prefix, Function<String, ObjectNode> bases) {
        this.kind = kind;
        this.prefix = prefix;
        this.bases = bases;
    }

    /**
     * All cases of a kind.
     *
     * @param prefix where the shape begins in the object: {@code spec}
     * @param bases the object into which a field is set, by the field's path
     */
    static List<FieldCase> of(
            String kind, Shape.Message shape, List<Object> prefix, Function<String, ObjectNode> bases) {
        FieldCases made = new FieldCases(kind, prefix, bases);
        made.message(shape, "", List.of(new Step("", shape)));
        return made.cases;
    }

    private void walk(Shape shape, String pattern, List<Step> steps) {
        switch (shape) {
            case Shape.Message message when message.fields().isEmpty() -> leaf(pattern, steps, NODES.objectNode());
            case Shape.Message message -> message(message, pattern, steps);
            case Shape.Union union ->
                union.variants().forEach((name, variant) -> {
                    Shape within = requireNonNull(variant.fields().get(name)).shape();
                    walk(within, join(pattern, name), with(steps, name, within));
                });
            case Shape.ListOf list
            when isPlain(list.member()) ->
                Samples.of(kind, pattern, list.member())
                        .forEach(v -> leaf(pattern, steps, NODES.arrayNode().add(v)));
            case Shape.ListOf list -> walk(list.member(), pattern + "[]", with(steps, 0, list.member()));
            case Shape.MapOf map -> map(map, pattern, steps);
            case Shape.Text _, Shape.Numeric _, Shape.Flag _, Shape.Time _, Shape.Choice _, Shape.Free _ ->
                Samples.of(kind, pattern, shape).forEach(v -> leaf(pattern, steps, v));
        }
    }

    private void message(Shape.Message message, String pattern, List<Step> steps) {
        message.fields()
                .forEach((name, field) -> walk(field.shape(), join(pattern, name), with(steps, name, field.shape())));
    }

    private void map(Shape.MapOf map, String pattern, List<Step> steps) {
        ObjectNode sample = Samples.map(kind, pattern);
        String key = Samples.key(kind, pattern);
        if (sample != null) {
            leaf(pattern, steps, sample);
        } else if (isPlain(map.value())) {
            Samples.of(kind, pattern, map.value())
                    .forEach(v -> leaf(pattern, steps, NODES.objectNode().set(key, v)));
        } else {
            walk(map.value(), pattern + "{}", with(steps, key, map.value()));
        }
    }

    private static boolean isPlain(Shape shape) {
        return switch (shape) {
            case Shape.Message _, Shape.Union _, Shape.ListOf _, Shape.MapOf _ -> false;
            case Shape.Text _, Shape.Numeric _, Shape.Flag _, Shape.Time _, Shape.Choice _, Shape.Free _ -> true;
        };
    }

    private static String join(String pattern, String name) {
        return pattern.isEmpty() ? name : pattern + "." + name;
    }

    private static List<Step> with(List<Step> steps, Object key, Shape shape) {
        List<Step> more = new ArrayList<>(steps);
        more.add(new Step(key, shape));
        return more;
    }

    private void leaf(String pattern, List<Step> steps, JsonNode value) {
        ObjectNode root = bases.apply(pattern).deepCopy();
        List<Object> place = new ArrayList<>(prefix);
        JsonNode at = root;
        for (Object step : prefix) {
            at = child(at, step, null, "");
        }
        String path = "";
        for (int i = 1; i < steps.size(); i++) {
            Step step = steps.get(i);
            path = path(path, step.key(), steps.get(i - 1).shape());
            boolean last = i == steps.size() - 1;
            if (last) {
                around(at, pattern, value);
            }
            makeRoom(at, steps.get(i - 1).shape(), step.key());
            if (last) {
                put(at, step.key(), value);
            } else {
                at = child(at, step.key(), step.shape(), path);
            }
            place.add(step.key());
        }
        cases.add(new FieldCase(kind, pattern, value.toString(), root, place));
    }

    private static String path(String before, Object key, Shape in) {
        return switch (in) {
            case Shape.ListOf _ -> before + "[]";
            case Shape.MapOf _ -> before + "{}";
            case Shape _ -> join(before, (String) key);
        };
    }

    private void around(JsonNode at, String pattern, JsonNode value) {
        ObjectNode said = Samples.object(kind + "." + pattern + "=" + value + "{around}");
        ObjectNode around = said != null ? said : Samples.object(kind + "." + pattern + "{around}");
        if (around != null && at instanceof ObjectNode object) {
            object.removeAll();
            object.setAll(around);
        }
    }

    // Of a group only one member may stand.
    private static void makeRoom(JsonNode at, Shape shape, Object key) {
        if (!(at instanceof ObjectNode object)) {
            return;
        }
        switch (shape) {
            case Shape.Message message -> {
                List<List<String>> groups = new ArrayList<>(message.atMostOne().stream()
                        .map(Shape.Alternatives::fields)
                        .toList());
                groups.add(message.exactlyOne());
                groups.stream()
                        .filter(g -> g.contains(key))
                        .flatMap(List::stream)
                        .filter(n -> !n.equals(key))
                        .forEach(object::remove);
            }
            case Shape.Union union ->
                union.variants().keySet().stream().filter(n -> !n.equals(key)).forEach(object::remove);
            case Shape _ -> {}
        }
    }

    private JsonNode child(JsonNode at, Object key, @Nullable Shape shape, String path) {
        JsonNode known = key instanceof String name ? at.path(name) : at.path((Integer) key);
        if (!known.isMissingNode() && !known.isNull()) {
            return known;
        }
        ObjectNode said = Samples.object(kind + "." + path);
        JsonNode made = said != null ? said : shape == null ? NODES.objectNode() : empty(shape);
        put(at, key, made);
        return made;
    }

    private static void put(JsonNode at, Object key, JsonNode value) {
        switch (at) {
            case ObjectNode object -> object.set((String) key, value);
            case ArrayNode array -> {
                if (array.isEmpty()) {
                    array.add(value);
                } else {
                    array.set(0, value);
                }
            }
            default -> throw new IllegalStateException("nothing can be put into " + at);
        }
    }

    private JsonNode empty(Shape shape) {
        return switch (shape) {
            case Shape.ListOf _ -> NODES.arrayNode();
            case Shape.Message message -> minimal(message);
            case Shape _ -> NODES.objectNode();
        };
    }

    private ObjectNode minimal(Shape.Message message) {
        ObjectNode object = NODES.objectNode();
        for (Map.Entry<String, Shape.Field> field : message.fields().entrySet()) {
            if (field.getValue().required()) {
                object.set(
                        field.getKey(),
                        required(field.getKey(), field.getValue().shape()));
            }
        }
        return object;
    }

    private JsonNode required(String name, Shape shape) {
        return switch (shape) {
            case Shape.ListOf list -> NODES.arrayNode().add(required(name, list.member()));
            case Shape.Message message -> minimal(message);
            case Shape.MapOf _, Shape.Union _ -> NODES.objectNode();
            case Shape plain -> Samples.of(kind, name, plain).getFirst();
        };
    }
}
