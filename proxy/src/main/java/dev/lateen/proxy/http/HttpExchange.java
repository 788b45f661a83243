package dev.lateen.proxy.http;

import dev.lateen.proxy.forward.Upgrades;
import dev.lateen.proxy.head.HeadPreparation;
import dev.lateen.proxy.head.HeadRefusal;
import dev.lateen.proxy.http.call.ClusterCalls;
import dev.lateen.proxy.http.codec.RequestSink;
import dev.lateen.proxy.http.codec.ServerStream;
import dev.lateen.proxy.http.codec.StreamReset;
import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.http.filter.RouteFilters;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpGrammar;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.message.StreamFacts;
import dev.lateen.proxy.route.RouteDecision;
import dev.lateen.proxy.route.RouteEntry;
import dev.lateen.proxy.upstream.UpstreamCluster;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The life of one request, in order: head prepared, route matched, filters asked, then forwarded or answered here; the response's head
 * through the filters the other way, its body straight down. Every way to end goes through {@link #complete()}.
 */
final class HttpExchange implements RequestSink {
    private enum Phase {
        /** Filters are asked; nothing is decided. */
        DECIDING,
        /** An answer is awaited from upstream. */
        FORWARDING,
        /** The response's head is on its way down. */
        RESPONDING,
        OVER
    }

    private final HttpConnection connection;
    private final ManagerRuntime manager;
    private final ExchangeFacts exchange;
    private final Routing routing;
    private final ServerStream downstream;
    private final RequestBody body;
    private final ExchangeTimers timers;
    private Phase phase = Phase.DECIDING;
    private @Nullable FilterRun filters;
    private @Nullable Forwarding forwarding;

    HttpExchange(
            HttpConnection connection,
            InForce inForce,
            ManagerRuntime manager,
            ExchangeFacts exchange,
            ServerStream downstream) {
        this.connection = connection;
        this.routing = new Routing(inForce);
        this.manager = manager;
        this.exchange = exchange;
        this.downstream = downstream;
        this.body = new RequestBody(connection.worker().heldBodies());
        this.timers = new ExchangeTimers(this);
    }

    ExchangeFacts facts() {
        return exchange;
    }

    HttpWorker worker() {
        return connection.worker();
    }

    /** The connection's, where it has one exchange at a time, else null. */
    @Nullable
    StreamIdleTimer streamIdle() {
        return connection.timers().streamIdle();
    }

    ManagerRuntime manager() {
        return manager;
    }

    ServerStream downstream() {
        return downstream;
    }

    RequestBody body() {
        return body;
    }

    ExchangeTimers timers() {
        return timers;
    }

    boolean over() {
        return phase == Phase.OVER;
    }

    boolean requestComplete() {
        return exchange.requestCompleteNanos() != StreamFacts.NEVER;
    }

    boolean responding() {
        return phase == Phase.RESPONDING;
    }

    // --- the request

    void start(boolean end) {
        if (end) {
            requestEnded();
            body.none();
        }
        timers.begin(manager.manager());
        HeadRefusal refusal = HeadPreparation.prepare(exchange, manager.manager(), null);
        if (refusal != null) {
            refuse(refusal);
            return;
        }
        if (HeadPreparation.wantsRequestId(exchange.request(), manager.manager())) {
            exchange.request().headers().set("x-request-id", RequestIds.next(worker().random()));
        }
        if (HeadPreparation.takesExpectation(exchange, manager.manager())) {
            downstream.informational(LocalReplyRenderer.goOn());
        }
        RouteFilters chain = reroute();
        manager.observer().onRequest(exchange);
        if (chain.size() == 0) {
            act();
            return;
        }
        FilterRun run = new FilterRun(this, chain);
        filters = run;
        run.proceed();
    }

    private void refuse(HeadRefusal refusal) {
        LocalReply reply = LocalReply.headRefused(refusal);
        if (reply.flag() != null || reply.status() == 400) {
            // What else such a client sends is not to be believed.
            downstream.closeAfter();
        }
        manager.observer().onRequest(exchange);
        reply(reply);
    }

    /** Answers a head that could not be understood. */
    void refuse(LocalReply reply) {
        requestEnded();
        manager.observer().onRequest(exchange);
        reply(reply);
    }

    /** Chooses the route, at first and when a filter wants it chosen anew. @return its filters */
    RouteFilters reroute() {
        return routing.match(exchange, manager, worker().random());
    }

    /** To clusters of the configuration that the request came by, while it is not decided what becomes of it. */
    ClusterCalls calls() {
        InForce taken = routing.inForce();
        return taken == null ? worker().calls().newest() : worker().calls().by(taken);
    }

    /** All filters have agreed: does what the route says. */
    void act() {
        if (phase != Phase.DECIDING) {
            return;
        }
        if (routing.decision() instanceof RouteDecision.Forward forward) {
            forward(forward);
        } else {
            RouteAnswers.give(routing.decision(), this);
        }
        routing.settle();
    }

    private void forward(RouteDecision.Forward forward) {
        InForce taken = routing.inForce();
        UpstreamCluster to = routing.cluster();
        if (to == null || taken == null) {
            reply(LocalReply.clusterNotFound(forward.action().clusterNotFoundStatus()));
            return;
        }
        if (!Upgrades.allowed(exchange.request(), manager.manager(), forward.action())) {
            reply(LocalReply.upgradeFailed());
            return;
        }
        phase = Phase.FORWARDING;
        Forwarding begun = new Forwarding(this, ForwardPlan.of(exchange, forward), to);
        forwarding = begun;
        begun.start(taken);
    }

    @Override
    public void onData(ByteBuf data, boolean end) {
        if (phase == Phase.OVER) {
            data.release();
            return;
        }
        exchange.addReceivedBytes(data.readableBytes());
        timers.activity();
        if (end) {
            requestEnded();
        }
        Forwarding to = forwarding;
        if (to != null) {
            to.onRequestData(data, end);
        } else if (phase == Phase.DECIDING) {
            hold(data, end);
        } else {
            data.release();
        }
    }

    /** Holds a part of the body that can't be sent yet. @param data ownership passes */
    void hold(ByteBuf data, boolean end) {
        if (data.isReadable() && memoryShort()) {
            data.release();
            reply(LocalReply.overloaded());
            return;
        }
        body.add(data, end);
        if (!proceed() && !end && body.full(downstream.holdLimit())) {
            downstream.pauseReading();
        }
    }

    /** Goes on with a filter that waits for the body. @return whether one does */
    private boolean proceed() {
        FilterRun run = filters;
        if (run == null || !run.awaitsBody()) {
            return false;
        }
        run.proceed();
        return true;
    }

    /** Whether nothing more may be held for slow readers. */
    boolean memoryShort() {
        return worker().codecLoop().memoryShort();
    }

    @Override
    public void onTrailers(HeaderMap trailers) {
        if (phase == Phase.OVER) {
            return;
        }
        timers.activity();
        requestEnded();
        Forwarding to = forwarding;
        if (to != null) {
            to.onRequestTrailers(trailers);
        } else {
            body.trailers(trailers);
            proceed();
        }
    }

    private void requestEnded() {
        exchange.requestCompleteNanos(worker().nanos());
        Forwarding to = forwarding;
        if (to != null) {
            to.requestCompleted();
        }
    }

    @Override
    public void onReset(StreamReset reason) {
        if (phase == Phase.OVER) {
            return;
        }
        if (reason == StreamReset.PROTOCOL_ERROR) {
            reply(LocalReply.badRequest("http1.codec_error"));
            return;
        }
        exchange.addFlag(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION);
        exchange.responseCodeDetails("downstream_remote_disconnect");
        complete();
    }

    /** Goes on with a response that waited until the client could take more. */
    @Override
    public void onWritable() {
        Forwarding from = forwarding;
        if (from != null && phase == Phase.RESPONDING) {
            from.resumeResponse();
        }
    }

    // --- the response

    /** Answers here, through the filters that have seen the request, with the response headers that the route adds. */
    void reply(LocalReply reply) {
        if (phase == Phase.OVER) {
            return;
        }
        if (reply.flag() != null) {
            exchange.addFlag(reply.flag());
        }
        exchange.responseCodeDetails(reply.details());
        if (phase == Phase.RESPONDING) {
            abort();
            return;
        }
        ResponseHead head = LocalReplyRenderer.head(reply, exchange.request());
        RouteEntry entry = routing.entry();
        if (entry != null) {
            entry.responseHeaders().apply(exchange, head);
        }
        send(head, LocalReplyRenderer.body(reply, exchange.request()));
    }

    /** Answers here with a head that is whole. @param content ownership passes; null for none */
    void send(ResponseHead head, @Nullable ByteBuf content) {
        boolean bodyless = HttpGrammar.isBodyless(head.status());
        respond(head, content == null || bodyless);
        if (content != null && bodyless) {
            content.release();
        } else if (content != null) {
            respondData(content, true);
        }
    }

    /** Sends the response's head down, whoever made it. */
    void respond(ResponseHead head, boolean end) {
        if (phase == Phase.OVER || phase == Phase.RESPONDING) {
            return;
        }
        phase = Phase.RESPONDING;
        exchange.response(head);
        FilterRun run = filters;
        if (run != null) {
            run.onResponse(exchange);
        }
        ResponseDecoration.apply(exchange, head, manager.manager(), routing.decision(), worker());
        manager.observer().onResponse(exchange, head);
        downstream.head(head, end);
        if (end) {
            complete();
        }
    }

    void respondInformational(ResponseHead head) {
        if (phase == Phase.FORWARDING && manager.manager().client().proxy100Continue()) {
            downstream.informational(head);
        }
    }

    void respondData(ByteBuf data, boolean end) {
        if (phase != Phase.RESPONDING) {
            data.release();
            return;
        }
        exchange.addSentBytes(data.readableBytes());
        timers.activity();
        downstream.data(data, end);
        if (end) {
            complete();
        }
    }

    void respondTrailers(HeaderMap trailers) {
        if (phase == Phase.RESPONDING) {
            exchange.responseTrailers(trailers);
            downstream.trailers(trailers);
            complete();
        }
    }

    /** Ends a response that can't be completed. */
    void abort() {
        if (phase != Phase.OVER) {
            downstream.reset(StreamReset.LOCAL_RESET);
            complete();
        }
    }

    private void complete() {
        if (phase == Phase.OVER) {
            return;
        }
        phase = Phase.OVER;
        timers.cancel();
        FilterRun run = filters;
        if (run != null) {
            run.end();
        }
        Forwarding begun = forwarding;
        if (begun != null) {
            begun.end();
        }
        body.release();
        exchange.completeNanos(worker().nanos());
        manager.observer().onComplete(exchange);
    }
}
