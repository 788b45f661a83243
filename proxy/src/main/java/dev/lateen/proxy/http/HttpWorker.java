package dev.lateen.proxy.http;

import dev.lateen.proxy.http.codec.CodecLimits;
import dev.lateen.proxy.http.codec.CodecLoop;
import dev.lateen.proxy.http.filter.FilterContext;
import dev.lateen.proxy.http.pool.UpstreamPools;
import dev.lateen.proxy.message.ExchangeObserver;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.upstream.UpstreamCluster;
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
    private final RandomGenerator random;
    private final IdentityHashMap<HttpConnectionManager, ManagerRuntime> runtimes = new IdentityHashMap<>();
    private @Nullable ProxySnapshot compiledFor;
    private long dateSecond = Long.MIN_VALUE;
    private String date = "";

    HttpWorker(EventLoop loop, HttpServices services) {
        this.loop = loop;
        this.services = services;
        this.random = services.randoms().get();
        this.codecLoop = new CodecLoop(loop, services.memory());
        this.pools =
                new UpstreamPools(loop, services.connector(), codecLoop, CodecLimits.UPSTREAM, services.nanoClock());
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

    @Nullable
    UpstreamCluster cluster(String name) {
        return services.clusters().get(name);
    }

    @Override
    public boolean chance(int millionths) {
        return random.nextInt(1_000_000) < millionths;
    }

    /** Compiles what a manager means now, or finds it compiled. */
    @SuppressWarnings("ReferenceEquality") // a snapshot is known by its identity
    ManagerRuntime runtime(HttpConnectionManager manager, ExchangeObserver observer) {
        ProxySnapshot snapshot = services.snapshots().get();
        if (compiledFor != snapshot) {
            runtimes.clear();
            compiledFor = snapshot;
        }
        ManagerRuntime found = runtimes.get(manager);
        if (found == null || !found.holdsFor(snapshot, manager, observer)) {
            found = new ManagerRuntime(snapshot, manager, observer, services.matchers(), services.filterChains());
            runtimes.put(manager, found);
        }
        return found;
    }

    ProxySnapshot snapshot() {
        return services.snapshots().get();
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
