package dev.lateen.proxy.http.pool;

import dev.lateen.proxy.http.codec.CodecLimits;
import dev.lateen.proxy.http.codec.CodecLoop;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.transport.UpstreamConnector;
import dev.lateen.proxy.upstream.Host;
import dev.lateen.proxy.upstream.PickedHost;
import dev.lateen.proxy.upstream.UpstreamCluster;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The pools of one event loop. They are keyed by host, so they outlive every snapshot that the host outlives; a host that leaves the
 * configuration loses its idle connections at once and the others when their requests have ended. Used on its event loop only.
 */
public final class UpstreamPools {
    private static final long SWEEP_MILLIS = 1000;

    private final EventLoop loop;
    private final UpstreamConnector connector;
    private final CodecLoop codecLoop;
    private final CodecLimits limits;
    private final LongSupplier nanoClock;
    private final IdentityHashMap<Host, List<HostPool>> pools = new IdentityHashMap<>();
    private boolean sweeping;

    /** @param limits what an upstream's messages may be at most @param nanoClock monotonic */
    public UpstreamPools(
            EventLoop loop,
            UpstreamConnector connector,
            CodecLoop codecLoop,
            CodecLimits limits,
            LongSupplier nanoClock) {
        this.loop = loop;
        this.connector = connector;
        this.codecLoop = codecLoop;
        this.limits = limits;
        this.nanoClock = nanoClock;
    }

    /**
     * Finds or makes a connection with room and gives {@code taker} a stream on it, at once when there is one, else once it stands.
     *
     * @return the place in the queue, to be cancelled; null when the taker has been told already
     */
    public @Nullable PendingStream acquire(
            UpstreamCluster cluster, PickedHost to, PoolOptions options, StreamTaker taker) {
        Host host = to.host();
        UpstreamTls tls = to.tls();
        List<HostPool> variants = pools.get(host);
        if (variants == null) {
            variants = new ArrayList<>(1);
            pools.put(host, variants);
        }
        for (int i = 0; i < variants.size(); i++) {
            if (variants.get(i).serves(tls, options)) {
                return variants.get(i).acquire(taker);
            }
        }
        HostPool made = new HostPool(this, cluster, host, tls, options);
        variants.add(made);
        watchIdle();
        return made.acquire(taker);
    }

    /** Closes idle connections of a host that left the configuration; those in use close after their last request. */
    public void onHostRemoved(Host host) {
        List<HostPool> variants = pools.get(host);
        if (variants != null) {
            variants.forEach(HostPool::sweep);
        }
    }

    /** Closes everything. */
    public void close() {
        pools.values().forEach(variants -> variants.forEach(HostPool::close));
    }

    EventLoop loop() {
        return loop;
    }

    UpstreamConnector connector() {
        return connector;
    }

    CodecLoop codecLoop() {
        return codecLoop;
    }

    CodecLimits limits() {
        return limits;
    }

    long nanos() {
        return nanoClock.getAsLong();
    }

    /** Sweeps while there is anything to sweep. */
    @SuppressWarnings("FutureReturnValueIgnored")
    void watchIdle() {
        if (!sweeping) {
            sweeping = true;
            loop.schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void sweep() {
        sweeping = false;
        boolean more = false;
        for (Iterator<List<HostPool>> hosts = pools.values().iterator(); hosts.hasNext(); ) {
            List<HostPool> variants = hosts.next();
            for (int i = variants.size() - 1; i >= 0; i--) {
                variants.get(i).sweep();
                more |= !variants.get(i).isEmpty();
                if (variants.get(i).isEmpty()) {
                    variants.remove(i);
                }
            }
            if (variants.isEmpty()) {
                hosts.remove();
            }
        }
        if (more) {
            watchIdle();
        }
    }
}
