package dev.lateen.proxy.http;

import dev.lateen.proxy.inforce.Current;
import dev.lateen.proxy.transport.MemoryLevel;
import dev.lateen.proxy.transport.UpstreamConnector;
import dev.lateen.proxy.upstream.UpstreamClusters;
import io.netty.channel.EventLoop;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What the HTTP data path is built on; all of it safe for use by several threads.
 *
 * @param loops that connections are accepted on
 * @param current what is in force
 * @param clusters what outlives it
 * @param clock wall-clock time
 * @param nanoClock monotonic
 * @param memory how much is left for slow readers; asked often
 * @param address this node's own, as the control plane knows it; for requests of its own making
 * @param randoms makes one source of chance for each event loop
 */
public record HttpServices(
        List<EventLoop> loops,
        Current current,
        UpstreamClusters clusters,
        FilterChains filterChains,
        UpstreamConnector connector,
        InstantSource clock,
        LongSupplier nanoClock,
        Supplier<MemoryLevel> memory,
        String address,
        Supplier<RandomGenerator> randoms) {}
