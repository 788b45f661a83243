package dev.lateen.injector.settings;

import dev.lateen.api.Release;
import dev.lateen.api.yaml.Documents;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Helm values, defaults included, as a tree. Immutable; pure.
 *
 * @param tree the root of the values; not to be changed
 */
public record HelmValues(JsonNode tree) {
    private static final HelmValues DEFAULTS = new HelmValues(readDefaults());

    /** The defaults of this distribution. */
    public static HelmValues defaults() {
        return DEFAULTS;
    }

    private static JsonNode readDefaults() {
        try (InputStream values =
                Objects.requireNonNull(HelmValues.class.getResourceAsStream("values.yaml"), "values.yaml")) {
            String text = new String(values.readAllBytes(), StandardCharsets.UTF_8);
            ObjectNode tree = (ObjectNode) Documents.first("values.yaml", text);
            tree.withObject("/global").put("tag", Release.VERSION);
            return tree;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * These with a text of values over them: bare values, or an {@code IstioOperator} with {@code spec.values}.
     *
     * @param source names the text in errors
     * @throws IllegalArgumentException if it is no YAML, or no object
     */
    public HelmValues with(String source, String text) {
        JsonNode over = Documents.first(source, text);
        if (!over.path("kind").asString("").equals("IstioOperator")) {
            return with(over);
        }
        HelmValues outer = with(ofOperator(over.path("spec")));
        JsonNode inner = over.path("spec").path("values");
        return inner.isObject() ? outer.with(inner) : outer;
    }

    /** What an IstioOperator says apart from its values, as values. */
    private static JsonNode ofOperator(JsonNode spec) {
        ObjectNode values = JsonNodeFactory.instance.objectNode();
        for (String name : List.of("hub", "tag")) {
            if (spec.has(name)) {
                values.withObject("/global").set(name, spec.path(name));
            }
        }
        if (spec.has("revision")) {
            values.set("revision", spec.path("revision"));
        }
        JsonNode cni = spec.path("components").path("cni").path("enabled");
        if (!cni.isMissingNode()) {
            values.withObject("/pilot").withObject("/cni").set("enabled", cni);
        }
        if (spec.has("meshConfig")) {
            values.set("meshConfig", spec.path("meshConfig"));
        }
        return values;
    }

    /** These with other values over them: objects field by field; a null takes away. */
    public HelmValues with(JsonNode over) {
        return new HelmValues(over(tree, over));
    }

    private static JsonNode over(JsonNode under, JsonNode over) {
        if (!over.isObject()) {
            return over.isMissingNode() ? under : over.deepCopy();
        }
        ObjectNode both = under.isObject() ? (ObjectNode) under.deepCopy() : JsonNodeFactory.instance.objectNode();
        over.properties().forEach(field -> {
            if (field.getValue().isNull()) {
                both.remove(field.getKey());
            } else {
                both.set(field.getKey(), over(both.path(field.getKey()), field.getValue()));
            }
        });
        return both;
    }

    /**
     * These with one {@code PATH=VALUE} of a command line, as {@code --set values.global.network=n1}; {@code components.cni.enabled} and {@code values.cni.*} mean {@code pilot.cni}.
     *
     * @throws IllegalArgumentException if there is no {@code =} or the path is not one of values
     */
    public HelmValues withSet(String setting) {
        int equals = setting.indexOf('=');
        if (equals <= 0) {
            throw new IllegalArgumentException("--set " + setting + ": no = (expected: values.PATH=VALUE)");
        }
        List<String> path = path(setting.substring(0, equals));
        List<String> inside = switch (path.getFirst()) {
            case "values" ->
                path.size() > 1 && path.get(1).equals("cni")
                        ? joined(List.of("pilot", "cni"), path.subList(2, path.size()))
                        : path.subList(1, path.size());
            case "components" ->
                path.equals(List.of("components", "cni", "enabled")) ? List.of("pilot", "cni", "enabled") : List.of();
            case "hub", "tag" -> List.of("global", path.getFirst());
            case "revision", "meshConfig" -> path;
            default -> tree.has(path.getFirst()) && path.size() > 1 ? path : List.of();
        };
        if (inside.isEmpty()) {
            throw new IllegalArgumentException("--set " + setting
                    + ": not a setting of injection (expected: values.PATH, meshConfig.PATH,"
                    + " components.cni.enabled, hub, tag or revision)");
        }
        return with(nested(inside, value(setting.substring(equals + 1))));
    }

    private static List<String> joined(List<String> first, List<String> second) {
        List<String> both = new ArrayList<>(first);
        both.addAll(second);
        return both;
    }

    /** A dot behind a backslash belongs to the name. */
    private static List<String> path(String text) {
        List<String> names = new ArrayList<>();
        for (String name : text.split("(?<!\\\\)\\.")) {
            names.add(name.replace("\\.", "."));
        }
        return names;
    }

    private static JsonNode nested(List<String> path, JsonNode value) {
        JsonNode node = value;
        for (String name : path.reversed()) {
            ObjectNode outer = JsonNodeFactory.instance.objectNode();
            outer.set(name, node);
            node = outer;
        }
        return node;
    }

    private static JsonNode value(String text) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (text.startsWith("{") && text.endsWith("}")) {
            var items = nodes.arrayNode();
            for (String item : text.substring(1, text.length() - 1).split(",")) {
                items.add(value(item.strip()));
            }
            return items;
        }
        return switch (text) {
            case "true", "false" -> nodes.booleanNode(text.equals("true"));
            case "null" -> nodes.nullNode();
            default ->
                text.matches("-?(0|[1-9][0-9]{0,17})")
                        ? nodes.numberNode(Long.parseLong(text))
                        : nodes.stringNode(text);
        };
    }

    /** The node at a path of names divided by dots; a missing node if there is none. */
    public JsonNode at(String path) {
        JsonNode node = tree;
        for (String name : path.split("\\.")) {
            node = node.path(name);
        }
        return node;
    }

    /** The text at a path, numbers and booleans as texts; empty if there is nothing. */
    String text(String path) {
        JsonNode node = at(path);
        return node.isNull() || node.isMissingNode() || node.isContainer() ? "" : node.asString();
    }

    /** Whether a path says true. */
    boolean flag(String path) {
        return text(path).equals("true");
    }

    /**
     * The whole number at a path.
     *
     * @throws IllegalArgumentException if something else is there
     */
    int number(String path) {
        String text = text(path);
        try {
            return text.isEmpty() ? 0 : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("values." + path + ": " + text + " (expected: a whole number)", e);
        }
    }

    /** The texts of a list at a path. */
    List<String> texts(String path) {
        List<String> texts = new ArrayList<>();
        at(path).forEach(item -> texts.add(item.asString("")));
        return texts;
    }

    /** Texts by name at a path. */
    Map<String, String> textsByName(String path) {
        Map<String, String> texts = new LinkedHashMap<>();
        at(path).properties()
                .forEach(entry -> texts.put(entry.getKey(), entry.getValue().asString("")));
        return texts;
    }

    /** The object at a path without its nulls; null if it is absent or empty. */
    public @Nullable JsonNode object(String path) {
        JsonNode node = over(JsonNodeFactory.instance.objectNode(), at(path));
        return node.isObject() && !node.isEmpty() ? node : null;
    }
}
