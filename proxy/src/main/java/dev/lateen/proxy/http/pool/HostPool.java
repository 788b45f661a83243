package dev.lateen.proxy.http.pool;

import dev.lateen.proxy.http.codec.ClientConnection;
import dev.lateen.proxy.http.codec.ClientStream;
import dev.lateen.proxy.http.codec.CodecLimits;
import dev.lateen.proxy.http.codec.Http2ClientConnection;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.Http2KeepAlive;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.transport.ConnectFailure;
import dev.lateen.proxy.transport.UpstreamTarget;
import dev.lateen.proxy.upstream.CircuitBreaker;
import dev.lateen.proxy.upstream.Host;
import dev.lateen.proxy.upstream.LocalFailure;
import dev.lateen.proxy.upstream.UpstreamCluster;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The connections of one event loop to one host that speak and encrypt alike, and who waits for one. */
final class HostPool {
    private static final PoolFailure OVERFLOW = new PoolFailure.Overflow();

    private final UpstreamPools pools;
    private final UpstreamCluster cluster;
    private final Host host;
    private final @Nullable UpstreamTls tls;
    private final PoolOptions options;
    private final CircuitBreaker breaker;

    /** Every connection that stands. */
    private final List<PooledConnection> open = new ArrayList<>();

    /** Those with room for a stream; the one used last is taken first, so that the others can grow idle and go. */
    private final ArrayDeque<PooledConnection> ready = new ArrayDeque<>();

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private int connecting;
    private boolean multiplexes;

    /** A taker in the queue. */
    final class Waiting implements PendingStream {
        private final StreamTaker taker;
        private boolean over;

        private Waiting(StreamTaker taker) {
            this.taker = taker;
        }

        @Override
        public void cancel() {
            if (!over) {
                over = true;
                waiting.remove(this);
                breaker.releasePending();
            }
        }

        private void leave() {
            over = true;
            breaker.releasePending();
        }
    }

    HostPool(UpstreamPools pools, UpstreamCluster cluster, Host host, @Nullable UpstreamTls tls, PoolOptions options) {
        this.pools = pools;
        this.cluster = cluster;
        this.host = host;
        this.tls = tls;
        this.options = options;
        this.breaker = cluster.breaker();
        this.multiplexes = options.wire() == WireProtocol.HTTP2;
    }

    @SuppressWarnings("ReferenceEquality") // unchanged parts of a snapshot keep their identity
    boolean serves(@Nullable UpstreamTls wantedTls, PoolOptions wanted) {
        return tls == wantedTls && (options == wanted || options.equals(wanted));
    }

    /** @return the place in the queue, or null when the taker has been told already */
    @Nullable
    PendingStream acquire(StreamTaker taker) {
        PooledConnection connection = firstReady();
        if (connection != null) {
            attach(connection, taker);
            return null;
        }
        if (!breaker.tryAcquirePending()) {
            taker.onFailure(OVERFLOW);
            return null;
        }
        Waiting place = new Waiting(taker);
        waiting.add(place);
        connectIfNeeded();
        return place.over ? null : place;
    }

    private @Nullable PooledConnection firstReady() {
        while (true) {
            PooledConnection connection = ready.peekLast();
            if (connection == null) {
                return null;
            }
            if (connection.codec().capacity() > 0 && !expired(connection)) {
                return connection;
            }
            ready.pollLast();
            connection.ready(false);
            if (connection.idle()) {
                connection.codec().close();
            }
        }
    }

    private void attach(PooledConnection connection, StreamTaker taker) {
        if (!breaker.tryAcquireRequest()) {
            taker.onFailure(OVERFLOW);
            return;
        }
        ClientConnection codec = connection.codec();
        boolean reused = connection.served() > 0;
        ClientStream stream = codec.open(taker);
        connection.countServed();
        int limit = cluster.newestConfig().connections().maxRequests();
        if (limit > 0 && connection.served() >= limit) {
            codec.drain();
        }
        if (codec.capacity() == 0 && connection.ready()) {
            ready.removeLastOccurrence(connection);
            connection.ready(false);
        }
        taker.onStream(stream, reused);
    }

    private void connectIfNeeded() {
        boolean one = multiplexes || options.wire() == WireProtocol.AUTO && open.isEmpty();
        while (connecting < (one ? Math.min(1, waiting.size()) : waiting.size())) {
            boolean counted = breaker.tryAcquireConnection();
            // As in Envoy, a host without any connection may have one whatever the limit says, or its requests would
            // wait for ever.
            if (!counted && (connecting > 0 || !open.isEmpty())) {
                return;
            }
            connect(counted);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the listener handles every outcome
    private void connect(boolean counted) {
        connecting++;
        PooledConnection connection = new PooledConnection(this);
        CodecChooser chooser = new CodecChooser(options.wire(), connection, pools.codecLoop(), limits());
        UpstreamTarget target = UpstreamTarget.of(cluster.newestConfig(), host.address(), tls)
                .asking(options.sni(), offered())
                .telling(options.proxied())
                .from(options.originalSource());
        pools.connector().connect(pools.loop(), target, chooser).addListener((Future<Channel> made) -> {
            connecting--;
            ClientConnection codec = chooser.chosen();
            if (made.isSuccess() && codec != null) {
                connected(connection, codec, made.getNow(), counted);
            } else {
                if (counted) {
                    breaker.releaseConnection();
                }
                failed(made.cause());
            }
        });
    }

    private CodecLimits limits() {
        int most = cluster.newestConfig().connections().maxConcurrentStreams();
        CodecLimits limits = pools.limits();
        return most == 0 ? limits : limits.withMaxConcurrentStreams(Math.min(most, limits.maxConcurrentStreams()));
    }

    /** Where neither the filter nor the configuration says it, TLS is told what will be spoken, as by Envoy: many servers speak HTTP/2 only if asked. */
    private List<String> offered() {
        boolean said = tls == null
                || !options.alpn().isEmpty()
                || !tls.settings().alpn().isEmpty();
        return said ? options.alpn() : options.wire().alpn();
    }

    private void connected(PooledConnection connection, ClientConnection codec, Channel channel, boolean counted) {
        host.connectionOpened();
        host.recordConnected(false);
        channel.closeFuture().addListener(closed -> {
            host.connectionClosed();
            if (counted) {
                breaker.releaseConnection();
            }
        });
        multiplexes = codec.isHttp2();
        Http2KeepAlive keepAlive = cluster.newestConfig().connections().http2KeepAlive();
        if (keepAlive != null && codec instanceof Http2ClientConnection http2) {
            http2.keepAlive(keepAlive.interval(), keepAlive.timeout());
        }
        connection.connected(codec, pools.nanos());
        if (connection.closed() || !channel.isActive()) {
            failed(null);
            return;
        }
        open.add(connection);
        onCapacity(connection);
        pools.watchIdle();
    }

    private void failed(@Nullable Throwable cause) {
        host.recordFailure(LocalFailure.CONNECT, false);
        ConnectFailure failure = cause instanceof ConnectFailure told
                ? told
                : new ConnectFailure(ConnectFailure.REMOTE, cause == null ? "" : String.valueOf(cause.getMessage()));
        List<Waiting> all = new ArrayList<>(waiting);
        waiting.clear();
        PoolFailure why = new PoolFailure.Connect(failure);
        for (Waiting place : all) {
            if (!place.over) {
                place.leave();
                place.taker.onFailure(why);
            }
        }
    }

    void onCapacity(PooledConnection connection) {
        ClientConnection codec = connection.codec();
        if (codec.active() == 0) {
            connection.idleSince(pools.nanos());
        }
        if (codec.capacity() > 0 && !connection.ready()) {
            connection.ready(true);
            ready.addLast(connection);
        }
        serveWaiting();
        drainIfRemoved();
    }

    private void serveWaiting() {
        while (!waiting.isEmpty()) {
            PooledConnection connection = firstReady();
            if (connection == null) {
                connectIfNeeded();
                return;
            }
            Waiting next = waiting.poll();
            next.leave();
            attach(connection, next.taker);
        }
    }

    /**
     * A host that left the configuration keeps its promise to those who chose it before and still wait; nobody else will come, so its connections
     * end with their requests. Draining any sooner would only make those who wait connect again.
     */
    private void drainIfRemoved() {
        if (host.isRemoved() && waiting.isEmpty()) {
            for (int i = open.size() - 1; i >= 0; i--) {
                open.get(i).codec().drain();
            }
        }
    }

    void onClosed(PooledConnection connection) {
        open.remove(connection);
        if (connection.ready()) {
            connection.ready(false);
            ready.remove(connection);
        }
        if (!waiting.isEmpty()) {
            connectIfNeeded();
        }
    }

    private boolean expired(PooledConnection connection) {
        if (!connection.idle()) {
            return false;
        }
        long now = pools.nanos();
        Cluster config = cluster.newestConfig();
        Duration age = config.connections().maxDuration();
        if (age != null && !age.isZero() && connection.ageNanos(now) >= age.toNanos()) {
            return true;
        }
        long idle = connection.idleNanos(now);
        Duration limit = config.connections().idleTimeout();
        if (!limit.isZero() && idle >= limit.toNanos()) {
            return true;
        }
        int promised = connection.codec().keepAliveSeconds();
        // Half a second before the other side may close it, so that no request meets the closing.
        return promised >= 0 && idle >= Math.max(0, promised * 1_000_000_000L - 500_000_000L);
    }

    /** Closes what has been idle for too long, or whose host is gone. */
    void sweep() {
        drainIfRemoved();
        for (int i = open.size() - 1; i >= 0; i--) {
            PooledConnection connection = open.get(i);
            if (expired(connection)) {
                connection.codec().close();
            } else if (tooOld(connection)) {
                connection.codec().drain();
            }
        }
    }

    private boolean tooOld(PooledConnection connection) {
        Duration age = cluster.newestConfig().connections().maxDuration();
        return age != null && !age.isZero() && connection.ageNanos(pools.nanos()) >= age.toNanos();
    }

    boolean isEmpty() {
        return open.isEmpty() && connecting == 0 && waiting.isEmpty();
    }

    void close() {
        for (PooledConnection connection : List.copyOf(open)) {
            connection.codec().close();
        }
    }
}
