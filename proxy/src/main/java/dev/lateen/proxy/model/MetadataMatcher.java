package dev.lateen.proxy.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A condition on dynamic metadata, such as the claims of a token: {@code envoy.type.matcher.v3.MetadataMatcher}.
 *
 * @param filter the namespace, such as {@code envoy.filters.http.jwt_authn}
 * @param path keys from the outermost map inwards
 * @param invert whether the outcome is turned round; what is not there then matches
 */
public record MetadataMatcher(String filter, List<String> path, ValueMatcher value, boolean invert) {
    public MetadataMatcher {
        path = List.copyOf(path);
    }

    /** @param metadata by namespace; values as {@link ValueMatcher} knows them */
    public boolean matches(Map<String, ?> metadata) {
        return value.matches(find(metadata)) != invert;
    }

    /** What stands there, or null. */
    public @Nullable Object find(Map<String, ?> metadata) {
        Object at = metadata.get(filter);
        for (int i = 0; at != null && i < path.size(); i++) {
            at = at instanceof Map<?, ?> map ? map.get(path.get(i)) : null;
        }
        return at;
    }
}
