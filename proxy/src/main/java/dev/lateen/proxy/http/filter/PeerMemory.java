package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.message.PeerMetadata;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What peers' metadata headers say. Peers send the same header with each request, so what was read is remembered and used for an equal header; one
 * memory for all filters of a proxy, bounded in characters, since a peer may send what it likes. Safe for use by several threads.
 */
final class PeerMemory {
    /** Of a header, in characters; Istio's have some 600. What is longer is not read. */
    static final int MOST_OF_ONE = 8 * 1024;

    /** Of all remembered headers together, in characters; above it everything is forgotten and read anew. */
    static final int MOST = 1024 * 1024;

    private final Map<String, PeerMetadata> remembered = new ConcurrentHashMap<>();
    private final AtomicLong characters = new AtomicLong();

    /** Who sent this header; null when it can't be read. */
    @Nullable
    PeerMetadata peer(String header) {
        PeerMetadata known = remembered.get(header);
        if (known != null) {
            return known;
        }
        PeerMetadata peer = header.length() > MOST_OF_ONE ? null : PeerMetadataHeader.decode(header);
        if (peer != null && remembered.putIfAbsent(header, peer) == null) {
            if (characters.addAndGet(header.length()) > MOST) {
                remembered.clear();
                characters.set(0);
            }
        }
        return peer;
    }

    /** Of the headers that are remembered now. */
    long characters() {
        return remembered.keySet().stream().mapToLong(String::length).sum();
    }
}
