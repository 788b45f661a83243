package dev.lateen.proxy.admin;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code /config_dump} request asks for: {@code resource} one repeated field of a section, {@code mask} only some fields of what is shown,
 * {@code name_regex} only resources whose whole name matches.
 */
public final class ConfigDumpQuery {
    private static final String ADMIN = "type.googleapis.com/envoy.admin.v3.";

    /** The sections' repeated fields and the messages in them. */
    private static final Map<String, String> ELEMENTS = Map.ofEntries(
            Map.entry("static_clusters", "ClustersConfigDump.StaticCluster"),
            Map.entry("dynamic_active_clusters", "ClustersConfigDump.DynamicCluster"),
            Map.entry("dynamic_warming_clusters", "ClustersConfigDump.DynamicCluster"),
            Map.entry("static_endpoint_configs", "EndpointsConfigDump.StaticEndpointConfig"),
            Map.entry("dynamic_endpoint_configs", "EndpointsConfigDump.DynamicEndpointConfig"),
            Map.entry("static_listeners", "ListenersConfigDump.StaticListener"),
            Map.entry("dynamic_listeners", "ListenersConfigDump.DynamicListener"),
            Map.entry("inline_scoped_route_configs", "ScopedRoutesConfigDump.InlineScopedRouteConfigs"),
            Map.entry("dynamic_scoped_route_configs", "ScopedRoutesConfigDump.DynamicScopedRouteConfigs"),
            Map.entry("static_route_configs", "RoutesConfigDump.StaticRouteConfig"),
            Map.entry("dynamic_route_configs", "RoutesConfigDump.DynamicRouteConfig"),
            Map.entry("static_secrets", "SecretsConfigDump.StaticSecret"),
            Map.entry("dynamic_active_secrets", "SecretsConfigDump.DynamicSecret"),
            Map.entry("dynamic_warming_secrets", "SecretsConfigDump.DynamicSecret"));

    private static final Set<String> SINGLE = Set.of("bootstrap", "last_updated", "version_info");

    private final @Nullable String resource;
    private final List<String> mask;
    private final @Nullable Pattern name;
    private final boolean withEndpoints;

    /** @throws IllegalArgumentException for an expression that is none */
    public ConfigDumpQuery(Map<String, String> query) {
        this.resource = query.get("resource");
        this.mask = query.containsKey("mask") ? List.of(query.get("mask").split(",", -1)) : List.of();
        this.withEndpoints = query.containsKey("include_eds")
                || "static_endpoint_configs".equals(resource)
                || "dynamic_endpoint_configs".equals(resource);
        try {
            this.name = query.containsKey("name_regex") ? Pattern.compile(query.get("name_regex")) : null;
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "Error while parsing name_regex from " + query.get("name_regex") + ": " + e.getMessage(), e);
        }
    }

    /**
     * The answer.
     *
     * @throws NoSuchElementException for a resource that no section has
     * @throws IllegalArgumentException for a resource that is no list
     */
    public Map<String, Object> answer(ConfigDump dump) {
        List<?> configs = resource == null
                ? dump.sections(withEndpoints).stream()
                        .map(section -> masked(named(section)))
                        .toList()
                : elements(dump, resource);
        return configs.isEmpty() ? Map.of() : Map.of("configs", configs);
    }

    private List<?> elements(ConfigDump dump, String field) {
        String element = ELEMENTS.get(field);
        if (element == null) {
            throw SINGLE.contains(field)
                    ? new IllegalArgumentException(
                            field + " is not a repeated field. Use ?mask=" + field + " to get only this field")
                    : new NoSuchElementException(field + " not found in config dump");
        }
        for (Map<String, Object> section : dump.sections(withEndpoints)) {
            if (named(section).get(field) instanceof List<?> items) {
                return new LazyList<>(items, item -> typed(element, (Map<?, ?>) item));
            }
        }
        return List.of();
    }

    private Map<String, Object> typed(String element, Map<?, ?> item) {
        Map<String, Object> typed = new LinkedHashMap<>();
        typed.put("@type", ADMIN + element);
        Map<?, ?> shown = mask.isEmpty() ? item : only(item, mask);
        shown.forEach((key, value) -> typed.put(String.valueOf(key), value));
        return typed;
    }

    private Map<String, Object> named(Map<String, Object> section) {
        if (name == null) {
            return section;
        }
        Map<String, Object> kept = new LinkedHashMap<>();
        section.forEach((field, value) -> {
            if (!ELEMENTS.containsKey(field)) {
                kept.put(field, value);
                return;
            }
            List<?> matching = matching(value, name);
            if (!matching.isEmpty()) {
                kept.put(field, matching);
            }
        });
        return kept;
    }

    /** Items are made twice, for their names and to be shown, and none is kept. */
    @SuppressWarnings("unchecked") // keys of JSON objects are texts
    private static List<?> matching(@Nullable Object list, Pattern name) {
        if (!(list instanceof List<?> items)) {
            return List.of();
        }
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            if (name.matches(nameOf((Map<String, Object>) items.get(i)))) {
                places.add(i);
            }
        }
        return new LazyList<Integer, Object>(places, items::get);
    }

    private static String nameOf(Map<String, Object> item) {
        if (item.get("name") instanceof String own) {
            return own;
        }
        for (Object part : item.values()) {
            if (part instanceof Map<?, ?> inner && inner.containsKey("@type")) {
                Object name = inner.containsKey("cluster_name") ? inner.get("cluster_name") : inner.get("name");
                return name == null ? "" : name.toString();
            }
        }
        return "";
    }

    private Map<String, Object> masked(Map<String, Object> json) {
        return mask.isEmpty() ? json : only(json, mask);
    }

    /** Types stay, whatever the mask says: a message without one can't be read. */
    private static Map<String, Object> only(Map<?, ?> json, List<String> paths) {
        Map<String, Object> kept = new LinkedHashMap<>();
        json.forEach((key, value) -> {
            String field = String.valueOf(key);
            if (field.equals("@type") || paths.contains(field)) {
                kept.put(field, value);
                return;
            }
            List<String> below = paths.stream()
                    .filter(path -> path.startsWith(field + "."))
                    .map(path -> path.substring(field.length() + 1))
                    .toList();
            if (!below.isEmpty() && value instanceof Map<?, ?> inner) {
                kept.put(field, only(inner, below));
            }
        });
        return kept;
    }
}
