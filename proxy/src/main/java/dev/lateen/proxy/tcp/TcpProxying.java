package dev.lateen.proxy.tcp;

import dev.lateen.proxy.chain.FilterChainRuntime;
import dev.lateen.proxy.http.codec.CodecLoop;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.listener.TcpServerStart;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.model.TcpProxy;
import dev.lateen.proxy.model.TcpProxy.TunnelingConfig;
import dev.lateen.proxy.transport.MemoryLevel;
import dev.lateen.proxy.transport.SocketOptions;
import dev.lateen.proxy.transport.UpstreamConnector;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** {@code envoy.filters.network.tcp_proxy}: begins a {@link TcpRelay} for each connection. Safe for use by several threads. */
public final class TcpProxying implements TcpServerStart {
    private final UpstreamConnector connector;
    private final Supplier<RandomGenerator> chance;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final byte[] greeting;
    private final Supplier<MemoryLevel> memory;
    private final Map<EventLoop, CodecLoop> codecs = new ConcurrentHashMap<>();

    /**
     * @param chance asked on an event loop, for use on it
     * @param nanos a monotonic clock
     * @param nodeId who we are, for peers that exchange metadata
     * @param metadata of the node, as in the bootstrap
     * @param memory how much is left for slow readers of tunnels
     */
    public TcpProxying(
            UpstreamConnector connector,
            Supplier<RandomGenerator> chance,
            InstantSource clock,
            LongSupplier nanos,
            String nodeId,
            Map<String, ?> metadata,
            Supplier<MemoryLevel> memory) {
        this.connector = connector;
        this.chance = chance;
        this.clock = clock;
        this.nanos = nanos;
        this.greeting = PeerExchange.greeting(nodeId, metadata);
        this.memory = memory;
    }

    @Override
    public void start(
            Channel channel, InForce inForce, FilterChainRuntime chain, TcpProxy proxy, ConnectionFacts facts) {
        SocketOptions.bulk(channel);
        TcpSession session = new TcpSession(facts, clock.millis(), nanos.getAsLong());
        chain.tcpObserver().onStart(session);
        RandomGenerator random = chance.get();
        TcpRelay relay = new TcpRelay(channel, chain, proxy, session, nanos, greeting);
        Tunnels tunnels = tunnels(channel, proxy, relay, session);
        relay.begin(new UpstreamSearch(inForce, connector, random, relay, proxy, session, tunnels));
    }

    private @Nullable Tunnels tunnels(Channel channel, TcpProxy proxy, TcpRelay relay, TcpSession session) {
        TunnelingConfig config = proxy.tunnelingConfig();
        if (config == null) {
            return null;
        }
        CodecLoop loop = codecs.computeIfAbsent(channel.eventLoop(), l -> new CodecLoop(l, memory));
        return new Tunnels(config, loop, relay, session, greeting);
    }
}
