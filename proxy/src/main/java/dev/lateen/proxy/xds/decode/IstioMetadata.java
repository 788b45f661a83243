package dev.lateen.proxy.xds.decode;

import dev.lateen.api.xds.WellKnown;
import dev.lateen.proxy.model.Cluster.DestinationService;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.xds.proto.ProtoNode;
import dev.lateen.proxy.xds.proto.Structs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What Istio writes into {@code envoy.config.core.v3.Metadata}. */
final class IstioMetadata {
    private static final String FIELD = WellKnown.FIELD_METADATA;

    private IstioMetadata() {}

    static Provenance provenance(@Nullable ProtoNode metadata) {
        String config = Structs.text(filter(metadata, "istio"), "config");
        String field = config.isEmpty() ? "" : Structs.text(filter(metadata, WellKnown.LATEEN_METADATA), FIELD);
        return config.isEmpty() ? Provenance.NONE : new Provenance(config, field);
    }

    /** Who says how a filter chain's connections are secured; only Lateen's istiod tells. */
    static Provenance security(@Nullable ProtoNode metadata) {
        return filter(metadata, WellKnown.LATEEN_METADATA).get(WellKnown.SECURITY_METADATA) instanceof Map<?, ?> told
                ? new Provenance(text(told, WellKnown.CONFIG_METADATA), text(told, FIELD))
                : Provenance.NONE;
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
