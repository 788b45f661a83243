package dev.lateen.proxy.listener;

import dev.lateen.proxy.chain.FilterChainRuntime;
import dev.lateen.proxy.chain.ListenerRuntime;
import dev.lateen.proxy.chain.MatchFacts;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.ExchangeObserver;
import dev.lateen.proxy.message.ListenerObserver;
import dev.lateen.proxy.message.OriginalSource;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.TcpProxy;
import dev.lateen.proxy.tls.TlsHandshake;
import dev.lateen.proxy.tls.TlsUnavailable;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The beginning of a downstream connection, one step after the other: original destination, listener, PROXY protocol, first bytes, filter chain, TLS, network
 * filters, protocol. At the end HTTP or TCP has the pipeline for itself. Every step either goes on or closes the connection.
 */
final class ConnectionStart extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionStart.class);

    private final ListenerContext context;
    private final Channel channel;
    private final InetSocketAddress socket;
    /** The newest configuration that has this connection's listener and chain. */
    private InForce inForce;

    private ListenerRuntime listener;
    private InetSocketAddress directSource;
    private InetSocketAddress source;
    private InetSocketAddress destination;
    private boolean redirected;
    private FirstBytes firstBytes = FirstBytes.UNKNOWN;

    /** @param socket the configured address of the socket that accepted it @param receiving the listener whose socket that was in {@code inForce} */
    ConnectionStart(
            ListenerContext context,
            Channel channel,
            InetSocketAddress socket,
            InForce inForce,
            ListenerRuntime receiving) {
        this.context = context;
        this.channel = channel;
        this.socket = socket;
        this.inForce = inForce;
        this.listener = receiving;
        this.directSource = (InetSocketAddress) channel.remoteAddress();
        this.source = directSource;
        this.destination = (InetSocketAddress) channel.localAddress();
    }

    /** Handlers that are added from here on have not heard of it, nor will they: they find the channel active. */
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.pipeline().remove(this);
        findListener();
        if (listener.listener().listenerFilters().proxyProtocol()) {
            ProxyProtocol.add(
                    ctx.pipeline(), listener.listener().listenerFilters().timeout(), this::readProxyProtocol);
        } else {
            sniff();
        }
    }

    private void findListener() {
        Listener receiving = listener.listener();
        if (!receiving.useOriginalDst() && !receiving.listenerFilters().originalDst()) {
            return;
        }
        InetSocketAddress original = context.originalDestination(channel);
        if (original == null) {
            if (!receiving.binding().transparent()) {
                return;
            }
            // TPROXY leaves addresses as they are: the socket's own is the one that was called.
            original = destination;
        }
        destination = original;
        redirected = true;
        listener = inForce.listeners().taking(listener, original, null);
    }

    private void readProxyProtocol(@Nullable InetSocketAddress from, @Nullable InetSocketAddress to) {
        source = from != null ? from : source;
        destination = to != null ? to : destination;
        redirected |= to != null;
        sniff();
    }

    private void sniff() {
        Sniffer.ClearText clearText =
                listener.looksForHttp(destination.getPort()) ? Sniffer.ClearText.HTTP : Sniffer.ClearText.IGNORE;
        boolean lookForTls = listener.looksForTls(destination.getPort());
        if (!lookForTls && clearText == Sniffer.ClearText.IGNORE) {
            matchChain(FirstBytes.UNKNOWN);
            return;
        }
        Listener.ListenerFilters filters = listener.listener().listenerFilters();
        channel.pipeline()
                .addLast(new Sniffer(
                        lookForTls, clearText, filters.timeout(), filters.continueOnTimeout(), this::matchChain));
    }

    private void matchChain(FirstBytes facts) {
        firstBytes = facts;
        followListener();
        FilterChainRuntime chain = listener.match(new MatchFacts(
                destination, facts.serverName(), facts.transportProtocol(), facts.protocols(), directSource, source));
        if (chain == null) {
            TcpSession session = session(facts(null));
            session.addFlag(ResponseFlag.NO_ROUTE_FOUND);
            session.connectionTerminationDetails("filter_chain_not_found");
            session.completeNanos(context.nanoTime());
            listener.observer().onUnmatched(session);
            refuse("no filter chain matches", null);
            return;
        }
        ListenerObserver observer = listener.observer();
        observer.onAccepted();
        channel.closeFuture().addListener(_ -> observer.onClosed());
        if (observer.logs()) {
            TcpSession session = session(facts(null));
            channel.closeFuture().addListener(_ -> {
                session.completeNanos(context.nanoTime());
                observer.onOver(session);
            });
        }
        FilterChain version = chain.chain();
        if (version.tls() == null) {
            checkPolicy(chain, null);
        } else {
            secure(chain, version, version.tls());
        }
    }

    /**
     * The listener may have been replaced, renamed or removed while the first bytes were awaited. One that is gone and has no successor still serves whom it accepted, as
     * in Envoy.
     */
    private void followListener() {
        InForce now = context.inForce();
        ListenerRuntime same = now.listeners().named(listener.listener().name());
        ListenerRuntime next = same != null ? same : now.listeners().accepting(socket);
        if (next == null) {
            return;
        }
        inForce = now;
        listener = next;
        if (same == null && redirected) {
            listener = now.listeners().taking(next, destination, null);
        }
    }

    private Duration handshakeTime(FilterChain version) {
        Duration own = version.transportSocketConnectTimeout();
        return own.isZero() ? context.settings().handshakeTime() : own;
    }

    private void secure(FilterChainRuntime chain, FilterChain version, DownstreamTls tls) {
        try {
            TlsHandshake.accept(
                    channel.pipeline(),
                    context.tls(),
                    tls,
                    version.terminal() instanceof TcpProxy,
                    handshakeTime(version),
                    new TlsHandshake.Outcome() {
                        @Override
                        public void secured(TlsFacts facts) {
                            listener.observer().onSecured();
                            checkPolicy(chain, facts);
                        }

                        @Override
                        public void refused(String reason) {
                            listener.observer().onInsecure();
                            refuse(reason.isEmpty() ? "closed during the TLS handshake" : reason, chain);
                        }
                    });
        } catch (TlsUnavailable e) {
            LOG.warn(
                    "listener {}: chain {}: connection refused: {}",
                    chain.key().listener(),
                    version.name(),
                    e.reason());
            listener.observer().onInsecure();
            refuse(e.reason(), chain);
        }
    }

    /** @param chosen before the TLS handshake, during which it may have been replaced, or have gone */
    private void checkPolicy(FilterChainRuntime chosen, @Nullable TlsFacts tls) {
        ConnectionFacts facts = facts(tls);
        InForce now = context.inForce();
        FilterChainRuntime newest = now.listeners().chain(chosen.key());
        FilterChainRuntime chain = newest == null ? chosen : newest;
        inForce = newest == null ? inForce : now;
        LiveConnection connection = new LiveConnection(channel, chain, facts, context.policy());
        String denial = connection.denial();
        if (denial != null) {
            deny(chain, facts, denial);
            return;
        }
        context.connections().add(connection);
        // From here on it hears of every change; of one that came just before it did not.
        FilterChainRuntime current = context.inForce().listeners().chain(chain.key());
        if (current == null || !context.takes(current.listener())) {
            connection.drain(context.settings().drainTime().toNanos());
        } else if (!current.equals(chain)) {
            connection.follow(current);
        }
        switch (chain.chain().terminal()) {
            case TcpProxy proxy -> context.tcp().start(channel, inForce, chain, proxy, facts);
            case HttpConnectionManager manager -> speakHttp(connection, chain, manager);
        }
    }

    private ConnectionFacts facts(@Nullable TlsFacts tls) {
        return new ConnectionFacts(
                context.connections().nextId(),
                source,
                destination,
                redirected,
                listener.listener().direction() == Listener.Direction.INBOUND,
                firstBytes.serverName(),
                tls,
                originalSource());
    }

    private @Nullable OriginalSource originalSource() {
        Listener.OriginalSrc filter = listener.listener().listenerFilters().originalSrc();
        return filter == null ? null : new OriginalSource(source.getAddress(), filter.mark());
    }

    private TcpSession session(ConnectionFacts facts) {
        return new TcpSession(facts, context.clock().millis(), context.nanoTime());
    }

    private void speakHttp(LiveConnection connection, FilterChainRuntime chain, HttpConnectionManager manager) {
        // Envoy's HTTP/1 has no half-close: a client that stops sending is gone.
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        Boolean http2 = saysHttp2(manager.client().codec(), connection.facts().tls());
        if (http2 != null) {
            startHttp(connection, chain, manager, http2);
            return;
        }
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(new Sniffer(
                false,
                Sniffer.ClearText.HTTP_2_ONLY,
                manager.timeouts().idle(),
                false,
                bytes -> startHttp(connection, chain, manager, bytes.protocols().contains(FirstBytes.H2C))));
    }

    private void startHttp(
            LiveConnection connection, FilterChainRuntime chain, HttpConnectionManager manager, boolean http2) {
        ConnectionFacts facts = connection.facts();
        ExchangeObserver observer = chain.exchangeObserver();
        boolean tls = facts.tls() != null;
        observer.onConnected(http2, tls);
        channel.closeFuture().addListener(_ -> observer.onDisconnected(http2, tls));
        if (connection.draining()) {
            channel.pipeline().addLast(new LateDrain());
        }
        context.http().start(channel, inForce, chain, manager, facts, http2);
        if (context.leaves(chain.listener())) {
            connection.leave();
        }
    }

    /** Null when only the client's first bytes can tell. */
    private @Nullable Boolean saysHttp2(HttpConnectionManager.Codec codec, @Nullable TlsFacts tls) {
        return switch (codec) {
            case HTTP1 -> false;
            case HTTP2 -> true;
            case AUTO -> {
                if (tls != null && tls.alpn() != null) {
                    yield tls.alpn().toLowerCase(Locale.ROOT).equals("h2");
                }
                yield tls != null || firstBytes.protocols().isEmpty()
                        ? null
                        : firstBytes.protocols().contains(FirstBytes.H2C);
            }
        };
    }

    /** Envoy logs such a connection as a TCP session without an upstream. */
    private void deny(FilterChainRuntime chain, ConnectionFacts facts, String denial) {
        TcpSession session = session(facts);
        session.connectionTerminationDetails(denial);
        session.completeNanos(context.nanoTime());
        chain.tcpObserver().onStart(session);
        chain.tcpObserver().onClose(session);
        refuse(denial, chain);
    }

    private void refuse(String reason, @Nullable FilterChainRuntime chain) {
        LOG.debug(
                "listener {}: chain {}: connection from {} to {} closed: {}",
                listener.listener().name(),
                chain == null ? "none" : chain.chain().name(),
                source,
                destination,
                reason);
        if (chain == null) {
            // Nobody was here to talk to: a reset, as Envoy's, says so also to whoever has sent something already.
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.close();
    }
}
