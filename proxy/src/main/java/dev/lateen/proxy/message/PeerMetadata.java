package dev.lateen.proxy.message;

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
 */
public record PeerMetadata(
        String workload,
        String namespace,
        String cluster,
        String canonicalService,
        String canonicalRevision,
        String app,
        String version) {
    /** Nothing known: every field is {@code unknown}, as Istio reports it. */
    public static final PeerMetadata UNKNOWN =
            new PeerMetadata("unknown", "unknown", "unknown", "unknown", "unknown", "unknown", "unknown");

    /** Characters of a text that are kept: more than the 253 that Kubernetes allows for any of them. */
    public static final int MOST = 256;

    public PeerMetadata {
        workload = bounded(workload);
        namespace = bounded(namespace);
        cluster = bounded(cluster);
        canonicalService = bounded(canonicalService);
        canonicalRevision = bounded(canonicalRevision);
        app = bounded(app);
        version = bounded(version);
    }

    /** A text of a peer, cut to {@link #MOST} characters with three dots at its end: what peers say is remembered for as long as the process lives. */
    public static String bounded(String text) {
        return text.length() <= MOST ? text : text.substring(0, MOST - 3) + "...";
    }

    /** The same in that namespace. */
    public PeerMetadata in(String other) {
        return other.equals(namespace)
                ? this
                : new PeerMetadata(workload, other, cluster, canonicalService, canonicalRevision, app, version);
    }

    /** Whether the workload is known at all. */
    public boolean known() {
        return !workload.equals(UNKNOWN.workload);
    }
}
