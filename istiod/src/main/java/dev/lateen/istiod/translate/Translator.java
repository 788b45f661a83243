package dev.lateen.istiod.translate;

import dev.lateen.istiod.model.MeshSnapshot;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.translate.cluster.EndpointTranslator;
import dev.lateen.istiod.translate.cluster.ServiceClusters;
import dev.lateen.istiod.translate.resource.Answers;
import dev.lateen.istiod.translate.resource.Interner;
import dev.lateen.istiod.translate.resource.Memo;
import dev.lateen.istiod.translate.resource.XdsResource;
import dev.lateen.istiod.translate.view.ProxyView;
import java.util.List;

/**
 * Turns snapshots into xDS. What is made is remembered by its inputs: a service that did not change is not translated again when another
 * one does, and proxies that may see the same get the same objects. Bounded; safe from any thread.
 */
public final class Translator {
    private final Interner interner = new Interner();
    private final Memo<ServiceClusters.Key, List<XdsResource>> clusters =
            new Memo<>(50_000, key -> interner.each(ServiceClusters.make(key)));
    private final Memo<EndpointTranslator.Request, XdsResource> endpoints =
            new Memo<>(100_000, request -> interner.one(EndpointTranslator.make(request)));
    private volatile Answers current = new Answers();

    /** What one proxy gets of a snapshot; cheap, the work is done when it is asked for. */
    public Translation translate(MeshSnapshot snapshot, ProxyNode node) {
        return new ProxyTranslation(ProxyView.of(snapshot, node), answers(snapshot), clusters, endpoints, interner);
    }

    @SuppressWarnings("ReferenceEquality") // A snapshot is itself and no other.
    private Answers answers(MeshSnapshot snapshot) {
        Answers known = current;
        if (known.snapshot() == snapshot) {
            return known;
        }
        synchronized (this) {
            if (current.snapshot() != snapshot) {
                current = new Answers(snapshot, current);
            }
            return current;
        }
    }
}
