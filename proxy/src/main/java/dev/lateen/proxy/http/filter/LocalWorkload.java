package dev.lateen.proxy.http.filter;

import java.util.Map;

/**
 * Who we are to peers: the values of the two peer-metadata headers, computed once from the node.
 *
 * @param nodeId value of {@code x-envoy-peer-metadata-id}
 * @param header value of {@code x-envoy-peer-metadata}; empty when we have nothing to say
 */
public record LocalWorkload(String nodeId, String header) {
    /** Says nothing to peers. */
    public static final LocalWorkload NONE = new LocalWorkload("", "");

    /** @param metadata of the node, as in the bootstrap: NAME, NAMESPACE, WORKLOAD_NAME, OWNER, CLUSTER_ID, LABELS */
    public static LocalWorkload of(String nodeId, Map<String, ?> metadata) {
        return new LocalWorkload(nodeId, PeerMetadataHeader.encode(metadata));
    }
}
