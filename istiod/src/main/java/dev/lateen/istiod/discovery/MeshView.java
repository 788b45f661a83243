package dev.lateen.istiod.discovery;

import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.translate.Translation;

/** One snapshot of the mesh as discovery sees it: a version, and an answer for each proxy. Immutable; safe from any thread. */
public interface MeshView {

    /** Counts up with each snapshot that is put in force. */
    long version();

    /** What this snapshot means for a proxy; cheap, since the work is done when resources are asked for. */
    Translation translate(ProxyNode node);

    /** Whether the config knows a workload at the proxy's address. */
    default boolean knows(ProxyNode node) {
        return true;
    }
}
