package dev.lateen.it.language;

import dev.lateen.api.schema.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Values that mean something in the meshes of the test, by the end of a field's path. The longest end that is listed counts. */
final class Samples {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final ObjectMapper MAPPER = JsonMapper.builder().build();
    private static final Map<String, List<String>> TEXTS = Table.lists("samples.tsv");

    private Samples() {}

    /** The values with which a field is tried. */
    static List<JsonNode> of(String kind, String pattern, Shape shape) {
        List<String> told = told(kind + "." + pattern);
        return switch (shape) {
            case Shape.Text _ -> texts(told.isEmpty() ? List.of("sample") : told);
            case Shape.Time _ -> texts(told.isEmpty() ? List.of("3s") : told);
            case Shape.Choice choice ->
                texts(told.isEmpty() ? List.copyOf(choice.constants().keySet()) : told);
            case Shape.Flag _ ->
                (told.isEmpty() ? List.of("true", "false") : told)
                        .stream()
                                .<JsonNode>map(t -> NODES.booleanNode(t.equals("true")))
                                .toList();
            case Shape.Numeric number ->
                told.isEmpty()
                        ? List.of(number(number, usual(number)))
                        : told.stream()
                                .map(t -> number(number, Double.parseDouble(t)))
                                .toList();
            case Shape.Free _ ->
                List.of(NODES.objectNode()
                        .put("a", "%PROTOCOL%")
                        .set("b", NODES.objectNode().put("c", "d")));
            case Shape.Message _, Shape.Union _, Shape.ListOf _, Shape.MapOf _ ->
                throw new IllegalStateException(pattern + " is no plain field");
        };
    }

    /** The object that is put where there is none yet, and what is put around a field for one of its values; null where nothing is said. */
    static @Nullable ObjectNode object(String path) {
        List<String> told = told(path);
        return told.isEmpty() || !told.getFirst().startsWith("{")
                ? null
                : (ObjectNode) MAPPER.readTree(told.getFirst());
    }

    /** The whole value of a map, where that is said. */
    static @Nullable ObjectNode map(String kind, String pattern) {
        return object(kind + "." + pattern);
    }

    /** The key under which a map's value is put. */
    static String key(String kind, String pattern) {
        List<String> told = told(kind + "." + pattern + "{key}");
        return told.isEmpty() ? "sample" : told.getFirst();
    }

    private static List<String> told(String path) {
        List<String> ends = new ArrayList<>();
        ends.add(path);
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            ends.add(path.substring(dot + 1));
        }
        return ends.stream()
                .flatMap(e -> Stream.ofNullable(TEXTS.get(e)))
                .findFirst()
                .orElse(List.of());
    }

    private static List<JsonNode> texts(List<String> texts) {
        return texts.stream().<JsonNode>map(NODES::stringNode).toList();
    }

    private static double usual(Shape.Numeric number) {
        return Math.clamp(7, number.min(), number.max());
    }

    private static JsonNode number(Shape.Numeric type, double value) {
        return type.fractional() ? NODES.numberNode(value) : NODES.numberNode((long) value);
    }
}
