package dev.lateen.proxy.message;

import java.util.Map;

/**
 * Who is at the other end, as Istio's peer-metadata exchange tells it (header {@code x-envoy-peer-metadata}, a base64 protobuf Struct, or
 * an endpoint's {@code istio.workload} metadata).
 *
 * @param workload workload name, such as {@code reviews-v1}
 * @param namespace Kubernetes namespace
 * @param cluster cluster id
 * @param canonicalService label {@code service.istio.io/canonical-name}
 * @param canonicalRevision label {@code service.istio.io/canonical-revision}
 * @param app label {@code app}
 * @param version label {@code version}
 * @param labels all labels that were sent
 */
public record PeerMetadata(
        String workload,
        String namespace,
        String cluster,
        String canonicalService,
        String canonicalRevision,
        String app,
        String version,
        Map<String, String> labels) {
    /** Nothing known: every field is {@code unknown}, as Istio reports it. */
    public static final PeerMetadata UNKNOWN =
            new PeerMetadata("unknown", "unknown", "unknown", "unknown", "unknown", "unknown", "unknown", Map.of());

    public PeerMetadata {
        labels = Map.copyOf(labels);
    }

    /** The same in that namespace. */
    public PeerMetadata in(String other) {
        return other.equals(namespace)
                ? this
                : new PeerMetadata(workload, other, cluster, canonicalService, canonicalRevision, app, version, labels);
    }

    /** Whether the workload is known at all. */
    public boolean known() {
        return !workload.equals(UNKNOWN.workload);
    }
}
