package dev.lateen.proxy.xds.decode;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON of resources, around what a test puts into them. */
final class ResourceJson {
    static final String TYPES = "type.googleapis.com/";
    static final String NETWORK = "envoy.extensions.filters.network.";
    static final String HTTP = "envoy.extensions.filters.http.";
    static final String HCM = NETWORK + "http_connection_manager.v3.HttpConnectionManager";
    static final String ROUTER = "{name: r, typed_config: {'@type': " + TYPES + HTTP + "router.v3.Router}}";

    private ResourceJson() {}

    static Map<String, Object> typed(String type, Map<String, Object> json) {
        return with(json, "@type", TYPES + type);
    }

    static Map<String, Object> named(Map<String, Object> typed) {
        return Map.of("name", "n", "typed_config", typed);
    }

    static Map<String, Object> filter(String type, Map<String, Object> json) {
        return named(typed(type, json));
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    static Map<String, Object> manager(Map<String, Object>... filters) {
        return Map.of("stat_prefix", "s", "route_config", Map.of("name", "r"), "http_filters", List.of(filters));
    }

    static Map<String, Object> with(Map<String, Object> json, String field, Object value) {
        Map<String, Object> copy = new LinkedHashMap<>(json);
        copy.put(field, value);
        return copy;
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    static Map<String, Object> listener(Map<String, Object>... filters) {
        return with(listener("filters: [TCP]"), "filter_chains", List.of(Map.of("filters", List.of(filters))));
    }

    static Map<String, Object> listener(String chain) {
        return FieldSamples.yaml(
                "{name: l, address: {socket_address: {address: 127.0.0.1, port_value: 1}}, filter_chains: [{" + chain
                        + "}]}");
    }
}
