package dev.lateen.istiod.translate;

import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The route configurations of a proxy. */
final class RouteTranslator {
    private final ProxyView view;

    RouteTranslator(ProxyView view) {
        this.view = view;
    }

    Set<String> names() {
        return view.gateway() ? new GatewayRoutes(view).names() : new SidecarRoutes(view).names();
    }

    @Nullable
    XdsResource named(String name) {
        RouteConfiguration configuration = view.gateway()
                ? new GatewayRoutes(view).configuration(name)
                : new SidecarRoutes(view).configuration(name);
        return configuration == null ? null : Protos.resource(name, configuration);
    }
}
