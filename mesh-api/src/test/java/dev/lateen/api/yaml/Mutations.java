package dev.lateen.api.yaml;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Every small change to an object that its schema suggests, good and bad. */
final class Mutations {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /**
     * One change.
     *
     * @param path where
     * @param what what is changed
     * @param object the changed object
     */
    record Mutation(String path, String what, JsonNode object) {}

    private final JsonNode root;
    private final List<Object> steps = new ArrayList<>();
    private final List<Mutation> found = new ArrayList<>();

    private Mutations(JsonNode root) {
        this.root = root;
    }

    /** All changes below {@code spec}. */
    static List<Mutation> of(JsonNode object, JsonNode crd) {
        Mutations mutations = new Mutations(object);
        mutations.at("spec", object.path("spec"), crd.path("properties").path("spec"));
        return mutations.found;
    }

    private void at(Object step, JsonNode node, JsonNode schema) {
        steps.add(step);
        for (JsonNode sample : samples(schema)) {
            replace(sample);
        }
        if (node instanceof ObjectNode object && schema.has("properties")) {
            fields(object, schema.path("properties"));
        } else if (node instanceof ObjectNode object
                && schema.path("additionalProperties").isObject()) {
            entries(object, schema.path("additionalProperties"));
        } else if (node instanceof ArrayNode array && !array.isEmpty()) {
            members(array, schema);
        }
        steps.removeLast();
    }

    private void fields(ObjectNode object, JsonNode properties) {
        add("set unknown field", object.deepCopy().put("nope", 1));
        for (Map.Entry<String, JsonNode> property : properties.properties()) {
            String name = property.getKey();
            if (object.has(name)) {
                ObjectNode without = object.deepCopy();
                without.remove(name);
                add("drop " + name, without);
                at(name, object.get(name), property.getValue());
            } else {
                for (JsonNode sample : samples(property.getValue())) {
                    ObjectNode with = object.deepCopy();
                    with.set(name, sample);
                    add("set " + name + " to " + clip(sample), with);
                }
            }
        }
    }

    private void entries(ObjectNode object, JsonNode schema) {
        for (JsonNode sample : samples(schema)) {
            for (String key : List.of("x", "", "a*", "8080", "70000")) {
                ObjectNode with = object.deepCopy();
                with.set(key, sample);
                add("put '" + key + "': " + clip(sample), with);
            }
        }
        if (!object.isEmpty()) {
            String key = object.propertyNames().iterator().next();
            at(key, object.get(key), schema);
        }
    }

    private void members(ArrayNode array, JsonNode schema) {
        add("repeat the first", array.deepCopy().add(array.get(0)));
        int most = schema.path("maxItems").asInt(0);
        if (most > 0 && most < 1000) {
            ArrayNode many = array.deepCopy();
            while (many.size() <= most) {
                many.add(array.get(0));
            }
            add("more than " + most, many);
        }
        at(0, array.get(0), schema.path("items"));
    }

    private void replace(JsonNode sample) {
        add("put " + clip(sample), sample);
    }

    private static String clip(JsonNode sample) {
        String text = sample.toString();
        return text.length() > 40 ? text.substring(0, 40) + "..." : text;
    }

    private void add(String what, JsonNode value) {
        JsonNode copy = root.deepCopy();
        JsonNode parent = copy;
        for (Object step : steps.subList(0, steps.size() - 1)) {
            parent = step instanceof String name ? parent.path(name) : parent.path((Integer) step);
        }
        Object last = steps.getLast();
        if (last instanceof String name) {
            ((ObjectNode) parent).set(name, value);
        } else {
            ((ArrayNode) parent).set((Integer) last, value);
        }
        found.add(new Mutation(Steps.text(steps), what, copy));
    }

    /** Values that the schema might accept, and some that it should not. */
    private static List<JsonNode> samples(JsonNode schema) {
        List<JsonNode> samples = new ArrayList<>();
        switch (schema.path("type").asString("")) {
            case "string" -> {
                for (String text : List.of("x", "1s", "0s", "80", "*", "10.0.0.0/8", "unix://x", "http://a.b/c")) {
                    samples.add(NODES.stringNode(text));
                }
                schema.path("enum").forEach(samples::add);
                int most = schema.path("maxLength").asInt(0);
                if (most > 0 && most < 70_000) {
                    samples.add(NODES.stringNode("x".repeat(most + 1)));
                }
                if (schema.has("minLength") || schema.has("pattern")) {
                    samples.add(NODES.stringNode(""));
                    samples.add(NODES.stringNode("a b"));
                }
                samples.add(NODES.numberNode(5));
                samples.add(NODES.objectNode());
            }
            case "integer" -> {
                for (long number : List.of(0L, 1L, 2L, -1L, 301L, 8080L, 65536L, 2147483648L, 4294967296L)) {
                    samples.add(NODES.numberNode(number));
                }
                samples.add(NODES.stringNode("1"));
                samples.add(NODES.numberNode(1.5));
            }
            case "number" -> {
                for (double number : List.of(0.5, 100.0, 101.0, -1.0)) {
                    samples.add(NODES.numberNode(number));
                }
                samples.add(NODES.stringNode("1"));
            }
            case "boolean" -> {
                samples.add(NODES.booleanNode(true));
                samples.add(NODES.stringNode("true"));
            }
            case "array" -> {
                samples.add(NODES.arrayNode());
                samples.add(NODES.stringNode("x"));
                for (JsonNode sample : samples(schema.path("items"))) {
                    samples.add(NODES.arrayNode().add(sample));
                }
            }
            case "object" -> objects(schema, samples);
            default -> {}
        }
        return samples;
    }

    private static void objects(JsonNode schema, List<JsonNode> samples) {
        samples.add(NODES.objectNode());
        samples.add(NODES.arrayNode());
        ObjectNode minimal = NODES.objectNode();
        schema.path("required").forEach(name -> {
            List<JsonNode> values = samples(schema.path("properties").path(name.stringValue()));
            minimal.set(name.stringValue(), values.get(Math.min(values.size() - 1, 1)));
        });
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            List<JsonNode> values = samples(property.getValue());
            for (JsonNode value : values.subList(0, Math.min(values.size(), 2))) {
                ObjectNode one = minimal.deepCopy();
                one.set(property.getKey(), value);
                samples.add(one);
            }
        }
        if (schema.path("additionalProperties").isObject()) {
            for (JsonNode value : samples(schema.path("additionalProperties"))) {
                samples.add(NODES.objectNode().set("x", value));
            }
        }
    }
}
