package dev.lateen.proxy.http;

import dev.lateen.proxy.chain.ChainKey;
import dev.lateen.proxy.chain.FilterChainRuntime;
import dev.lateen.proxy.http.codec.CodecLimits;
import dev.lateen.proxy.http.codec.Http1ServerConnection;
import dev.lateen.proxy.http.codec.Http2ServerConnection;
import dev.lateen.proxy.http.codec.MalformedMessage;
import dev.lateen.proxy.http.codec.RequestSink;
import dev.lateen.proxy.http.codec.ServerConnection;
import dev.lateen.proxy.http.codec.ServerEvents;
import dev.lateen.proxy.http.codec.ServerStream;
import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.HttpConnectionManager;

/**
 * One downstream connection: for each request it takes what is in force and begins an exchange. It outlives any configuration, knowing its chain by key; while a
 * chain that is gone drains it, requests are answered as the last configuration that had it says.
 */
final class HttpConnection implements ServerEvents {
    private static final int STREAM_WINDOW = 256 * 1024;

    private final HttpWorker worker;
    private final ChainKey chain;
    private final ConnectionFacts facts;
    private final ServerConnection codec;
    private final ConnectionTimers timers;
    private InForce inForce;
    private ManagerRuntime runtime;
    private final boolean http2;
    private int requests;
    private boolean leaving;

    HttpConnection(
            HttpWorker worker,
            InForce inForce,
            FilterChainRuntime chain,
            HttpConnectionManager manager,
            ConnectionFacts facts,
            boolean http2) {
        this.worker = worker;
        this.chain = chain.key();
        this.facts = facts;
        this.inForce = inForce;
        this.runtime = worker.runtime(inForce, chain, manager);
        this.http2 = http2;
        CodecLimits limits = limits(manager);
        boolean tls = facts.tls() != null;
        this.codec = http2
                ? Http2ServerConnection.of(this, worker.codecLoop(), limits, tls)
                : new Http1ServerConnection(
                        this, worker.codecLoop(), limits, tls, manager.client().trailers());
        this.timers = new ConnectionTimers(worker, codec, manager, http2);
    }

    private static CodecLimits limits(HttpConnectionManager manager) {
        long streams = manager.limits().maxConcurrentStreams();
        return new CodecLimits(
                manager.limits().maxRequestHeadersKib() * 1024,
                manager.limits().maxHeadersCount(),
                streams > 0 ? Math.min(streams, Integer.MAX_VALUE) : CodecLimits.DEFAULT.maxConcurrentStreams(),
                STREAM_WINDOW);
    }

    ServerConnection codec() {
        return codec;
    }

    ConnectionTimers timers() {
        return timers;
    }

    HttpWorker worker() {
        return worker;
    }

    ConnectionFacts facts() {
        return facts;
    }

    /** Follows what is in force: for each request, and when it changes, so that no idle connection keeps an old configuration alive. */
    @SuppressWarnings("ReferenceEquality") // what is in force is known by its identity
    void follow() {
        InForce now = worker.inForce();
        if (now == inForce) {
            return;
        }
        FilterChainRuntime found = now.listeners().chain(chain);
        HttpConnectionManager manager = found == null ? null : found.manager();
        if (found != null && manager != null) {
            inForce = now;
            runtime = worker.runtime(now, found, manager);
        } else if (found != null) {
            // The chain speaks TCP now: what it was made for is finished as it was.
            codec.drain();
        }
    }

    @Override
    public RequestSink onRequest(RequestHead head, ServerStream stream, boolean end) {
        timers.headRead();
        HttpExchange exchange = exchange(head, stream);
        if (++requests == runtime.manager().client().maxRequests() || leaving) {
            codec.drain();
        }
        exchange.start(end);
        return exchange;
    }

    @Override
    public void onPartialHead() {
        timers.headBegun();
    }

    @Override
    public void onMalformed(MalformedMessage error, ServerStream stream) {
        timers.headRead();
        if (error.kind() != MalformedMessage.Kind.LATE) {
            runtime.observer().onProtocolError();
        }
        RequestHead nothing = new RequestHead("", "", "", "http", HttpProtocol.HTTP_1_1, new HeaderMap());
        exchange(nothing, stream).refuse(answer(error));
    }

    private static LocalReply answer(MalformedMessage error) {
        return switch (error.kind()) {
            case SYNTAX -> LocalReply.badRequest(error.details());
            case TOO_LARGE -> LocalReply.headersTooLarge(error.details());
            case UNSUPPORTED -> LocalReply.notImplemented(error.details());
            case LATE -> LocalReply.requestHeaderTimeout(error.details());
        };
    }

    private HttpExchange exchange(RequestHead head, ServerStream stream) {
        ExchangeFacts record = new ExchangeFacts(facts, head, worker.epochMillis(), worker.nanos());
        follow();
        return new HttpExchange(this, inForce, runtime, record, stream);
    }

    @Override
    public void onViolation(boolean prematureResets) {
        if (prematureResets) {
            runtime.observer().onTooManyPrematureResets();
        } else {
            runtime.observer().onProtocolError();
        }
    }

    @Override
    public void onIdle(boolean idle) {
        timers.idle(idle);
    }

    @Override
    public void onClosed() {
        timers.close();
    }

    void drain() {
        codec.drain();
    }

    /** The next request's answer is the last. An idle HTTP/1 connection is not closed meanwhile, for a request may be on its way; HTTP/2 can say so. */
    void leave() {
        if (http2) {
            codec.drain();
        }
        leaving = true;
    }
}
