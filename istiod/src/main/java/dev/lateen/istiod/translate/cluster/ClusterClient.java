package dev.lateen.istiod.translate.cluster;

import dev.lateen.istiod.translate.view.ClientKind;
import dev.lateen.istiod.translate.view.ProxyView;

/**
 * What of a proxy shows in the clusters that it is told.
 *
 * @param kind what it understands
 * @param gateway whether it is one
 * @param withoutInterception whether nothing redirects connections to it
 * @param passesThroughByName whether it passes the mesh's TLS on by name
 */
record ClusterClient(ClientKind kind, boolean gateway, boolean withoutInterception, boolean passesThroughByName) {
    static ClusterClient of(ProxyView view) {
        return new ClusterClient(view.client(), view.gateway(), view.withoutInterception(), view.passesThroughByName());
    }
}
