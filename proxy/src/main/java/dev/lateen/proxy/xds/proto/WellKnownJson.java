package dev.lateen.proxy.xds.proto;

import dev.lateen.proxy.xds.proto.ProtoSchema.Field;
import dev.lateen.proxy.xds.proto.ProtoSchema.MessageType;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The messages that protobuf's JSON mapping writes in a way of their own: Any, Duration, wrappers, Struct and the like. */
final class WellKnownJson {
    private WellKnownJson() {}

    static ProtoNode read(MessageType type, @Nullable Object json, ProtoNode parent, String segment) {
        ProtoNode node = new ProtoNode(type, parent, segment);
        switch (type.fullName) {
            case "google.protobuf.Any" -> any(node, map(node, json));
            case "google.protobuf.Duration" -> duration(node, json);
            case "google.protobuf.Timestamp" -> timestamp(node, json);
            case "google.protobuf.Struct" -> struct(node, map(node, json));
            case "google.protobuf.Value" -> value(node, json);
            case "google.protobuf.ListValue" -> list(node, json);
            case "google.protobuf.BoolValue",
                    "google.protobuf.UInt32Value",
                    "google.protobuf.UInt64Value",
                    "google.protobuf.Int32Value",
                    "google.protobuf.Int64Value",
                    "google.protobuf.FloatValue",
                    "google.protobuf.DoubleValue",
                    "google.protobuf.StringValue",
                    "google.protobuf.BytesValue" -> {
                // "value" is no key here: a wrapper is written as the bare value.
                return ProtoJsonReader.read(
                        type, Map.of("value", Objects.requireNonNullElse(json, "")), parent, segment);
            }
            default -> {
                return ProtoJsonReader.read(type, map(node, json), parent, segment);
            }
        }
        return node;
    }

    @SuppressWarnings("unchecked") // keys of JSON objects are strings
    private static Map<String, Object> map(ProtoNode node, @Nullable Object json) {
        if (json instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new ConfigException(
                node.path(), ProtoJsonReader.shown(json) + " (accepted: a map, " + node.type().fullName + ")");
    }

    private static void any(ProtoNode node, Map<String, Object> json) {
        Object type = json.get("@type");
        if (!(type instanceof String url)) {
            throw node.error("@type", "missing (accepted: type.googleapis.com/ and a message's full name)");
        }
        node.set(field(node, "type_url"), url);
        // A message with a JSON form of its own stands under "value" inside an Any.
        boolean nested = url.endsWith("google.protobuf.Struct") || url.endsWith("google.protobuf.Duration");
        node.anyJson(nested && json.get("value") instanceof Map<?, ?> ? map(node, json.get("value")) : json);
    }

    private static void duration(ProtoNode node, @Nullable Object json) {
        if (json instanceof String text && text.endsWith("s") && text.length() < 40) {
            try {
                BigDecimal seconds = new BigDecimal(text.substring(0, text.length() - 1));
                BigDecimal nanos = seconds.movePointRight(9);
                node.set(field(node, "seconds"), seconds.longValue());
                node.set(
                        field(node, "nanos"),
                        nanos.subtract(new BigDecimal(seconds.toBigInteger()).movePointRight(9))
                                .longValueExact());
                return;
            } catch (NumberFormatException | ArithmeticException e) {
                // told below
            }
        }
        throw new ConfigException(node.path(), ProtoJsonReader.shown(json) + " (accepted: seconds such as 1.5s)");
    }

    private static void timestamp(ProtoNode node, @Nullable Object json) {
        try {
            Instant instant = Instant.parse(String.valueOf(json));
            node.set(field(node, "seconds"), instant.getEpochSecond());
            node.set(field(node, "nanos"), (long) instant.getNano());
        } catch (DateTimeParseException e) {
            throw new ConfigException(
                    node.path(), ProtoJsonReader.shown(json) + " (accepted: a time such as 2026-01-01T00:00:00Z)");
        }
    }

    private static void struct(ProtoNode node, Map<String, Object> json) {
        Field fields = field(node, "fields");
        Map<String, Object> values = new LinkedHashMap<>();
        json.forEach((key, value) ->
                values.put(key, read(ProtoSchema.ENVOY.message("google.protobuf.Value"), value, node, key)));
        node.set(fields, values);
    }

    private static void value(ProtoNode node, @Nullable Object json) {
        switch (json) {
            case null -> node.set(field(node, "null_value"), 0);
            case String text -> node.set(field(node, "string_value"), text);
            case Boolean flag -> node.set(field(node, "bool_value"), flag);
            case Number number -> node.set(field(node, "number_value"), number.doubleValue());
            case Map<?, ?> map ->
                node.set(
                        field(node, "struct_value"),
                        read(ProtoSchema.ENVOY.message("google.protobuf.Struct"), map, node, ""));
            case List<?> items ->
                node.set(
                        field(node, "list_value"),
                        read(ProtoSchema.ENVOY.message("google.protobuf.ListValue"), items, node, ""));
            case Object other ->
                throw new ConfigException(node.path(), ProtoJsonReader.shown(other) + " (accepted: JSON)");
        }
    }

    private static void list(ProtoNode node, @Nullable Object json) {
        if (!(json instanceof List<?> items)) {
            throw new ConfigException(node.path(), ProtoJsonReader.shown(json) + " (accepted: a list)");
        }
        List<Object> values = new ArrayList<>();
        for (Object item : items) {
            values.add(read(ProtoSchema.ENVOY.message("google.protobuf.Value"), item, node, "[" + values.size() + "]"));
        }
        node.set(field(node, "values"), values);
    }

    private static Field field(ProtoNode node, String name) {
        return Objects.requireNonNull(node.type().byName(name));
    }
}
