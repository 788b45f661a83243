package dev.lateen.proxy.listener;

import dev.lateen.proxy.chain.FilterChainRuntime;
import dev.lateen.proxy.inforce.Current;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.model.TcpProxy;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.TlsSettings.SecretSource;
import dev.lateen.proxy.policy.ConnectionAuthorizer;
import dev.lateen.proxy.tls.TlsContexts;
import dev.lateen.proxy.transport.EventLoops;
import dev.lateen.proxy.upstream.Timers;
import dev.lateen.proxy.upstream.UpstreamClusters;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** Listeners on free ports whose chains answer with their names. */
abstract class ListenerFixture {
    static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    static final FilterChainMatch MTLS = match("tls", "istio", "istio-http/1.1");
    static final FilterChainMatch CLEAR = match("raw_buffer");

    final Vertx vertx =
            Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(2));
    final EventLoops loops = EventLoops.of(vertx);
    final Current current = new Current(
            new UpstreamClusters(
                    name -> CompletableFuture.failedFuture(new UnknownHostException(name)),
                    Timers.on(loops.next()),
                    new SplittableRandom(1)),
            Observers.NONE);
    final Map<String, Listener> configured = new LinkedHashMap<>();
    final Map<String, Secret> secrets = new HashMap<>();
    final TlsContexts tls = new TlsContexts(() -> current.get().snapshot());
    final List<Socket> sockets = new ArrayList<>();
    final ConnectionAuthorizer authorizer = new ConnectionAuthorizer();
    volatile @Nullable String denied;
    volatile @Nullable InetSocketAddress originalDestination;
    Listeners listeners = listeners(ListenerSettings.DEFAULT);

    @AfterEach
    void close() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        listeners.drain(Duration.ZERO).toCompletionStage().toCompletableFuture().get();
        tls.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    Listeners listeners(ListenerSettings settings) {
        return new Listeners(
                new Listeners.Surroundings(
                        current::get,
                        loops,
                        tls,
                        (filters, facts) ->
                                filters.isEmpty() || denied == null ? authorizer.denial(filters, facts) : denied,
                        (channel, inForce, chain, manager, facts, http2) -> echo(channel, chain, facts),
                        (channel, inForce, chain, proxy, facts) -> echo(channel, chain, facts),
                        InstantSource.system(),
                        System::nanoTime),
                settings,
                channel -> originalDestination);
    }

    static void echo(Channel channel, FilterChainRuntime chain, ConnectionFacts facts) {
        channel.pipeline().addLast(new Echo(chain.chain().name(), facts));
    }

    /** Greets with the chain's name and the SNI, then echoes. */
    static final class Echo extends ChannelInboundHandlerAdapter {
        private final String chain;
        private final ConnectionFacts facts;
        private boolean greeted;

        Echo(String chain, ConnectionFacts facts) {
            this.chain = chain;
            this.facts = facts;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (!greeted) {
                greeted = true;
                say(ctx, chain + " [" + facts.requestedServerName() + "] ");
            }
            ByteBuf bytes = (ByteBuf) message;
            boolean asksFrom = bytes.toString(StandardCharsets.US_ASCII).endsWith("from\n");
            ctx.writeAndFlush(bytes);
            if (asksFrom) {
                say(ctx, text(facts.remoteAddress()) + " to " + text(facts.localAddress()) + "\n");
            }
        }

        private static String text(InetSocketAddress address) {
            return address.getAddress().getHostAddress() + ":" + address.getPort();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            switch (event) {
                case DrainEvent drain -> say(ctx, "drain\n");
                case DenyEvent deny -> say(ctx, "denied " + deny.details() + "\n");
                case io.netty.channel.socket.ChannelInputShutdownEvent end -> ctx.close();
                default -> ctx.fireUserEventTriggered(event);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }

        private static void say(ChannelHandlerContext ctx, String text) {
            ctx.writeAndFlush(ctx.alloc().buffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII)));
        }
    }

    void configure(Listener... changed) throws Exception {
        for (Listener listener : changed) {
            configured.put(listener.name(), listener);
        }
        ProxySnapshot next = new ProxySnapshot(
                current.get().snapshot().version() + 1, configured, Map.of(), Map.of(), Map.of(), secrets);
        current.put(next);
        listeners.follow().toCompletionStage().toCompletableFuture().get();
    }

    static FilterChainMatch match(String transport, String... protocols) {
        return new FilterChainMatch(
                0,
                List.of(),
                List.of(),
                transport,
                List.of(protocols),
                List.of(),
                FilterChainMatch.SourceType.ANY,
                List.of(),
                List.of());
    }

    static DownstreamTls mutual() {
        return new DownstreamTls(settings(), true);
    }

    static TlsSettings settings() {
        return new TlsSettings(
                "",
                "",
                List.of(),
                List.of("h2", "http/1.1"),
                List.of(new SecretSource.Sds("default")),
                new TlsSettings.Validation(
                        new SecretSource.Sds("ROOTCA"), false, false, List.of(), List.of(), List.of()));
    }

    static FilterChain chain(String name, FilterChainMatch match, @Nullable DownstreamTls tls) {
        return new FilterChain(name, match, tls, Duration.ofSeconds(15), List.of(), proxy());
    }

    static TcpProxy proxy() {
        return new TcpProxy(
                "x",
                List.of(new TcpProxy.WeightedTcpCluster("x", 1)),
                1,
                Duration.ZERO,
                Duration.ZERO,
                false,
                1,
                List.of());
    }

    static Listener listener(String name, FilterChain... chains) {
        return listener(name, ANY_PORT, true, false, chains);
    }

    static Listener listener(
            String name, InetSocketAddress address, boolean bind, boolean originalDst, FilterChain... chains) {
        return new Listener(
                name,
                address,
                List.of(),
                bind ? Listener.Binding.PLAIN : Listener.Binding.NONE,
                originalDst,
                Listener.Direction.INBOUND,
                new Listener.ListenerFilters(
                        false, false, false, false, null, Duration.ZERO, true, List.of(), List.of()),
                List.of(chains),
                null,
                List.of());
    }

    int port(String name) {
        return BoundPorts.of(listeners, name);
    }

    Socket connect(String name) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(name));
        socket.setSoTimeout(30_000);
        sockets.add(socket);
        return socket;
    }

    static String talk(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        return line(socket);
    }

    static String line(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = socket.getInputStream().read();
                b != '\n' && b >= 0;
                b = socket.getInputStream().read()) {
            line.append((char) b);
        }
        return line.toString();
    }

    /** What comes until the other side closes or resets. */
    static String endOf(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).trim();
        } catch (java.net.SocketException e) {
            return "";
        }
    }
}
