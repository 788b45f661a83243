package dev.lateen.proxy.route;

import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.RouteAction.WeightedCluster;
import org.jspecify.annotations.Nullable;

/** How a route changes the host and the path of what it forwards. */
@SuppressWarnings("DoNotCallSuggester")
final class RequestRewrite {
    private RequestRewrite() {}

    static RequestRewrite compile(Route route, @Nullable WeightedCluster weighted) {
        throw new UnsupportedOperationException();
    }

    void apply(RequestHead head, boolean suppressEnvoyHeaders) {
        throw new UnsupportedOperationException();
    }

    void applyAutoHost(RequestHead head, Endpoint picked) {
        throw new UnsupportedOperationException();
    }
}
