package dev.lateen.proxy.route;

import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.RouteAction.HostRewrite;
import dev.lateen.proxy.model.RouteAction.WeightedCluster;
import org.jspecify.annotations.Nullable;

/** How a route changes the host and the path of what it forwards. */
final class RequestRewrite {
    private static final RequestRewrite NONE = new RequestRewrite(new HostRewrite.None(), null, false);

    private final HostRewrite host;
    private final @Nullable PathRewriter path;
    private final boolean appendForwardedHost;

    private RequestRewrite(HostRewrite host, @Nullable PathRewriter path, boolean appendForwardedHost) {
        this.host = host;
        this.path = path;
        this.appendForwardedHost = appendForwardedHost;
    }

    static RequestRewrite compile(Route route, @Nullable WeightedCluster weighted) {
        if (!(route.action() instanceof RouteAction.Forward forward)) {
            return NONE;
        }
        String ofWeighted = weighted == null ? null : weighted.hostRewrite();
        HostRewrite host = ofWeighted == null || ofWeighted.isEmpty()
                ? forward.rewrite().host()
                : new HostRewrite.Literal(ofWeighted);
        PathRewriter path =
                PathRewriter.compile(forward.rewrite().path(), route.match().path());
        return new RequestRewrite(host, path, forward.rewrite().appendXForwardedHost());
    }

    void apply(RequestHead head, boolean suppressEnvoyHeaders) {
        switch (host) {
            case HostRewrite.None none -> {}
            case HostRewrite.Auto auto -> {}
            case HostRewrite.Literal literal -> authority(head, literal.host(), suppressEnvoyHeaders);
            case HostRewrite.FromHeader from -> {
                CharSequence value = head.headers().get(from.lowerCaseName());
                authority(head, value == null ? "" : value.toString(), suppressEnvoyHeaders);
            }
        }
        if (path != null) {
            if (!suppressEnvoyHeaders) {
                head.headers().set("x-envoy-original-path", head.path());
            }
            head.path(path.apply(head.path()));
        }
    }

    void applyAutoHost(RequestHead head, Endpoint picked, boolean suppressEnvoyHeaders) {
        if (host instanceof HostRewrite.Auto) {
            authority(head, picked.hostname(), suppressEnvoyHeaders);
        }
    }

    private void authority(RequestHead head, String wanted, boolean suppressEnvoyHeaders) {
        if (wanted.isEmpty()) {
            return;
        }
        String old = head.authority();
        if (!suppressEnvoyHeaders) {
            head.headers().set("x-envoy-original-host", old);
        }
        if (appendForwardedHost && !old.isEmpty()) {
            CharSequence before = head.headers().getJoined("x-forwarded-host");
            if (before == null || before.isEmpty()) {
                head.headers().set("x-forwarded-host", old);
            } else if (!endsWithElement(before.toString(), old)) {
                head.headers().set("x-forwarded-host", before + "," + old);
            }
        }
        head.authority(wanted);
    }

    private static boolean endsWithElement(String list, String element) {
        return list.substring(list.lastIndexOf(',') + 1).strip().equals(element);
    }
}
