package dev.lateen.istiod.translate.view;

import dev.lateen.api.xds.NodeMetadata;
import dev.lateen.istiod.model.ProxyNode;

/** Which proxy asks; it is never sent what it would reject. */
public enum ClientKind {
    /** Envoy as its project builds it: knows none of Istio's filters. */
    STOCK_ENVOY,
    /** Istio's build of Envoy. */
    ISTIO_ENVOY,
    /** Our own. */
    LATEEN;

    static ClientKind of(ProxyNode node) {
        if (node.agent().name().equals(NodeMetadata.LATEEN_USER_AGENT)) {
            return LATEEN;
        }
        return node.knowsIstioFilters() ? ISTIO_ENVOY : STOCK_ENVOY;
    }

    /** Whether it has the filters that only Istio's build of Envoy and this proxy have. */
    public boolean knowsIstioFilters() {
        return this != STOCK_ENVOY;
    }
}
