package dev.lateen.proxy.xds;

import dev.lateen.proxy.model.Cluster.DestinationService;
import dev.lateen.proxy.model.Provenance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What Istio writes into {@code envoy.config.core.v3.Metadata}. */
final class IstioMetadata {
    private IstioMetadata() {}

    static Provenance provenance(@Nullable ProtoNode metadata) {
        String config = Structs.text(filter(metadata, "istio"), "config");
        return config.isEmpty() ? Provenance.NONE : new Provenance(config);
    }

    static List<DestinationService> services(@Nullable ProtoNode metadata) {
        List<DestinationService> services = new ArrayList<>();
        if (filter(metadata, "istio").get("services") instanceof List<?> entries) {
            for (Object entry : entries) {
                if (entry instanceof Map<?, ?> map) {
                    services.add(new DestinationService(text(map, "host"), text(map, "name"), text(map, "namespace")));
                }
            }
        }
        return services;
    }

    static String workload(@Nullable ProtoNode metadata) {
        return Structs.text(filter(metadata, "istio"), "workload");
    }

    /** {@code envoy.transport_socket_match}: only texts and booleans are compared. */
    static Map<String, String> transportLabels(@Nullable ProtoNode metadata) {
        return labels(filter(metadata, "envoy.transport_socket_match"));
    }

    static Map<String, String> labels(Map<String, Object> struct) {
        Map<String, String> labels = new LinkedHashMap<>();
        struct.forEach((key, value) -> labels.put(key, String.valueOf(value)));
        return labels;
    }

    private static Map<String, Object> filter(@Nullable ProtoNode metadata, String name) {
        if (metadata == null) {
            return Map.of();
        }
        metadata.ignoring("typed_filter_metadata");
        ProtoNode struct = metadata.map("filter_metadata").get(name);
        return struct == null ? Map.of() : Structs.toMap(struct);
    }

    private static String text(Map<?, ?> map, String key) {
        return map.get(key) instanceof String text ? text : "";
    }
}
