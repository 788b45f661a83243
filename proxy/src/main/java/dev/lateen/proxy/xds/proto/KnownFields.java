package dev.lateen.proxy.xds.proto;

import dev.lateen.proxy.xds.proto.ProtoSchema.Field;
import dev.lateen.proxy.xds.proto.ProtoSchema.MessageType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Leaves fields out of a JSON tree that its message type does not have, and names them: Envoy's {@code --allow-unknown-static-fields}. Pure. */
public final class KnownFields {
    private static final String WELL_KNOWN = "google.protobuf.";
    private static final String TYPE = "@type";

    private final List<String> unknown;

    private KnownFields(List<String> unknown) {
        this.unknown = unknown;
    }

    /**
     * The tree without what is unknown.
     *
     * @param unknown is added the paths of what was left out
     */
    public static Map<String, Object> of(String message, Map<String, Object> json, List<String> unknown) {
        return new KnownFields(unknown).message(ProtoSchema.ENVOY.message(message), json, "");
    }

    private Map<String, Object> message(MessageType type, Map<?, ?> json, String path) {
        Map<String, Object> known = new LinkedHashMap<>();
        json.forEach((key, value) -> {
            String name = String.valueOf(key);
            String at = path.isEmpty() ? name : path + "." + name;
            Field field = type.byName(name);
            if (field != null) {
                known.put(name, value(field, (Object) value, at));
            } else if (name.equals(TYPE)) {
                known.put(name, value);
            } else {
                unknown.add(at + " (unknown)");
            }
        });
        return known;
    }

    private @Nullable Object value(Field field, @Nullable Object value, String path) {
        if (field.kind() != ProtoSchema.Kind.MESSAGE) {
            return value;
        }
        if (field.map() && value instanceof Map<?, ?> entries) {
            Map<String, Object> known = new LinkedHashMap<>();
            entries.forEach((key, entry) ->
                    known.put(String.valueOf(key), single(field, (Object) entry, path + "[\"" + key + "\"]")));
            return known;
        }
        if (value instanceof List<?> items) {
            return java.util.stream.IntStream.range(0, items.size())
                    .mapToObj(i -> single(field, items.get(i), path + "[" + i + "]"))
                    .toList();
        }
        return single(field, value, path);
    }

    private @Nullable Object single(Field field, @Nullable Object value, String path) {
        if (!(value instanceof Map<?, ?> json)) {
            return value;
        }
        String type = field.typeName();
        if (type.equals("google.protobuf.Any") && json.get(TYPE) instanceof String url) {
            type = url.substring(url.lastIndexOf('/') + 1);
        }
        MessageType message = type.startsWith(WELL_KNOWN) ? null : ProtoSchema.ENVOY.find(type);
        return message == null ? value : message(message, json, path);
    }
}
