package dev.lateen.proxy.xds.proto;

import com.google.protobuf.ByteString;
import dev.lateen.proxy.xds.proto.ProtoSchema.EnumType;
import dev.lateen.proxy.xds.proto.ProtoSchema.Field;
import dev.lateen.proxy.xds.proto.ProtoSchema.MessageType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads protobuf's JSON mapping (as plain maps, lists, strings, numbers and booleans) into a tree. Strict as Envoy is with its bootstrap: an
 * unknown field, an ill-typed value or two members of one {@code oneof} are errors that name their path.
 */
public final class ProtoJsonReader {
    private static final BigInteger MAX_UINT64 = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private ProtoJsonReader() {}

    /** @throws ConfigException naming the field */
    public static ProtoNode read(
            MessageType type, Map<String, Object> json, @Nullable ProtoNode parent, String segment) {
        ProtoNode node = new ProtoNode(type, parent, segment);
        for (Map.Entry<String, Object> entry : json.entrySet()) {
            if (entry.getValue() != null && !entry.getKey().equals("@type")) {
                readField(node, field(node, entry.getKey()), entry.getValue());
            }
        }
        return node;
    }

    private static Field field(ProtoNode node, String name) {
        Field field = node.type().byName(name);
        if (field == null) {
            String known =
                    node.type().fields.stream().map(Field::name).limit(40).collect(Collectors.joining(", "));
            throw node.error(name, "unknown field of " + node.type().fullName + " (accepted: " + known + ")");
        }
        return field;
    }

    private static void readField(ProtoNode node, Field field, Object value) {
        Field other = node.setInSameOneof(field);
        if (other != null) {
            throw node.error(field.name(), "given beside " + other.name() + " (accepted: one of them)");
        }
        if (field.map()) {
            node.set(field, readMap(node, field, value));
        } else if (field.repeated()) {
            if (!(value instanceof List<?> items)) {
                throw node.error(field.name(), shown(value) + " (accepted: a list)");
            }
            for (Object item : items) {
                int index = node.listFor(field).size();
                node.listFor(field).add(readValue(node, field, field.name() + "[" + index + "]", item));
            }
        } else {
            node.set(field, readValue(node, field, field.name(), value));
        }
    }

    private static Map<String, Object> readMap(ProtoNode node, Field field, Object value) {
        if (!(value instanceof Map<?, ?> entries)) {
            throw node.error(field.name(), shown(value) + " (accepted: a map)");
        }
        Map<String, Object> map = new LinkedHashMap<>();
        entries.forEach((key, item) -> map.put(
                String.valueOf(key), readValue(node, field, field.name() + "[\"" + key + "\"]", (Object) item)));
        return map;
    }

    private static Object readValue(ProtoNode node, Field field, String segment, @Nullable Object value) {
        return switch (field.kind()) {
            case MESSAGE -> WellKnownJson.read(ProtoSchema.ENVOY.message(field.typeName()), value, node, segment);
            case STRING -> text(node, segment, value);
            case BYTES -> bytes(node, segment, value);
            case BOOL -> {
                if (value instanceof Boolean flag) {
                    yield flag;
                }
                throw node.error(segment, shown(value) + " (accepted: true or false)");
            }
            case FLOAT, DOUBLE -> decimal(node, segment, value);
            case ENUM -> enumeration(node, segment, ProtoSchema.ENVOY.enumeration(field.typeName()), value);
            case INT32, SINT32 -> integer(node, segment, value, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case UINT32, FIXED32 -> integer(node, segment, value, 0, 0xffffffffL);
            case INT64, SINT64 -> integer(node, segment, value, Long.MIN_VALUE, Long.MAX_VALUE);
            case UINT64, FIXED64 -> unsignedLong(node, segment, value);
        };
    }

    private static String text(ProtoNode node, String segment, @Nullable Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw node.error(segment, shown(value) + " (accepted: a string)");
    }

    private static ByteString bytes(ProtoNode node, String segment, @Nullable Object value) {
        try {
            String base64 = text(node, segment, value).replace('-', '+').replace('_', '/');
            return ByteString.copyFrom(Base64.getMimeDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            throw node.error(segment, "not base64: " + e.getMessage());
        }
    }

    private static Double decimal(ProtoNode node, String segment, @Nullable Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        try {
            return Double.valueOf(text(node, segment, value));
        } catch (NumberFormatException e) {
            throw node.error(segment, shown(value) + " (accepted: a number)");
        }
    }

    private static Integer enumeration(ProtoNode node, String segment, EnumType type, @Nullable Object value) {
        Integer number = value instanceof String name ? type.byName().get(name) : null;
        if (number == null && value instanceof Integer given && type.byNumber().containsKey(given)) {
            number = given;
        }
        if (number == null) {
            throw node.error(
                    segment,
                    shown(value) + " (accepted: "
                            + String.join(", ", type.byName().keySet()) + ")");
        }
        return number;
    }

    private static Long integer(ProtoNode node, String segment, @Nullable Object value, long least, long most) {
        BigInteger number = whole(node, segment, value);
        if (number.compareTo(BigInteger.valueOf(least)) < 0 || number.compareTo(BigInteger.valueOf(most)) > 0) {
            throw node.error(segment, shown(value) + " (accepted: " + least + " to " + most + ")");
        }
        return number.longValue();
    }

    private static Long unsignedLong(ProtoNode node, String segment, @Nullable Object value) {
        BigInteger number = whole(node, segment, value);
        if (number.signum() < 0 || number.compareTo(MAX_UINT64) > 0) {
            throw node.error(segment, shown(value) + " (accepted: 0 to " + MAX_UINT64 + ")");
        }
        return number.longValue();
    }

    private static BigInteger whole(ProtoNode node, String segment, @Nullable Object value) {
        try {
            return switch (value) {
                case Integer number -> BigInteger.valueOf(number);
                case Long number -> BigInteger.valueOf(number);
                case BigInteger number -> number;
                case Double number -> BigDecimal.valueOf(number).toBigIntegerExact();
                case String text when text.length() <= 20 -> new BigDecimal(text).toBigIntegerExact();
                case null, default -> throw node.error(segment, shown(value) + " (accepted: a whole number)");
            };
        } catch (ArithmeticException | NumberFormatException e) {
            throw node.error(segment, shown(value) + " (accepted: a whole number)");
        }
    }

    static String shown(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> '"' + (text.length() > 80 ? text.substring(0, 80) + "…" : text) + '"';
            case Map<?, ?> map -> "a map of " + map.size();
            case List<?> list -> "a list of " + list.size();
            case Object other -> other.toString();
        };
    }
}
