package dev.lateen.proxy.route;

import dev.lateen.proxy.message.RequestHead;

/** The {@code location} of a redirect, by the rules of {@code envoy.config.route.v3.RedirectAction}. */
@SuppressWarnings("DoNotCallSuggester")
public final class RedirectLocation {
    private RedirectLocation() {}

    /** Where a redirect route sends the request. */
    public static String of(RouteDecision.Redirect decision, RequestHead request) {
        throw new UnsupportedOperationException();
    }

    /** The same URL with {@code https}, for a virtual host that requires TLS. */
    public static String toHttps(RequestHead request) {
        throw new UnsupportedOperationException();
    }
}
