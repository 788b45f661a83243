package dev.lateen.proxy.http;

import dev.lateen.proxy.forward.RequestedHost;
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
import dev.lateen.proxy.message.SmallNumbers;
import dev.lateen.proxy.model.Cluster.Discovery;
import dev.lateen.proxy.route.HashPolicies;
import dev.lateen.proxy.route.RouteEntry;
import dev.lateen.proxy.tls.TlsSession;
import dev.lateen.proxy.upstream.PickContext;
import dev.lateen.proxy.upstream.PickedHost;
import dev.lateen.proxy.upstream.UpstreamCluster;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The router: takes one exchange to a host of its cluster, again where the policy wants it, and brings the answer back. */
final class Forwarding {
    private final HttpExchange exchange;
    private final ExchangeFacts facts;
    private final ForwardPlan plan;
    private final HttpWorker worker;
    private final PickContext picking;
    private final Retries retries;
    private UpstreamCluster cluster;
    private Attempt attempt = Attempt.None.NONE;
    private @Nullable Mirrors mirrors;
    private boolean keeping;

    /** @param cluster the decision's, in the configuration that was in force when the request came */
    Forwarding(HttpExchange exchange, ForwardPlan plan, UpstreamCluster cluster) {
        this.exchange = exchange;
        this.facts = exchange.facts();
        this.plan = plan;
        this.cluster = cluster;
        this.worker = exchange.worker();
        this.picking = new PickContext(worker.random());
        this.retries = new Retries(this, plan);
    }

    /** @param inForce what the request was matched by */
    void start(InForce inForce) {
        RequestHead head = facts.request();
        prepare(head);
        tellTimeout(head);
        if (!plan.tunnel()) {
            mirrors = Mirrors.of(exchange, plan.action(), inForce);
        }
        keeping = plan.retry() != null;
        attempt();
    }

    private void prepare(RequestHead head) {
        boolean suppress = exchange.manager().suppressEnvoyHeaders();
        HashPolicies hashes = plan.entry().hashPolicies();
        if (!hashes.isEmpty()) {
            picking.hash(hashes.hash(facts));
        }
        picking.originalDestination(
                cluster.config().discovery() instanceof Discovery.ByName
                        ? RequestedHost.of(facts)
                        : facts.connection().originalDestination());
        plan.entry().prepareRequest(facts, head, suppress);
        Duration idle = plan.action().timeouts().idle();
        if (idle != null) {
            exchange.timers().idleTimeout(idle);
        }
        Duration longest = plan.action().timeouts().maxStream();
        if (longest != null) {
            exchange.timers().maxDuration(longest);
        }
        if (exchange.requestComplete()) {
            requestCompleted();
        }
    }

    /** The route's timeout counts from the end of the request, so that a slow upload does not use it up. */
    void requestCompleted() {
        if (!plan.tunnel() && !plan.timeout().isZero()) {
            exchange.timers().responseTimeout(plan.timeout(), this::timedOut);
        }
    }

    private void timedOut() {
        attempt.timedOut();
        exchange.reply(LocalReply.responseTimeout());
    }

    /** The stream of the try under way; null between two tries, and while a connection is awaited. */
    private @Nullable ClientStream stream() {
        return attempt.stream();
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
        PickedHost destination = to.pick(picking);
        if (destination == null) {
            exchange.reply(LocalReply.noHealthyUpstream());
            return;
        }
        picking.addTried(destination.host());
        facts.endpoint(destination.endpoint());
        RequestHead head = facts.request();
        if (plan.entry().virtualHost().includeRequestAttemptCount()) {
            head.headers().set("x-envoy-attempt-count", SmallNumbers.text(facts.attempts()));
        }
        plan.entry()
                .rewriteAutoHost(
                        head,
                        destination.endpoint(),
                        exchange.manager().suppressEnvoyHeaders() || facts.attempts() > 1);
        if (facts.attempts() > 1) {
            tellTimeout(head);
        }
        PoolOptions options = UpstreamProtocols.options(to.config(), destination.tls(), facts);
        if (options == null) {
            exchange.reply(LocalReply.upgradeFailed());
            return;
        }
        UpstreamAttempt begun = new UpstreamAttempt(this, to, destination.host());
        attempt = begun;
        begun.begin(worker.pools(), destination, options);
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
        long all = plan.timeout().toMillis();
        long expected = plan.perTryTimeout().toMillis();
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
            head.headers().set("x-envoy-expected-rq-timeout-ms", SmallNumbers.text(expected));
        }
        if (plan.action().timeouts().maxGrpc() != null && head.isGrpc()) {
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
            if (!plan.perTryTimeout().isZero()) {
                exchange.timers().perTryTimeout(plan.perTryTimeout(), this::perTryTimedOut);
            }
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
            attempt.giveUp();
            return;
        }
        stopKeeping();
        if (!exchange.manager().suppressEnvoyHeaders() && exchange.requestComplete()) {
            long nanos = worker.nanos() - facts.requestCompleteNanos();
            head.headers().set("x-envoy-upstream-service-time", SmallNumbers.text(nanos / 1_000_000));
        }
        facts.responseCodeDetails("via_upstream");
        RouteEntry entry = plan.entry();
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

    /** @param reused whether the connection has carried requests before */
    void onUpstreamReset(StreamReset reason, boolean reused) {
        exchange.timers().tryOver();
        if (exchange.responding()) {
            facts.addFlag(UpstreamFailures.flag(reason));
            facts.responseCodeDetails(UpstreamFailures.afterResponse(reason));
            exchange.abort();
            return;
        }
        if (retries.onReset(reason, reused)) {
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

    private void perTryTimedOut() {
        attempt.timedOut();
        if (!retries.onTimeout()) {
            exchange.reply(LocalReply.perTryTimeout());
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

    /** The exchange is over, whatever came of it. */
    void end() {
        attempt.giveUp();
        retries.end();
        Mirrors copies = mirrors;
        if (copies != null) {
            copies.end();
        }
    }
}
