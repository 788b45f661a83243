package dev.lateen.proxy.route;

import dev.lateen.proxy.message.Exchange;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.HeaderMutations;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.RouteAction.WeightedCluster;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.VirtualHost;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Header edits of all levels (weighted cluster, route, virtual host, table), compiled into one list in the order they are applied. Within a
 * level Envoy removes first, then overwrites, then adds, all values being computed before the first is written. Immutable.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class HeaderEditor {
    /** Edits nothing. */
    public static final HeaderEditor NONE = new HeaderEditor();

    private HeaderEditor() {}

    /** Compiles levels in the order in which they are applied. */
    public static HeaderEditor compile(List<HeaderMutations> levels) {
        throw new UnsupportedOperationException();
    }

    static HeaderEditor forRequest(RouteTable table, VirtualHost host, Route route, @Nullable WeightedCluster weighted) {
        throw new UnsupportedOperationException();
    }

    static HeaderEditor forResponse(RouteTable table, VirtualHost host, Route route, @Nullable WeightedCluster weighted) {
        throw new UnsupportedOperationException();
    }

    public boolean isEmpty() {
        return true;
    }

    /** Edits a request's head; values are computed from the exchange and this head. */
    public void apply(Exchange exchange, RequestHead head) {
        throw new UnsupportedOperationException();
    }

    /** Edits a response's head; {@code %REQ(x)%} reads the exchange's request, {@code %RESP(x)%} this head. */
    public void apply(Exchange exchange, ResponseHead head) {
        throw new UnsupportedOperationException();
    }
}
