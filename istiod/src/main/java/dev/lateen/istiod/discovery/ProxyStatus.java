package dev.lateen.istiod.discovery;

import dev.lateen.istiod.model.ProxyNode;
import java.time.Instant;
import java.util.List;

/**
 * One connected proxy as it stands.
 *
 * @param connectionId names the stream, {@code NODE-NUMBER} as Istio writes it
 * @param node who it is
 * @param peerAddress where it calls from
 * @param connectedAt when the stream began
 * @param delta whether it speaks the delta variant
 * @param settledVersion the newest snapshot of which it has everything and has answered to everything; -1 before the first
 * @param types each type it asked for, in push order
 */
public record ProxyStatus(
        String connectionId,
        ProxyNode node,
        String peerAddress,
        Instant connectedAt,
        boolean delta,
        long settledVersion,
        List<TypeStatus> types) {

    /** Istio's id of a proxy: {@code POD.NAMESPACE}. */
    public String proxyId() {
        return node.name() + "." + node.namespace();
    }
}
