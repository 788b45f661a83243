package dev.lateen.istiod.model;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who a connected proxy says it is: the {@code Node} of its first discovery request, without protobuf.
 *
 * @param id the node id as sent, {@code sidecar~10.0.0.1~reviews-v1-abc.default~default.svc.cluster.local}
 * @param role what its first part says
 * @param address its IP, the second part
 * @param name the pod, from metadata {@code NAME} or the third part
 * @param namespace the namespace, from metadata {@code NAMESPACE} or the third part
 * @param dnsDomain the last part, {@code default.svc.cluster.local}
 * @param cluster the service cluster, {@code reviews.default}; may be empty
 * @param locality region, zone and sub-zone
 * @param agent what it is built of
 * @param metadata the node's metadata: text, numbers ({@link Double}), booleans, lists and maps
 */
public record ProxyNode(
        String id,
        Role role,
        String address,
        String name,
        String namespace,
        String dnsDomain,
        String cluster,
        Locality locality,
        Agent agent,
        Map<String, Object> metadata) {

    /**
     * What a proxy is built of.
     *
     * @param name {@code envoy}, {@code lateen}, {@code gRPC Go}...; may be empty
     * @param extensions names of the extensions it was built with; empty if it did not say
     */
    public record Agent(String name, Set<String> extensions) {
        /** One that does not say with what it was built. */
        public static Agent of(String name) {
            return new Agent(name, Set.of());
        }
    }

    /** What a proxy is for. */
    public enum Role {
        /** Beside a workload ({@code sidecar~}). */
        SIDECAR,
        /** A gateway ({@code router~}). */
        ROUTER
    }

    /** Where a proxy runs; parts that are not known are empty. */
    public record Locality(String region, String zone, String subZone) {
        /** Nothing known. */
        public static final Locality UNKNOWN = new Locality("", "", "");

        /** Reads {@code region/zone/subzone}, of which the last parts may be missing. */
        public static Locality parse(String text) {
            String[] parts = text.split("/", 3);
            return new Locality(parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
        }
    }

    /** A metadata entry that is text, or null. */
    public @Nullable String text(String key) {
        return metadata.get(key) instanceof String text ? text : null;
    }

    /** The service account ({@code SERVICE_ACCOUNT}); {@code default} if it did not say. */
    public String serviceAccount() {
        String account = text("SERVICE_ACCOUNT");
        return account == null || account.isEmpty() ? "default" : account;
    }

    /** The workload's labels ({@code LABELS}). */
    public Map<String, String> labels() {
        if (!(metadata.get("LABELS") instanceof Map<?, ?> labels)) {
            return Map.of();
        }
        return labels.entrySet().stream()
                .filter(e -> e.getValue() instanceof String)
                .collect(Collectors.toUnmodifiableMap(e -> String.valueOf(e.getKey()), e -> (String) e.getValue()));
    }

    /** The same node at another place. */
    public ProxyNode at(Locality place) {
        return new ProxyNode(id, role, address, name, namespace, dnsDomain, cluster, place, agent, metadata);
    }

    /** All its addresses ({@code INSTANCE_IPS}), or the one of its id. */
    public List<String> addresses() {
        String all = text("INSTANCE_IPS");
        return all == null || all.isBlank() ? List.of(address) : List.of(all.split(","));
    }

    /** The address its application listens on ({@code LATEEN_APP_ADDRESS}); null in the usual case of one address for both. */
    public @Nullable String applicationAddress() {
        return text("LATEEN_APP_ADDRESS");
    }

    /** The address gateway listeners bind ({@code LATEEN_BIND_ADDRESS}); null means all. */
    public @Nullable String bindAddress() {
        return text("LATEEN_BIND_ADDRESS");
    }

    /** Whether the filters of Istio's build of Envoy may be sent to it. */
    public boolean knowsIstioFilters() {
        return agent.name().equals("lateen") || agent.extensions().stream().anyMatch(e -> e.startsWith("istio."));
    }
}
