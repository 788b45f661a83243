package dev.lateen.proxy.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A condition on dynamic metadata, such as the claims of a token: {@code envoy.type.matcher.v3.MetadataMatcher}.
 *
 * @param filter the namespace, such as {@code envoy.filters.http.jwt_authn}
 * @param path keys from the outermost map inwards; without any nothing is found, as in Envoy
 * @param invert whether the outcome is turned round; what is not there then matches
 */
public record MetadataMatcher(String filter, List<String> path, ValueMatcher value, boolean invert) {
    public MetadataMatcher {
        path = List.copyOf(path);
    }

    /** @param metadata by namespace */
    public boolean matches(Map<String, StructValue.Struct> metadata) {
        return value.matches(find(metadata)) != invert;
    }

    /** What stands there, or null. */
    public @Nullable StructValue find(Map<String, StructValue.Struct> metadata) {
        return path.isEmpty() ? null : find(metadata, filter, path);
    }

    /** What stands in a namespace under keys from the outermost map inwards, the whole namespace without any; null where nothing does. */
    public static @Nullable StructValue find(
            Map<String, StructValue.Struct> metadata, String namespace, List<String> path) {
        StructValue at = metadata.get(namespace);
        for (int i = 0; at != null && i < path.size(); i++) {
            at = at instanceof StructValue.Struct struct ? struct.fields().get(path.get(i)) : null;
        }
        return at;
    }
}
