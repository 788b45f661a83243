package dev.lateen.api.crd;

import dev.lateen.api.schema.Shape;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a shape as the structural schema of a CRD (OpenAPI v3 with Kubernetes' extensions). Bounds with a reason of their own are tighter than Istio's CRD and stay out of it: objects
 * that a cluster took once must not be refused there, the webhook tells of them.
 */
final class SchemaWriter {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final long UINT32 = 4294967295L;
    private static final Duration MILLISECOND = Duration.ofMillis(1);

    private SchemaWriter() {}

    /** The schema, a new tree. */
    static ObjectNode write(Shape shape) {
        ObjectNode schema = NODES.objectNode();
        List<Shape.Expression> expressions = new ArrayList<>();
        switch (shape) {
            case Shape.Text text -> text(schema, text);
            case Shape.Numeric number -> number(schema, number);
            case Shape.Flag _ -> schema.put("type", "boolean");
            case Shape.Time time -> {
                schema.put("type", "string");
                expressions.addAll(atLeast(time));
            }
            case Shape.Choice choice -> {
                schema.put("type", "string");
                texts(schema.putArray("enum"), choice.constants().keySet());
            }
            case Shape.ListOf list -> list(schema, list);
            case Shape.MapOf map -> {
                schema.put("type", "object");
                bounds(schema, map.min(), map.max(), map.why(), "Properties");
                schema.set("additionalProperties", write(map.value()));
            }
            case Shape.Free _ -> {
                schema.put("type", "object");
                schema.put("x-kubernetes-preserve-unknown-fields", true);
            }
            case Shape.Message message -> {
                message(schema, message);
                message.atMostOne().stream()
                        .filter(group -> !group.message().isEmpty())
                        .forEach(group -> expressions.add(atMostOne(message, group)));
            }
            case Shape.Union union -> union(schema, union);
        }
        expressions.addAll(shape.rules().expressions());
        validations(schema, expressions);
        return schema;
    }

    private static void text(ObjectNode schema, Shape.Text text) {
        schema.put("type", "string");
        if (!text.format().isEmpty()) {
            schema.put("format", text.format());
        }
        bounds(schema, text.min(), text.max(), "", "Length");
        if (text.pattern() != null) {
            schema.put("pattern", text.pattern().pattern());
        }
    }

    private static void number(ObjectNode schema, Shape.Numeric number) {
        boolean own = number.why().isEmpty();
        switch (number.width()) {
            case INT32 -> {
                schema.put("type", "integer").put("format", "int32");
                range(schema, number, own, Integer.MIN_VALUE, Integer.MAX_VALUE);
            }
            case UINT32 -> {
                schema.put("type", "integer");
                bound(schema, "minimum", own ? number.min() : 0);
                bound(schema, "maximum", own ? number.max() : UINT32);
            }
            case UINT64 -> {
                schema.put("type", "integer");
                range(schema, number, own, -Double.MAX_VALUE, Double.MAX_VALUE);
            }
            case INT64 -> {
                schema.put("x-kubernetes-int-or-string", true);
                ArrayNode either = schema.putArray("anyOf");
                either.addObject().put("type", "integer");
                either.addObject().put("type", "string");
            }
            case DOUBLE -> {
                schema.put("type", "number").put("format", "double");
                range(schema, number, own, -Double.MAX_VALUE, Double.MAX_VALUE);
            }
        }
    }

    /** Writes the bounds that say more than the type. */
    private static void range(ObjectNode schema, Shape.Numeric number, boolean own, double least, double greatest) {
        if (own && number.min() > least) {
            bound(schema, "minimum", number.min());
        }
        if (own && number.max() < greatest) {
            bound(schema, "maximum", number.max());
        }
    }

    private static void bound(ObjectNode schema, String name, double value) {
        BigDecimal exact = BigDecimal.valueOf(value).stripTrailingZeros();
        if (exact.scale() > 0) {
            schema.put(name, value);
        } else {
            schema.put(name, exact.longValueExact());
        }
    }

    private static List<Shape.Expression> atLeast(Shape.Time time) {
        if (time.least() == null) {
            return List.of();
        }
        String least = time.least().dividedBy(MILLISECOND) + "ms";
        return List.of(new Shape.Expression(
                "duration(self) >= duration('" + least + "')", "must be a valid duration greater than " + least));
    }

    private static void list(ObjectNode schema, Shape.ListOf list) {
        schema.put("type", "array");
        bounds(schema, list.min(), list.max(), list.why(), "Items");
        if (!list.unique().isEmpty()) {
            schema.put("x-kubernetes-list-type", "map");
            schema.putArray("x-kubernetes-list-map-keys").add(list.unique());
        }
        schema.set("items", write(list.member()));
    }

    private static void bounds(ObjectNode schema, int min, int max, String why, String what) {
        if (!why.isEmpty()) {
            return;
        }
        if (min > 0) {
            schema.put("min" + what, min);
        }
        if (max < Integer.MAX_VALUE) {
            schema.put("max" + what, max);
        }
    }

    private static void message(ObjectNode schema, Shape.Message message) {
        schema.put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        message.fields().forEach((name, field) -> properties.set(name, field(field)));
        message.aliases()
                .forEach((alias, name) -> properties.set(
                        alias, field(Objects.requireNonNull(message.fields().get(name)))));
        List<String> required = message.fields().values().stream()
                .filter(Shape.Field::required)
                .map(Shape.Field::name)
                .toList();
        if (!required.isEmpty()) {
            texts(schema.putArray("required"), required);
        }
        oneOf(
                schema,
                Stream.concat(
                                message.atMostOne().stream()
                                        .filter(group -> group.message().isEmpty())
                                        .map(Shape.Alternatives::fields),
                                Stream.of(message.exactlyOne()).filter(group -> !group.isEmpty()))
                        .toList());
    }

    private static ObjectNode field(Shape.Field field) {
        ObjectNode schema = write(field.shape());
        return field.wrapped() ? schema.put("nullable", true) : schema;
    }

    private static void union(ObjectNode schema, Shape.Union union) {
        schema.put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        for (Map.Entry<String, Shape.Message> variant : union.variants().entrySet()) {
            properties.set(
                    variant.getKey(),
                    field(Objects.requireNonNull(variant.getValue().fields().get(variant.getKey()))));
        }
        oneOf(schema, List.of(List.copyOf(union.variants().keySet())));
    }

    /** Protobuf's oneof: none of the fields, or one. */
    private static void oneOf(ObjectNode schema, List<? extends Collection<String>> groups) {
        boolean several = groups.size() > 1;
        ArrayNode all = several ? schema.putArray("allOf") : NODES.arrayNode();
        for (Collection<String> group : groups) {
            ArrayNode choices = (several ? all.addObject() : schema).putArray("oneOf");
            ArrayNode none = choices.addObject().putObject("not").putArray("anyOf");
            for (String name : group) {
                none.addObject().putArray("required").add(name);
                choices.addObject().putArray("required").add(name);
            }
        }
    }

    private static Shape.Expression atMostOne(Shape.Message message, Shape.Alternatives group) {
        String sum = group.fields().stream()
                .flatMap(field -> Stream.concat(
                        Stream.of(field),
                        message.aliases().entrySet().stream()
                                .filter(alias -> alias.getValue().equals(field))
                                .map(Map.Entry::getKey)))
                .map(name -> "(has(self." + name + ") ? 1 : 0)")
                .collect(Collectors.joining(" + "));
        return new Shape.Expression(sum + " <= 1", group.message());
    }

    private static void validations(ObjectNode schema, List<Shape.Expression> expressions) {
        if (expressions.isEmpty()) {
            return;
        }
        ArrayNode validations = schema.putArray("x-kubernetes-validations");
        for (Shape.Expression expression : expressions) {
            validations.addObject().put("rule", expression.rule()).put("message", expression.message());
        }
    }

    private static void texts(ArrayNode list, Collection<String> texts) {
        texts.forEach(list::add);
    }
}
