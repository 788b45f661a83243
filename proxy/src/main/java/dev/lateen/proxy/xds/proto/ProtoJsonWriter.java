package dev.lateen.proxy.xds.proto;

import com.google.protobuf.ByteString;
import dev.lateen.proxy.xds.proto.ProtoSchema.Field;
import dev.lateen.proxy.xds.proto.ProtoSchema.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Protobuf's JSON of a tree, with the proto's own field names and without defaults, as Envoy's admin interface writes it: plain maps, lists,
 * texts, numbers and booleans. What Envoy marks as sensitive is {@code [redacted]}.
 */
public final class ProtoJsonWriter {
    private static final String REDACTED = "[redacted]";
    private static final String TLS = "envoy.extensions.transport_sockets.tls.v3.";

    /** Fields with Envoy's annotation {@code sensitive}, of the messages in our schema. */
    private static final Set<String> SENSITIVE = Set.of(
            TLS + "TlsCertificate.private_key",
            TLS + "TlsCertificate.password",
            TLS + "TlsCertificate.pkcs12",
            TLS + "PrivateKeyProvider.typed_config",
            TLS + "TlsSessionTicketKeys.keys",
            TLS + "GenericSecret.secret",
            TLS + "GenericSecret.secrets");

    private ProtoJsonWriter() {}

    /** A resource as it stands in an Any. */
    public static Map<String, Object> typed(String typeUrl, ProtoNode node) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("@type", typeUrl);
        json.putAll(fields(node, false));
        return json;
    }

    /** A message without a JSON form of its own. */
    public static Map<String, Object> write(ProtoNode node) {
        return fields(node, false);
    }

    private static Map<String, Object> fields(ProtoNode node, boolean redact) {
        Map<String, Object> json = new LinkedHashMap<>();
        for (Field field : node.type().fields) {
            Object value = node.raw(field);
            if (value != null && !isDefault(field, value)) {
                boolean hidden = redact || SENSITIVE.contains(node.type().fullName + "." + field.name());
                json.put(field.name(), value(field, value, hidden));
            }
        }
        return json;
    }

    private static boolean isDefault(Field field, Object value) {
        return switch (value) {
            case List<?> list -> list.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            case ProtoNode _ -> false;
            case String text -> text.isEmpty() && field.oneof().isEmpty();
            case ByteString bytes -> bytes.isEmpty() && field.oneof().isEmpty();
            case Boolean flag -> !flag && field.oneof().isEmpty();
            case Number number -> number.doubleValue() == 0 && field.oneof().isEmpty();
            default -> false;
        };
    }

    private static Object value(Field field, Object value, boolean redact) {
        return switch (value) {
            case List<?> list ->
                list.stream().map(item -> one(field, item, redact)).toList();
            case Map<?, ?> map -> {
                Map<String, Object> json = new LinkedHashMap<>();
                map.forEach((key, item) -> json.put(String.valueOf(key), one(field, item, redact)));
                yield json;
            }
            default -> one(field, value, redact);
        };
    }

    private static Object one(Field field, Object value, boolean redact) {
        return switch (value) {
            case ProtoNode node -> message(node, redact);
            case String text -> redact ? REDACTED : text;
            case ByteString bytes -> base64(redact ? REDACTED.getBytes(StandardCharsets.UTF_8) : bytes.toByteArray());
            case Number number when field.kind() == Kind.ENUM -> enumeration(field, number.intValue());
            case Number number -> number(field.kind(), number);
            default -> value;
        };
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static Object enumeration(Field field, int number) {
        String name = ProtoSchema.ENVOY.enumeration(field.typeName()).byNumber().get(number);
        return name == null ? number : name;
    }

    private static Object number(Kind kind, Number number) {
        return switch (kind) {
            case INT64, SINT64 -> Long.toString(number.longValue());
            case UINT64, FIXED64 -> Long.toUnsignedString(number.longValue());
            // The shortest text that reads back as the same float, not the double's digits.
            case FLOAT -> plain(Double.parseDouble(Float.toString(number.floatValue())));
            case DOUBLE -> plain(number.doubleValue());
            case INT32, UINT32, FIXED32, SINT32 -> number.longValue();
            case STRING, BYTES, BOOL, ENUM, MESSAGE -> number;
        };
    }

    private static Object plain(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Double.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
        }
        return value == Math.rint(value) && Math.abs(value) < 1L << 53 ? (Object) (long) value : value;
    }

    private static Object message(ProtoNode node, boolean redact) {
        return switch (node.type().fullName) {
            case "google.protobuf.Any" -> any(node, redact);
            case "google.protobuf.Duration" -> seconds(node.number("seconds"), node.number("nanos")) + "s";
            case "google.protobuf.Timestamp" ->
                Instant.ofEpochSecond(node.number("seconds"), node.number("nanos"))
                        .toString();
            case "google.protobuf.Struct" -> numbers(Structs.toMap(node));
            case "google.protobuf.BoolValue",
                    "google.protobuf.UInt32Value",
                    "google.protobuf.UInt64Value",
                    "google.protobuf.Int32Value",
                    "google.protobuf.Int64Value",
                    "google.protobuf.FloatValue",
                    "google.protobuf.DoubleValue",
                    "google.protobuf.StringValue",
                    "google.protobuf.BytesValue" -> wrapped(node, redact);
            default -> fields(node, redact);
        };
    }

    private static Object wrapped(ProtoNode node, boolean redact) {
        Field field = node.type().fields.getFirst();
        Object value = node.raw(field);
        if (value != null) {
            return one(field, value, redact);
        }
        return switch (field.kind()) {
            case BOOL -> false;
            case STRING, BYTES -> "";
            case INT64, UINT64, FIXED64, SINT64 -> "0";
            case INT32, UINT32, FLOAT, DOUBLE, ENUM, MESSAGE, FIXED32, SINT32 -> 0L;
        };
    }

    private static Object any(ProtoNode node, boolean redact) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("@type", node.text("type_url"));
        ProtoNode content = AnyMessages.content(node);
        if (content == null) {
            Map<String, Object> unread = node.unreadJson();
            if (unread == null) {
                json.put("value", base64(node.bytes("value").toByteArray()));
            } else {
                json.putAll(unread);
            }
            return json;
        }
        Object written = message(content, redact);
        if (written instanceof Map<?, ?> map && !content.type().fullName.equals("google.protobuf.Struct")) {
            map.forEach((key, item) -> json.put(String.valueOf(key), item));
        } else {
            json.put("value", written);
        }
        return json;
    }

    /** Protobuf writes none, three, six or nine digits of a second. */
    private static String seconds(long seconds, long nanos) {
        if (nanos == 0) {
            return Long.toString(seconds);
        }
        String sign = seconds < 0 || nanos < 0 ? "-" : "";
        String digits = String.format(java.util.Locale.ROOT, "%09d", Math.abs(nanos));
        String shortened = digits.endsWith("000000")
                ? digits.substring(0, 3)
                : digits.endsWith("000") ? digits.substring(0, 6) : digits;
        return sign + Math.abs(seconds) + "." + shortened;
    }

    /** A Struct's numbers are doubles; JSON writes whole ones without a point. */
    private static Object numbers(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> json = new LinkedHashMap<>();
                map.forEach((key, item) -> json.put(String.valueOf(key), numbers(item)));
                yield json;
            }
            case List<?> list -> {
                List<Object> json = new ArrayList<>();
                list.forEach(item -> json.add(numbers(item)));
                yield json;
            }
            case Double number -> plain(number);
            case null -> "";
            default -> value;
        };
    }
}
