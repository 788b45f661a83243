package dev.lateen.proxy.route;

import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.VirtualHost;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of one request. All of them are made when the table is compiled, except a {@link Forward} whose cluster a request header
 * names, so a match allocates nothing.
 */
public sealed interface RouteDecision {
    /** The route that matched, or null where none did. */
    @Nullable
    RouteEntry entry();

    /**
     * It goes to a cluster, which need not exist.
     *
     * @param cluster the chosen cluster's name; empty when the header that should name it is missing
     */
    record Forward(RouteEntry entry, RouteAction.Forward action, String cluster) implements RouteDecision {}

    /** It is answered with a redirect: {@link RedirectLocation#of(Redirect, dev.lateen.proxy.message.RequestHead)} tells where to. */
    record Redirect(RouteEntry entry, RouteAction.Redirect action) implements RouteDecision {}

    /** It is answered from the configuration. */
    record Direct(RouteEntry entry, RouteAction.DirectResponse action) implements RouteDecision {}

    /** The virtual host wants TLS and the request came without: 301 to the same URL with {@code https}. */
    record TlsRedirect(VirtualHost virtualHost) implements RouteDecision {
        @Override
        public @Nullable RouteEntry entry() {
            return null;
        }
    }

    /**
     * No route: 404.
     *
     * @param virtualHost the virtual host whose routes all failed, or null when no domain matched
     */
    record NotFound(@Nullable VirtualHost virtualHost) implements RouteDecision {
        @Override
        public @Nullable RouteEntry entry() {
            return null;
        }
    }
}
