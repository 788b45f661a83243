package dev.lateen.proxy.xds.proto;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code google.protobuf.Struct} as plain maps, lists, strings, doubles and booleans. */
public final class Structs {
    private Structs() {}

    /** A {@code google.protobuf.Struct} as texts, numbers, booleans, lists and maps. */
    public static Map<String, Object> toMap(ProtoNode struct) {
        Map<String, Object> map = new LinkedHashMap<>();
        struct.map("fields").forEach((key, value) -> {
            Object plain = toPlain(value);
            if (plain != null) {
                map.put(key, plain);
            }
        });
        return map;
    }

    /** The text at a path of keys, or empty. */
    public static String text(Map<String, Object> map, String... path) {
        Object at = map;
        for (String key : path) {
            at = at instanceof Map<?, ?> inner ? inner.get(key) : null;
        }
        return at instanceof String text ? text : "";
    }

    private static @Nullable Object toPlain(ProtoNode value) {
        if (value.has("string_value")) {
            return value.text("string_value");
        }
        if (value.has("number_value")) {
            return value.decimal("number_value");
        }
        if (value.has("bool_value")) {
            return value.flag("bool_value");
        }
        ProtoNode struct = value.message("struct_value");
        if (struct != null) {
            return toMap(struct);
        }
        ProtoNode list = value.message("list_value");
        if (list != null) {
            List<Object> plain = new ArrayList<>();
            for (ProtoNode item : list.messages("values")) {
                Object one = toPlain(item);
                if (one != null) {
                    plain.add(one);
                }
            }
            return plain;
        }
        return null;
    }
}
