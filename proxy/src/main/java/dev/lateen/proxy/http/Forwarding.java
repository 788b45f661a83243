package dev.lateen.proxy.http;

import dev.lateen.proxy.http.codec.ClientStream;
import dev.lateen.proxy.http.codec.StreamReset;
import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.http.pool.PoolFailure;
import dev.lateen.proxy.http.pool.PoolOptions;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.GrpcTimeout;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.Cluster.Discovery;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.RouteAction.Forward;
import dev.lateen.proxy.route.RouteDecision;
import dev.lateen.proxy.route.RouteEntry;
import dev.lateen.proxy.tls.TlsSession;
import dev.lateen.proxy.upstream.Host;
import dev.lateen.proxy.upstream.PickContext;
import dev.lateen.proxy.upstream.UpstreamCluster;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The router: takes one exchange to a host of its cluster, again where the policy wants it, and brings the answer back. */
final class Forwarding {
    private final HttpExchange exchange;
    private final ExchangeFacts facts;
    private final RouteEntry entry;
    private final Forward action;
    private final HttpWorker worker;
    private final PickContext picking;
    private UpstreamCluster cluster;
    private final Retries retries;
    private final boolean tunnel;
    private @Nullable UpstreamAttempt attempt;
    private @Nullable Mirrors mirrors;
    private final Duration timeout;
    private boolean keeping;

    /** @param cluster the decision's, in the configuration that was in force when the request came */
    Forwarding(HttpExchange exchange, RouteDecision.Forward decision, UpstreamCluster cluster) {
        this.exchange = exchange;
        this.facts = exchange.facts();
        this.entry = decision.entry();
        this.cluster = cluster;
        this.worker = exchange.worker();
        this.picking = new PickContext(worker.random());
        this.action = decision.action();
        this.timeout = GrpcTimeout.of(
                facts.request(), action.timeouts().route(), action.timeouts().maxGrpc());
        this.tunnel = Upgrades.asked(facts.request());
        this.retries = Retries.of(this, entry, facts.request(), tunnel);
    }

    /** @param inForce what the request was matched by */
    void start(InForce inForce) {
        RequestHead head = facts.request();
        if (!Upgrades.allowed(head, exchange.manager().manager(), action)) {
            exchange.reply(LocalReply.upgradeFailed());
            return;
        }
        prepare(head);
        tellTimeout(head);
        if (!tunnel) {
            mirrors = Mirrors.of(exchange, action, inForce);
        }
        keeping = retries.mayNeedBody();
        attempt();
    }

    private void prepare(RequestHead head) {
        boolean suppress = exchange.manager().suppressEnvoyHeaders();
        if (!entry.hashPolicies().isEmpty()) {
            picking.hash(entry.hashPolicies().hash(facts));
        }
        picking.originalDestination(
                cluster.config().discovery() instanceof Discovery.ByName
                        ? RequestedHost.of(facts)
                        : facts.connection().originalDestination());
        entry.prepareRequest(facts, head, suppress);
        Duration idle = action.timeouts().idle();
        if (idle != null) {
            exchange.timers().idleTimeout(idle);
        }
        Duration longest = action.timeouts().maxStream();
        if (longest != null) {
            exchange.timers().maxDuration(longest);
        }
        if (exchange.requestComplete()) {
            requestCompleted();
        }
    }

    /** The route's timeout counts from the end of the request, so that a slow upload does not use it up. */
    void requestCompleted() {
        if (!tunnel) {
            exchange.timers().responseTimeout(timeout, this::timedOut);
        }
    }

    private void timedOut() {
        attemptTimedOut();
        exchange.reply(LocalReply.responseTimeout());
    }

    private void attemptTimedOut() {
        UpstreamAttempt current = attempt;
        if (current != null) {
            current.timedOut();
        }
    }

    /** The stream of the try under way; null between two tries, and while a connection is awaited. */
    private @Nullable ClientStream stream() {
        UpstreamAttempt current = attempt;
        return current == null || current.over() ? null : current.stream();
    }

    // --- a try

    void attempt() {
        if (exchange.over()) {
            return;
        }
        facts.attempts(facts.attempts() + 1);
        if (facts.attempts() > 1) {
            takeNewest();
        }
        UpstreamCluster to = cluster;
        Host host = to.pick(picking);
        if (host == null) {
            exchange.reply(LocalReply.noHealthyUpstream());
            return;
        }
        picking.addTried(host);
        facts.endpoint(host.endpoint());
        RequestHead head = facts.request();
        if (entry.virtualHost().includeRequestAttemptCount()) {
            head.headers().set("x-envoy-attempt-count", Integer.toString(facts.attempts()));
        }
        entry.rewriteAutoHost(head, host.endpoint(), exchange.manager().suppressEnvoyHeaders() || facts.attempts() > 1);
        if (facts.attempts() > 1) {
            tellTimeout(head);
        }
        PoolOptions options = UpstreamProtocols.options(to.config(), host.tls(to.config()), facts);
        if (options == null) {
            exchange.reply(LocalReply.upgradeFailed());
            return;
        }
        UpstreamAttempt begun = new UpstreamAttempt(this, to, host);
        attempt = begun;
        begun.begin(worker.pools(), options);
    }

    /** Another try goes, as in Envoy, by what is in force by then: hosts may have gone meanwhile. A cluster that is gone itself has its last ones. */
    private void takeNewest() {
        UpstreamCluster newest = worker.inForce().cluster(cluster.config().name());
        if (newest != null && !newest.equals(cluster)) {
            cluster = newest;
            facts.cluster(newest.config());
        }
    }

    /** How long this try may take: what its own timeout and what is left of the route's allow. */
    private void tellTimeout(RequestHead head) {
        long all = timeout.toMillis();
        long expected = retries.perTryTimeout().toMillis();
        if (expected == 0) {
            expected = all;
        }
        if (expected == 0) {
            return;
        }
        if (all > 0 && facts.attempts() > 1 && exchange.requestComplete()) {
            long passed = (worker.nanos() - facts.requestCompleteNanos()) / 1_000_000;
            expected = Math.max(1, Math.min(expected, all - passed));
        }
        if (!exchange.manager().suppressEnvoyHeaders()) {
            head.headers().set("x-envoy-expected-rq-timeout-ms", Long.toString(expected));
        }
        if (action.timeouts().maxGrpc() != null && head.isGrpc()) {
            head.headers().set("grpc-timeout", GrpcTimeout.text(expected));
        }
    }

    void onStream(UpstreamAttempt from, ClientStream stream) {
        InetSocketAddress local =
                stream.connection().channel().localAddress() instanceof InetSocketAddress address ? address : null;
        facts.upstreamConnection(local, TlsSession.factsOf(stream.connection().channel()));
        facts.upstreamTransportFailure("");
        RequestHead head = facts.request();
        exchange.manager().observer().onUpstreamRequest(facts, head);
        facts.upstreamFirstByteSentNanos(worker.nanos());
        RequestBody body = exchange.body();
        boolean bodyless = exchange.requestComplete() && body.isEmpty();
        stream.head(head, bodyless);
        if (!bodyless && !from.over()) {
            body.sendTo(stream, keeping);
        }
        if (!from.over()) {
            retries.armPerTryTimeout(exchange.timers());
            resumeRequest();
        }
    }

    // --- the request's body

    void onRequestData(ByteBuf data, boolean end) {
        Mirrors copies = mirrors;
        if (copies != null) {
            copies.onData(data, end);
        }
        RequestBody body = exchange.body();
        ClientStream to = stream();
        if (to == null) {
            exchange.hold(data, end);
            return;
        }
        if (keeping && (!body.hasRoom(data.readableBytes()) || exchange.memoryShort())) {
            stopKeeping();
        }
        if (keeping) {
            body.add(data.retainedDuplicate(), end);
        }
        to.data(data, end);
        if (!to.isWritable() && !end) {
            exchange.downstream().pauseReading();
            if (exchange.memoryShort()) {
                exchange.reply(LocalReply.overloaded());
            }
        }
    }

    void onRequestTrailers(HeaderMap trailers) {
        ClientStream to = stream();
        if (to == null || keeping) {
            exchange.body().trailers(to == null ? trailers : trailers.copy());
        }
        if (to != null) {
            to.trailers(trailers);
        }
    }

    void resumeRequest() {
        ClientStream to = stream();
        if (to != null && to.isWritable()) {
            exchange.downstream().resumeReading();
        }
    }

    /** The body is too large to be sent again, or no longer needed. */
    private void stopKeeping() {
        keeping = false;
        exchange.body().release();
    }

    boolean canReplay() {
        // Nothing of the body has left, or all of it is kept.
        return keeping || exchange.requestComplete() && facts.receivedBytes() == 0;
    }

    // --- the answer

    void onInformational(ResponseHead head) {
        exchange.respondInformational(head);
    }

    void onResponseHead(ResponseHead head, boolean end) {
        facts.upstreamFirstByteReceivedNanos(worker.nanos());
        exchange.timers().activity();
        exchange.timers().tryOver();
        exchange.manager().observer().onUpstreamResponse(facts, head);
        if (retries.onHead(head)) {
            leaveAttempt();
            return;
        }
        stopKeeping();
        if (!exchange.manager().suppressEnvoyHeaders() && exchange.requestComplete()) {
            long nanos = worker.nanos() - facts.requestCompleteNanos();
            head.headers().set("x-envoy-upstream-service-time", Long.toString(nanos / 1_000_000));
        }
        facts.responseCodeDetails("via_upstream");
        if (!entry.hashPolicies().isEmpty()) {
            String cookie = entry.hashPolicies().setCookie(facts);
            if (cookie != null) {
                head.headers().add("set-cookie", cookie);
            }
        }
        entry.responseHeaders().apply(facts, head);
        exchange.respond(head, end);
    }

    void onResponseData(ByteBuf data, boolean end) {
        exchange.respondData(data, end);
        ClientStream from = end ? null : stream();
        if (from != null && !exchange.downstream().isWritable()) {
            from.pauseReading();
            if (exchange.memoryShort()) {
                exchange.reply(LocalReply.overloaded());
            }
        }
    }

    void onResponseTrailers(HeaderMap trailers) {
        exchange.respondTrailers(trailers);
    }

    void resumeResponse() {
        ClientStream from = stream();
        if (from != null && exchange.downstream().isWritable()) {
            from.resumeReading();
        }
    }

    void onUpstreamReset(UpstreamAttempt from, StreamReset reason) {
        exchange.timers().tryOver();
        if (exchange.responding()) {
            facts.addFlag(UpstreamFailures.flag(reason));
            facts.responseCodeDetails(UpstreamFailures.afterResponse(reason));
            exchange.abort();
            return;
        }
        if (retries.onReset(from, reason)) {
            return;
        }
        exchange.reply(UpstreamFailures.beforeResponse(reason, facts.attempts()));
    }

    void onPoolFailure(PoolFailure failure) {
        switch (failure) {
            case PoolFailure.Overflow ignored -> {
                facts.endpoint(null);
                exchange.reply(LocalReply.overflow());
            }
            case PoolFailure.Connect connect -> {
                exchange.timers().tryOver();
                facts.upstreamTransportFailure(connect.cause().transportFailureReason());
                if (!retries.onConnectFailure(connect.cause())) {
                    exchange.reply(UpstreamFailures.connect(connect.cause(), facts.attempts()));
                }
            }
        }
    }

    void perTryTimedOut() {
        attemptTimedOut();
        if (!retries.onTimeout()) {
            exchange.reply(LocalReply.perTryTimeout());
        }
    }

    private void leaveAttempt() {
        UpstreamAttempt current = attempt;
        if (current != null) {
            current.giveUp();
        }
    }

    HttpExchange exchange() {
        return exchange;
    }

    UpstreamCluster cluster() {
        return cluster;
    }

    PickContext picking() {
        return picking;
    }

    void flag(ResponseFlag flag) {
        facts.addFlag(flag);
    }

    RouteAction.Forward action() {
        return action;
    }

    /** The exchange is over, whatever came of it. */
    void end() {
        leaveAttempt();
        retries.end();
        Mirrors copies = mirrors;
        if (copies != null) {
            copies.end();
        }
    }
}
