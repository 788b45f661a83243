package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.message.PeerStruct;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.HttpFilterConfig.PeerMetadataExchange;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.filters.http.peer_metadata}: reads who the peer is from its headers and takes them away, and tells the other side who we
 * are.
 */
final class PeerMetadataFilter implements HttpFilter {
    private static final String PASSTHROUGH = "PassthroughCluster";

    private final PeerMetadataExchange config;
    private final LocalWorkload local;
    private final PeerMemory memory;

    PeerMetadataFilter(PeerMetadataExchange config, LocalWorkload local, PeerMemory memory) {
        this.config = config;
        this.local = local;
        this.memory = memory;
    }

    @Override
    public FilterVerdict onRequest(ExchangeFacts exchange, FilterContext context) {
        HeaderMap headers = exchange.request().headers();
        if (config.downstreamDiscovery()) {
            PeerMetadata peer = take(headers);
            if (peer != null) {
                exchange.downstreamPeer(peer);
            }
        }
        if (config.upstreamPropagation() && !isExternal(exchange.cluster())) {
            tell(headers);
        }
        return FilterVerdict.CONTINUE;
    }

    @Override
    public void onResponse(ExchangeFacts exchange) {
        ResponseHead response = exchange.response();
        if (response == null) {
            return;
        }
        if (config.upstreamDiscovery()) {
            PeerMetadata peer = take(response.headers());
            if (peer != null) {
                exchange.upstreamPeer(peer);
            }
        }
        // Only a peer that told us who it is gets to know who we are.
        if (config.downstreamPropagation() && exchange.downstreamPeer().known()) {
            tell(response.headers());
        }
    }

    private boolean isExternal(@Nullable Cluster cluster) {
        return config.skipExternalClusters()
                && cluster != null
                && cluster.name().equals(PASSTHROUGH);
    }

    private void tell(HeaderMap headers) {
        if (!local.header().isEmpty()) {
            headers.set(PeerStruct.ID, local.nodeId());
            headers.set(PeerStruct.METADATA, local.header());
        }
    }

    private @Nullable PeerMetadata take(HeaderMap headers) {
        String header = headers.getString(PeerStruct.METADATA);
        headers.remove(PeerStruct.ID);
        if (header == null) {
            return null;
        }
        headers.remove(PeerStruct.METADATA);
        return memory.peer(header);
    }
}
