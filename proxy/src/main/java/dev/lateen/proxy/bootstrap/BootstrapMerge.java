package dev.lateen.proxy.bootstrap;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One bootstrap over another, as protobuf merges messages and Envoy therefore {@code --config-yaml}: messages field by field, lists one behind the other, anything
 * else replaced. Pure.
 */
final class BootstrapMerge {
    /** A struct is a map of values, and of a map's entries the later one counts as a whole. */
    private static final Set<String> STRUCTS = Set.of("metadata");

    private BootstrapMerge() {}

    /** Both as trees of maps, lists and scalars; neither is changed. */
    static Map<String, Object> merged(Map<String, Object> under, Map<String, Object> over) {
        Map<String, Object> all = new LinkedHashMap<>();
        under.forEach((name, value) -> all.put(protoName(name), value));
        over.forEach((name, value) -> {
            String field = protoName(name);
            if (value != null) {
                all.put(field, all.get(field) == null ? value : merged(field, all.get(field), value));
            }
        });
        return all;
    }

    @SuppressWarnings("unchecked") // keys of a tree are texts
    private static Object merged(String field, Object under, Object over) {
        if (under instanceof Map<?, ?> before && over instanceof Map<?, ?> after) {
            // An Any is a name and bytes: the bytes are replaced.
            if (after.containsKey("@type")) {
                return over;
            }
            if (STRUCTS.contains(field)) {
                Map<Object, Object> entries = new LinkedHashMap<>(before);
                entries.putAll(after);
                return entries;
            }
            return merged((Map<String, Object>) before, (Map<String, Object>) after);
        }
        if (under instanceof List<?> before && over instanceof List<?> after) {
            List<Object> items = new ArrayList<>(before);
            items.addAll(after);
            return items;
        }
        return over;
    }

    /** JSON may write a field as {@code nodeId} that the proto calls {@code node_id}. */
    private static String protoName(String name) {
        StringBuilder proto = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                proto.append('_').append((char) (c + 'a' - 'A'));
            } else {
                proto.append(c);
            }
        }
        return proto.toString();
    }
}
