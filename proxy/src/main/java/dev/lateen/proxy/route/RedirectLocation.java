package dev.lateen.proxy.route;

import dev.lateen.proxy.message.Authority;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.RouteAction;

/** The {@code location} of a redirect, by the rules of {@code envoy.config.route.v3.RedirectAction}. */
public final class RedirectLocation {
    private RedirectLocation() {}

    /** Where a redirect route sends the request. */
    public static String of(RouteDecision.Redirect decision, RequestHead request) {
        Route route = decision.entry().route();
        RouteAction.Redirect redirect = decision.action();
        String scheme =
                redirect.schemeRedirect() != null && !redirect.schemeRedirect().isEmpty()
                        ? redirect.schemeRedirect()
                        : redirect.httpsRedirect() ? "https" : request.scheme();
        String port = redirect.portRedirect() == 0 ? "" : ":" + redirect.portRedirect();
        String host =
                redirect.hostRedirect() != null && !redirect.hostRedirect().isEmpty()
                        ? redirect.hostRedirect()
                        : requestHost(request, scheme, !port.isEmpty());
        return scheme + "://" + host + port + path(redirect, route, request.path());
    }

    /** The same URL with {@code https}, for a virtual host that requires TLS. */
    public static String toHttps(RequestHead request) {
        String path = request.path().startsWith("/") ? request.path() : "/" + request.path();
        return "https://" + requestHost(request, "https", false) + path;
    }

    /** The request's own host; its port goes when another is given, or when it is the default of a scheme that changes. */
    private static String requestHost(RequestHead request, String newScheme, boolean newPort) {
        Authority authority = request.parsedAuthority();
        CharSequence forwarded = request.headers().get("x-forwarded-proto");
        String came = forwarded == null ? request.scheme() : forwarded.toString();
        String port = authority.portPart();
        boolean defaultOfOld = came.equals("https") && port.equals(":443") || came.equals("http") && port.equals(":80");
        boolean drop = newPort || !newScheme.equals(came) && defaultOfOld;
        return drop ? authority.host() : request.authority();
    }

    private static String path(RouteAction.Redirect redirect, Route route, String requested) {
        int query = requested.indexOf('?');
        String path;
        boolean ownQuery = false;
        if (redirect.pathRedirect() != null && !redirect.pathRedirect().isEmpty()) {
            ownQuery = redirect.pathRedirect().indexOf('?') >= 0;
            path = ownQuery || query < 0
                    ? redirect.pathRedirect()
                    : redirect.pathRedirect() + requested.substring(query);
        } else {
            PathRewriter rewriter =
                    PathRewriter.compile(redirect.pathRewrite(), route.match().path());
            path = rewriter == null ? requested : rewriter.apply(requested);
        }
        if (!path.startsWith("/")) {
            path = "/" + path;
        }
        if (redirect.stripQuery() && !ownQuery && path.indexOf('?') >= 0) {
            path = path.substring(0, path.indexOf('?'));
        }
        return path;
    }
}
