package dev.lateen.proxy.http.call;

import dev.lateen.proxy.http.pool.HeldBodies;
import dev.lateen.proxy.http.pool.PoolOptions;
import dev.lateen.proxy.http.pool.UpstreamPools;
import dev.lateen.proxy.http.pool.WireProtocol;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.message.CallObserver;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.ProxyProtocol;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.transport.ProxyHeader;
import dev.lateen.proxy.upstream.PickContext;
import dev.lateen.proxy.upstream.PickedHost;
import dev.lateen.proxy.upstream.UpstreamCluster;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The calls of one event loop, beside the requests that pass it and by the same connections. Used on its event loop only. */
public final class CallLoop {
    /** How many calls to one cluster may be under way. */
    public static final int MOST_UNDER_WAY = 4096;

    /** Whom the PROXY protocol tells of, as there is no client: "unknown". */
    private static final InetSocketAddress NOBODY = InetSocketAddress.createUnresolved("unknown", 0);

    private final EventLoop loop;
    private final UpstreamPools pools;
    private final HeldBodies held;
    private final Surroundings around;
    private final PickContext picking;
    private final ClusterCalls newest;
    private final Map<String, Set<HostCall>> underWay = new HashMap<>();
    private boolean closed;

    /**
     * What calls need to know.
     *
     * @param current what is in force
     * @param observer hears of answers
     * @param nanoClock monotonic
     * @param random of this event loop
     */
    public record Surroundings(
            Supplier<InForce> current, CallObserver observer, LongSupplier nanoClock, RandomGenerator random) {}

    /** @param held what all bodies on this event loop count in */
    public CallLoop(EventLoop loop, UpstreamPools pools, HeldBodies held, Surroundings around) {
        this.loop = loop;
        this.pools = pools;
        this.held = held;
        this.around = around;
        this.picking = new PickContext(around.random());
        this.newest = new NamedCalls(this, name -> around.current().get().cluster(name));
    }

    /** Calls by what is in force when each begins: for what belongs to no exchange. */
    public ClusterCalls newest() {
        return newest;
    }

    /** Calls by one configuration: for an exchange, whose filters name the clusters that came with them. */
    public ClusterCalls by(InForce inForce) {
        return new NamedCalls(this, inForce::cluster);
    }

    /**
     * Sends a request whose answer nobody wants: it is read and dropped.
     *
     * @param cluster of whatever configuration
     * @param time to the end of the answer, above zero: a host must not hold a connection for ever
     */
    public void forget(UpstreamCluster cluster, HttpCall call, Duration time) {
        begin(cluster.config().name(), cluster, call.head(), time, new ForgottenCall(call, held));
    }

    /** Ends all calls, with {@link CallFailure.Cancelled}, as those that come later. */
    public void close() {
        closed = true;
        List<HostCall> all = new ArrayList<>();
        underWay.values().forEach(all::addAll);
        all.forEach(call -> call.fail(new CallFailure.Cancelled()));
    }

    EventLoop loop() {
        return loop;
    }

    UpstreamPools pools() {
        return pools;
    }

    Surroundings around() {
        return around;
    }

    HeldBodies held() {
        return held;
    }

    /** @param cluster null when there is none of that name @return of no effect when {@code sink} has been told already */
    Pending begin(String name, @Nullable UpstreamCluster cluster, RequestHead head, Duration time, CallSink sink) {
        if (closed) {
            return failed(sink, new CallFailure.Cancelled());
        }
        if (cluster == null) {
            return failed(sink, new CallFailure.NoSuchCluster(name));
        }
        Set<HostCall> others = underWay.get(name);
        if (others != null && others.size() >= MOST_UNDER_WAY) {
            return failed(sink, new CallFailure.TooManyCalls(name, MOST_UNDER_WAY));
        }
        PickedHost to = cluster.pick(picking.reset());
        if (to == null) {
            return failed(sink, new CallFailure.NoHealthyHost(name));
        }
        HostCall call = new HostCall(this, cluster, to, sink);
        underWay.computeIfAbsent(name, _ -> new HashSet<>()).add(call);
        Cluster config = cluster.config();
        call.begin(options(config, to.tls(), head, sink.http2Only()), time);
        return call;
    }

    private static Pending failed(CallSink sink, CallFailure failure) {
        sink.onFailure(failure);
        return Pending.OVER;
    }

    void ended(HostCall call) {
        Set<HostCall> others = underWay.get(call.clusterName());
        if (others != null && others.remove(call) && others.isEmpty()) {
            underWay.remove(call.clusterName());
        }
    }

    /** As for a request that no filter has touched. */
    private static PoolOptions options(
            Cluster cluster, @Nullable UpstreamTls tls, RequestHead head, boolean http2Only) {
        WireProtocol wire = http2Only ? WireProtocol.HTTP2 : WireProtocol.of(cluster, tls, head.protocol());
        PoolOptions options = tls != null && tls.autoSni()
                ? new PoolOptions(wire, head.parsedAuthority().name(), List.of())
                : PoolOptions.of(wire);
        ProxyProtocol told = cluster.connections().proxyProtocol();
        return told == null ? options : options.telling(new ProxyHeader(told, NOBODY, NOBODY));
    }
}
