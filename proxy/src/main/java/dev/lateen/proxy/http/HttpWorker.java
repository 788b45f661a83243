package dev.lateen.proxy.http;

import dev.lateen.proxy.chain.FilterChainRuntime;
import dev.lateen.proxy.http.call.CallLoop;
import dev.lateen.proxy.http.codec.CodecLimits;
import dev.lateen.proxy.http.codec.CodecLoop;
import dev.lateen.proxy.http.filter.FilterContext;
import dev.lateen.proxy.http.pool.HeldBodies;
import dev.lateen.proxy.http.pool.UpstreamPools;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.model.HttpConnectionManager;
import io.netty.channel.EventLoop;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What all exchanges of one event loop share: pools, clocks, chance, and what is compiled for the current snapshot. */
final class HttpWorker implements FilterContext {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final EventLoop loop;
    private final HttpServices services;
    private final CodecLoop codecLoop;
    private final UpstreamPools pools;
    private final HeldBodies heldBodies = new HeldBodies();
    private final CallLoop calls;
    private final RandomGenerator random;
    private final IdentityHashMap<FilterChainRuntime, ManagerRuntime> runtimes = new IdentityHashMap<>();
    private @Nullable InForce compiledFor;
    private long dateSecond = Long.MIN_VALUE;
    private String date = "";

    HttpWorker(EventLoop loop, HttpServices services) {
        this.loop = loop;
        this.services = services;
        this.random = services.randoms().get();
        this.codecLoop = new CodecLoop(loop, services.memory());
        this.pools =
                new UpstreamPools(loop, services.connector(), codecLoop, CodecLimits.UPSTREAM, services.nanoClock());
        this.calls = new CallLoop(loop, pools, heldBodies, services.current()::get, random);
    }

    EventLoop loop() {
        return loop;
    }

    CodecLoop codecLoop() {
        return codecLoop;
    }

    UpstreamPools pools() {
        return pools;
    }

    /** The proxy's own calls on this loop. */
    CallLoop calls() {
        return calls;
    }

    /** Ends its calls and closes its upstream connections. */
    void close() {
        calls.close();
        pools.close();
    }

    /** This node's address. */
    String address() {
        return services.address();
    }

    HeldBodies heldBodies() {
        return heldBodies;
    }

    RandomGenerator random() {
        return random;
    }

    long nanos() {
        return services.nanoClock().getAsLong();
    }

    long epochMillis() {
        return services.clock().millis();
    }

    /** What is in force now: to be taken once for everything that has to fit together. */
    InForce inForce() {
        return services.current().get();
    }

    @Override
    public boolean chance(int millionths) {
        return random.nextInt(1_000_000) < millionths;
    }

    /** Compiles what the manager of a chain means in one configuration, or finds it compiled. */
    @SuppressWarnings("ReferenceEquality") // what is in force is known by its identity
    ManagerRuntime runtime(InForce inForce, FilterChainRuntime chain, HttpConnectionManager manager) {
        if (compiledFor != inForce) {
            runtimes.clear();
            compiledFor = inForce;
        }
        return runtimes.computeIfAbsent(
                chain,
                _ -> new ManagerRuntime(
                        manager, chain.exchangeObserver(), inForce.routes(manager), services.filterChains()));
    }

    /** The value of {@code date}, made once a second. */
    String date() {
        long second = epochMillis() / 1000;
        if (second != dateSecond) {
            dateSecond = second;
            date = DATE.format(java.time.Instant.ofEpochSecond(second));
        }
        return date;
    }

    /** Runs {@code task} on this loop after {@code nanos}. */
    io.netty.util.concurrent.Future<?> schedule(Runnable task, long nanos) {
        return loop.schedule(task, nanos, TimeUnit.NANOSECONDS);
    }
}
