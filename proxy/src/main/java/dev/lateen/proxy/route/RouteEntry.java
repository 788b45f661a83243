package dev.lateen.proxy.route;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.RouteAction.WeightedCluster;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.VirtualHost;
import org.jspecify.annotations.Nullable;

/**
 * A route of a virtual host, with the weighted cluster that chance chose where there are several, and everything that was compiled for it.
 * Compared by identity; lives as long as its {@link RouteMatcher}; safe for use by several threads.
 */
public final class RouteEntry {
    private static final int MAX_MEMOS = 8;

    private final VirtualHost virtualHost;
    private final Route route;
    private final @Nullable WeightedCluster weighted;
    private final HeaderEditor requestHeaders;
    private final HeaderEditor responseHeaders;
    private final RequestRewrite rewrite;
    private final HashPolicies hashPolicies;
    private final @Nullable RetryRule retry;
    private volatile Memo[] memos = new Memo[0];

    RouteEntry(RouteTable table, VirtualHost virtualHost, Route route, @Nullable WeightedCluster weighted) {
        this.virtualHost = virtualHost;
        this.route = route;
        this.weighted = weighted;
        this.requestHeaders = HeaderEditor.forRequest(table, virtualHost, route, weighted);
        this.responseHeaders = HeaderEditor.forResponse(table, virtualHost, route, weighted);
        this.rewrite = RequestRewrite.compile(route, weighted);
        this.hashPolicies = route.action() instanceof RouteAction.Forward forward
                ? HashPolicies.compile(forward.hashPolicies())
                : HashPolicies.NONE;
        this.retry = RetryRule.of(virtualHost, route);
    }

    public VirtualHost virtualHost() {
        return virtualHost;
    }

    public Route route() {
        return route;
    }

    /** The chosen one of several weighted clusters, or null. */
    public @Nullable WeightedCluster weighted() {
        return weighted;
    }

    /** Edits of the request for the upstream side; applied by {@link #prepareRequest}. */
    public HeaderEditor requestHeaders() {
        return requestHeaders;
    }

    /** Edits of a response from upstream, of a direct response, of a redirect and of a local reply once the route is known. */
    public HeaderEditor responseHeaders() {
        return responseHeaders;
    }

    /** How ring hash and Maglev know the request again. */
    public HashPolicies hashPolicies() {
        return hashPolicies;
    }

    /** When another try is made; null where it never is. */
    public @Nullable RetryRule retry() {
        return retry;
    }

    /**
     * Makes the head what goes upstream, in Envoy's order: header edits, then the host, then the path; the old host and path are kept in
     * {@code x-envoy-original-host} and {@code x-envoy-original-path} unless the router suppresses such headers.
     */
    public void prepareRequest(ExchangeFacts exchange, RequestHead head, boolean suppressEnvoyHeaders) {
        requestHeaders.apply(exchange, head);
        rewrite.apply(head, suppressEnvoyHeaders);
    }

    /**
     * With {@code auto_host_rewrite}: the authority becomes the picked endpoint's host name, where it has one. Once for each attempt,
     * which keeps the old host only the first time.
     */
    public void rewriteAutoHost(RequestHead head, Endpoint picked, boolean suppressEnvoyHeaders) {
        rewrite.applyAutoHost(head, picked, suppressEnvoyHeaders);
    }

    /** What {@code owner}, by identity, remembered for this entry, or null; for things compiled from both, such as filter chains. */
    @SuppressWarnings("ReferenceEquality")
    public @Nullable Object memo(Object owner) {
        for (Memo memo : memos) {
            if (memo.owner == owner) {
                return memo.value;
            }
        }
        return null;
    }

    /** Remembers a value for an owner; the oldest is forgotten above eight owners, so a long-lived table keeps no dead ones for ever. */
    public synchronized void memo(Object owner, Object value) {
        Memo[] old = memos;
        int keep = Math.min(old.length, MAX_MEMOS - 1);
        Memo[] next = new Memo[keep + 1];
        next[0] = new Memo(owner, value);
        System.arraycopy(old, 0, next, 1, keep);
        memos = next;
    }

    private record Memo(Object owner, Object value) {}
}
