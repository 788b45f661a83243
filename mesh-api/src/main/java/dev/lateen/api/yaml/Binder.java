package dev.lateen.api.yaml;

import dev.lateen.api.schema.GoDuration;
import dev.lateen.api.schema.Rule;
import dev.lateen.api.schema.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Turns a tree into the records that a shape describes and checks every constraint on the way. A value with an error is null; the
 * rules of a message are asked only if nothing below it is wrong, so that they may rely on it.
 */
final class Binder {
    private final Findings findings;

    Binder(Findings findings) {
        this.findings = findings;
    }

    /** The value; null if it was refused, and then the findings say why. */
    @Nullable
    Object bind(JsonNode node, Shape shape) {
        int before = findings.errors();
        Object value = switch (shape) {
            case Shape.Text text -> text(node, text);
            case Shape.Numeric number -> number(node, number);
            case Shape.Flag _ -> flag(node);
            case Shape.Time time -> time(node, time);
            case Shape.Choice choice -> choice(node, choice);
            case Shape.ListOf list -> list(node, list);
            case Shape.MapOf map -> map(node, map);
            case Shape.Free _ -> node.isObject() ? node : wrongType(node, "a map");
            case Shape.Message message -> message(node, message);
            case Shape.Union union -> union(node, union);
        };
        if (value == null || findings.errors() > before) {
            return null;
        }
        for (Rule<Object> rule : shape.rules().checks()) {
            rule.check(value, findings);
        }
        return findings.errors() > before ? null : value;
    }

    private @Nullable Object wrongType(JsonNode node, String accepted) {
        findings.refuse("", Found.value(node), accepted);
        return null;
    }

    private @Nullable Object text(JsonNode node, Shape.Text shape) {
        if (!node.isString()) {
            return wrongType(node, node.isNumber() || node.isBoolean() ? "a text: put it in quotes" : "a text");
        }
        String text = node.stringValue();
        checkText(text, shape);
        return text;
    }

    private void checkText(String text, Shape.Text shape) {
        int length = text.codePointCount(0, text.length());
        if (length < shape.min() || length > shape.max()) {
            findings.refuse("", "a text of " + length + " characters", Found.bounds(shape.min(), shape.max()));
        } else if (shape.pattern() != null && !shape.pattern().matcher(text).find()) {
            findings.refuse(
                    "",
                    "'" + text + "'",
                    "a text that matches " + shape.pattern().pattern());
        }
    }

    private @Nullable Object number(JsonNode node, Shape.Numeric shape) {
        boolean fits = shape.fractional() ? node.isNumber() : node.isIntegralNumber();
        double value = fits ? node.doubleValue() : 0;
        if (!fits || Double.isNaN(value) || Double.isInfinite(value)) {
            String quoted = node.isString() ? ", without quotes" : "";
            return wrongType(node, (shape.fractional() ? "a number" : "a whole number") + quoted);
        }
        if (value < shape.min() || value > shape.max() || (!shape.fractional() && !node.canConvertToLong())) {
            findings.refuse("", node.asString(), "a number " + Found.range(shape.min(), shape.max()));
            return null;
        }
        return shape.type() == int.class
                ? (Object) node.intValue()
                : shape.type() == long.class ? (Object) node.longValue() : (Object) value;
    }

    private @Nullable Object flag(JsonNode node) {
        return node.isBoolean() ? (Object) node.booleanValue() : wrongType(node, "true or false, without quotes");
    }

    private @Nullable Object time(JsonNode node, Shape.Time shape) {
        if (!node.isString()) {
            return wrongType(node, "a duration such as 500ms, 10s or 1h30m");
        }
        Optional<Duration> time = GoDuration.parse(node.stringValue());
        if (time.isEmpty()) {
            return wrongType(node, "a duration such as 500ms, 10s or 1h30m");
        }
        if (shape.least() != null && time.get().compareTo(shape.least()) < 0) {
            findings.refuse(
                    "", "'" + node.stringValue() + "'", "a duration of at least " + Found.duration(shape.least()));
            return null;
        }
        return time.get();
    }

    private @Nullable Object choice(JsonNode node, Shape.Choice shape) {
        Object constant = node.isString() ? shape.constants().get(node.stringValue()) : null;
        return constant == null
                ? wrongType(
                        node, Found.oneOf(node.asString(""), shape.constants().keySet()))
                : constant;
    }

    private @Nullable Object list(JsonNode node, Shape.ListOf shape) {
        if (!node.isArray()) {
            return wrongType(node, "a list");
        }
        if (node.size() < shape.min() || node.size() > shape.max()) {
            findings.refuse("", "a list of " + node.size(), Found.bounds(shape.min(), shape.max()));
            return null;
        }
        List<Object> values = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) {
            findings.enter(node, i);
            Object value = bind(node.get(i), shape.member());
            findings.leave();
            if (value != null) {
                values.add(value);
            }
        }
        if (!shape.unique().isEmpty()) {
            checkUnique(node, shape.unique());
        }
        return Collections.unmodifiableList(values);
    }

    private void checkUnique(JsonNode list, String field) {
        Set<JsonNode> seen = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            JsonNode value = list.get(i).path(field);
            if (!value.isMissingNode() && !seen.add(value)) {
                findings.refuse(
                        "[" + i + "]." + field, Found.value(value) + " a second time", "each " + field + " once");
            }
        }
    }

    private @Nullable Object map(JsonNode node, Shape.MapOf shape) {
        if (!node.isObject()) {
            return wrongType(node, "a map");
        }
        if (node.size() < shape.min() || node.size() > shape.max()) {
            findings.refuse("", "a map of " + node.size(), Found.bounds(shape.min(), shape.max()));
            return null;
        }
        Map<String, Object> values = LinkedHashMap.newLinkedHashMap(node.size());
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            findings.enter(node, entry.getKey());
            checkKey(entry.getKey(), shape.key());
            Object value = bind(entry.getValue(), shape.value());
            findings.leave();
            if (value != null) {
                values.put(entry.getKey(), value);
            }
        }
        return Collections.unmodifiableMap(values);
    }

    private void checkKey(String key, Shape.Text shape) {
        int before = findings.errors();
        checkText(key, shape);
        if (findings.errors() == before) {
            for (Rule<Object> rule : shape.rules().checks()) {
                rule.check(key, findings);
            }
        }
    }

    private @Nullable Object message(JsonNode node, Shape.Message shape) {
        if (!node.isObject()) {
            return wrongType(node, "a map");
        }
        int before = findings.errors();
        @Nullable Object[] values = new Object[shape.fields().size()];
        boolean[] given = new boolean[values.length];
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            Shape.Field field = shape.fields().get(shape.aliases().getOrDefault(entry.getKey(), entry.getKey()));
            if (field == null) {
                unknown(node, entry.getKey(), shape);
            } else if (!entry.getValue().isNull()) {
                take(node, entry, field, values, given);
            }
        }
        groups(node, shape);
        for (Shape.Field field : shape.fields().values()) {
            if (!given[field.index()]) {
                values[field.index()] = field.absent();
                if (field.required()) {
                    findings.refuse(field.name(), "missing", Found.kind(field.shape()));
                }
            }
        }
        return findings.errors() > before ? null : shape.make(values);
    }

    private void take(
            JsonNode node,
            Map.Entry<String, JsonNode> entry,
            Shape.Field field,
            @Nullable Object[] values,
            boolean[] given) {
        findings.enter(node, entry.getKey());
        if (given[field.index()]) {
            findings.refuse("", "a second time, under another name", "'" + field.name() + "' once");
        }
        given[field.index()] = true;
        values[field.index()] = bind(entry.getValue(), field.shape());
        findings.leave();
    }

    private void unknown(JsonNode node, String name, Shape.Message shape) {
        findings.enter(node, name);
        if (shape.unused().contains(name)) {
            if (!shape.quiet()) {
                findings.warn("", "known to Istio, without effect in Lateen", "");
            }
        } else {
            findings.refuse(
                    "", "unknown field", Found.oneOf(name, shape.fields().keySet()));
        }
        findings.leave();
    }

    private void groups(JsonNode node, Shape.Message shape) {
        for (Shape.Alternatives group : shape.atMostOne()) {
            List<String> found = present(node, group.fields());
            if (found.size() > 1) {
                findings.refuse(
                        found.getLast(),
                        String.join(" and ", found),
                        "only one of " + String.join(", ", group.fields()));
            }
        }
        if (!shape.exactlyOne().isEmpty()) {
            List<String> found = present(node, shape.exactlyOne());
            if (found.size() != 1) {
                String names = found.isEmpty() ? "none of them" : String.join(" and ", found);
                findings.refuse("", names, "exactly one of " + String.join(", ", shape.exactlyOne()));
            }
        }
    }

    private static List<String> present(JsonNode node, List<String> group) {
        return group.stream().filter(node::hasNonNull).toList();
    }

    private @Nullable Object union(JsonNode node, Shape.Union shape) {
        if (!node.isObject()) {
            return wrongType(
                    node,
                    "a map with one of " + String.join(", ", shape.variants().keySet()));
        }
        List<String> found = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!shape.variants().containsKey(entry.getKey())) {
                findings.enter(node, entry.getKey());
                findings.refuse(
                        "",
                        "unknown field",
                        Found.oneOf(entry.getKey(), shape.variants().keySet()));
                findings.leave();
            } else if (!entry.getValue().isNull()) {
                found.add(entry.getKey());
            }
        }
        if (found.size() > 1) {
            findings.refuse(
                    "",
                    String.join(" and ", found),
                    "only one of " + String.join(", ", shape.variants().keySet()));
            return null;
        }
        if (found.isEmpty()) {
            return shape.none().make(new Object[0]);
        }
        findings.enter(node, found.getFirst());
        // What is found was looked up among the variants above.
        Shape.Message variant = Objects.requireNonNull(shape.variants().get(found.getFirst()));
        Object value = bind(
                node.get(found.getFirst()),
                variant.fields().values().iterator().next().shape());
        findings.leave();
        return value == null ? null : variant.make(new Object[] {value});
    }
}
