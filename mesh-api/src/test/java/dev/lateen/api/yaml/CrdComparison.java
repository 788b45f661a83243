package dev.lateen.api.yaml;

import static java.util.Objects.requireNonNull;

import dev.lateen.api.schema.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Compares a shape with the schema of a CRD and lists every difference. */
final class CrdComparison {
    private final List<String> differences = new ArrayList<>();

    /** What differs, one line each. */
    List<String> differences() {
        return differences;
    }

    void compare(String path, Shape shape, JsonNode schema) {
        switch (shape) {
            case Shape.Text text -> text(path, text, schema);
            case Shape.Numeric number -> number(path, number, schema);
            case Shape.Flag _ -> type(path, "boolean", schema);
            case Shape.Time time -> time(path, time, schema);
            case Shape.Choice choice -> {
                type(path, "string", schema);
                same(path, "enum", choice.constants().keySet(), texts(schema.path("enum")));
            }
            case Shape.ListOf list -> list(path, list, schema);
            case Shape.MapOf map -> {
                type(path, "object", schema);
                bounds(path, map.min(), map.max(), map.why(), schema, "minProperties", "maxProperties");
                compare(path + "{}", map.value(), schema.path("additionalProperties"));
            }
            case Shape.Free _ -> {
                type(path, "object", schema);
                same(
                        path,
                        "free",
                        true,
                        schema.path("x-kubernetes-preserve-unknown-fields").asBoolean(false));
            }
            case Shape.Message message -> message(path, message, schema);
            case Shape.Union union -> {
                type(path, "object", schema);
                same(path, "fields", union.variants().keySet(), names(schema.path("properties")));
                same(path, "oneOf", Set.of(union.variants().keySet()), Set.copyOf(groups(schema)));
                union.variants()
                        .forEach((name, variant) -> compare(
                                path + "." + name,
                                requireNonNull(variant.fields().get(name)).shape(),
                                schema.path("properties").path(name)));
            }
        }
    }

    private void text(String path, Shape.Text text, JsonNode schema) {
        type(path, "string", schema);
        bounds(path, text.min(), text.max(), "", schema, "minLength", "maxLength");
        String pattern = text.pattern() == null ? "" : text.pattern().pattern();
        same(path, "pattern", pattern, schema.path("pattern").asString(""));
        same(path, "enum", Set.of(), texts(schema.path("enum")));
    }

    private void number(String path, Shape.Numeric number, JsonNode schema) {
        type(path, number.fractional() ? "number" : "integer", schema);
        boolean int32 = schema.path("format").asString("").equals("int32");
        boolean fits = schema.path("maximum").asDouble(Double.MAX_VALUE) <= Integer.MAX_VALUE
                || !number.why().isEmpty();
        if (number.type() == int.class ? !int32 && !fits : int32) {
            differences.add(path + ": " + number.type() + " but format " + schema.path("format"));
        }
        double min = schema.has("minimum")
                ? schema.path("minimum").doubleValue()
                : int32 ? Integer.MIN_VALUE : -Double.MAX_VALUE;
        double max = schema.has("maximum")
                ? schema.path("maximum").doubleValue()
                : int32 ? Integer.MAX_VALUE : Double.MAX_VALUE;
        boolean same = number.min() == min && number.max() == max;
        boolean tighter = number.min() >= min && number.max() <= max;
        if (number.why().isEmpty() ? !same : !tighter || same) {
            differences.add(path + ": range " + number.min() + ".." + number.max() + " but " + min + ".." + max);
        }
    }

    private void time(String path, Shape.Time time, JsonNode schema) {
        type(path, "string", schema);
        boolean ruled = false;
        for (JsonNode rule : schema.path("x-kubernetes-validations")) {
            ruled |= rule.path("rule").stringValue().equals("duration(self) >= duration('1ms')");
        }
        same(path, "least", ruled ? Duration.ofMillis(1) : null, time.least());
    }

    private void list(String path, Shape.ListOf list, JsonNode schema) {
        type(path, "array", schema);
        bounds(path, list.min(), list.max(), list.why(), schema, "minItems", "maxItems");
        same(
                path,
                "unique",
                list.unique(),
                schema.path("x-kubernetes-list-map-keys").path(0).asString(""));
        compare(path + "[]", list.member(), schema.path("items"));
    }

    private void message(String path, Shape.Message message, JsonNode schema) {
        type(path, "object", schema);
        Set<String> ours = new TreeSet<>(message.fields().keySet());
        ours.addAll(message.aliases().keySet());
        same(path, "fields", ours, new TreeSet<>(names(schema.path("properties"))));
        Set<String> required = new HashSet<>();
        Set<Set<String>> groups = new HashSet<>();
        message.atMostOne().forEach(group -> groups.add(Set.copyOf(group)));
        groups.add(Set.copyOf(message.exactlyOne()));
        for (Set<String> group : groups(schema)) {
            // A group of one says nothing.
            if (group.size() > 1 && !groups.contains(group)) {
                differences.add(path + ": only one of " + group);
            }
        }
        for (Shape.Field field : message.fields().values()) {
            if (field.required()) {
                required.add(field.name());
            }
            if (schema.path("properties").has(field.name())) {
                compare(
                        path + "." + field.name(),
                        field.shape(),
                        schema.path("properties").path(field.name()));
            }
        }
        message.aliases()
                .forEach((alias, name) -> compare(
                        path + "." + alias,
                        requireNonNull(message.fields().get(name)).shape(),
                        schema.path("properties").path(alias)));
        same(path, "required", required, texts(schema.path("required")));
    }

    private void type(String path, String type, JsonNode schema) {
        same(path, "type", type, schema.path("type").asString("?"));
    }

    private void bounds(String path, int min, int max, String why, JsonNode schema, String least, String most) {
        int from = schema.path(least).asInt(0);
        int to = schema.path(most).asInt(Integer.MAX_VALUE);
        boolean same = min == from && max == to;
        boolean tighter = min >= from && max <= to;
        if (why.isEmpty() ? !same : !tighter || same) {
            differences.add(path + ": " + min + ".." + max + " but " + least + " " + from + ", " + most + " " + to);
        }
    }

    private void same(String path, String what, @Nullable Object ours, @Nullable Object theirs) {
        if (!Objects.equals(ours, theirs)) {
            differences.add(path + ": " + what + " " + ours + " but " + theirs);
        }
    }

    /** The groups of which the schema accepts at most one. */
    private static List<Set<String>> groups(JsonNode schema) {
        List<Set<String>> found = new ArrayList<>();
        List<JsonNode> places = new ArrayList<>();
        places.add(schema);
        schema.path("allOf").forEach(places::add);
        for (JsonNode place : places) {
            Set<String> group = new HashSet<>();
            for (JsonNode one : place.path("oneOf")) {
                group.addAll(texts(one.path("required")));
            }
            if (!group.isEmpty()) {
                found.add(group);
            }
        }
        return found;
    }

    private static Set<String> texts(JsonNode list) {
        Set<String> texts = new HashSet<>();
        list.forEach(node -> texts.add(node.stringValue()));
        return texts;
    }

    private static Set<String> names(JsonNode object) {
        return object.isObject() ? new HashSet<>(object.propertyNames()) : Set.of();
    }
}
