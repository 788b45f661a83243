package dev.lateen.istiod.translate.listener;

import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.resource.XdsResource;
import dev.lateen.istiod.translate.view.InboundPort;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.ArrayList;
import java.util.List;

/** All listeners of a proxy. */
public final class ListenerTranslator {
    private final ProxyView view;

    /** @param view of the proxy whose listeners are wanted */
    public ListenerTranslator(ProxyView view) {
        this.view = view;
    }

    /** All listeners of the proxy. */
    public List<XdsResource> all() {
        List<Listener> listeners = new ArrayList<>();
        if (view.gateway()) {
            listeners.addAll(new GatewayListeners(view).listeners());
        } else {
            listeners.addAll(new OutboundListeners(view).listeners());
            listeners.addAll(new InboundListeners(view).listeners(InboundPort.of(view)));
        }
        return listeners.stream().map(l -> Protos.resource(l.getName(), l)).toList();
    }
}
