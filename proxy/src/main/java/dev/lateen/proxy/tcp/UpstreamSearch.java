package dev.lateen.proxy.tcp;

import dev.lateen.proxy.forward.TcpClusters;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.ProxyProtocol;
import dev.lateen.proxy.model.TcpProxy;
import dev.lateen.proxy.route.HashPolicies;
import dev.lateen.proxy.tls.TlsSession;
import dev.lateen.proxy.transport.ConnectFailure;
import dev.lateen.proxy.transport.ProxyHeader;
import dev.lateen.proxy.transport.SocketOptions;
import dev.lateen.proxy.transport.UpstreamConnector;
import dev.lateen.proxy.transport.UpstreamTarget;
import dev.lateen.proxy.upstream.Host;
import dev.lateen.proxy.upstream.LocalFailure;
import dev.lateen.proxy.upstream.PickContext;
import dev.lateen.proxy.upstream.PickedHost;
import dev.lateen.proxy.upstream.UpstreamCluster;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Finds a connection to an upstream host for one downstream connection: cluster by weight, host by its balancer, other hosts while attempts are left. */
final class UpstreamSearch {
    private final @Nullable UpstreamCluster cluster;
    private final UpstreamConnector connector;
    private final Found found;
    private final TcpProxy proxy;
    private final TcpSession session;
    private final PickContext context;
    private int attempts;
    private boolean stopped;
    private final @Nullable Tunnels tunnels;
    private @Nullable Future<Channel> connecting;
    private @Nullable Tunnel asking;

    /** Hears how it went: one of its methods is called once, unless the search was stopped. */
    interface Found {
        /** @param release to be run once, when the connection is over */
        void connected(Side upstream, Runnable release);

        /** The session says why. */
        void nothingFound();
    }

    UpstreamSearch(
            InForce inForce,
            UpstreamConnector connector,
            RandomGenerator random,
            Found found,
            TcpProxy proxy,
            TcpSession session,
            @Nullable Tunnels tunnels) {
        this.connector = connector;
        this.found = found;
        this.proxy = proxy;
        this.session = session;
        this.tunnels = tunnels;
        this.cluster = inForce.cluster(TcpClusters.choose(proxy, random));
        this.context = new PickContext(random)
                .originalDestination(session.connection().originalDestination())
                .avoidTried(5);
        if (proxy.hashesSourceIp()) {
            context.hash(HashPolicies.ofAddress(session.connection().remoteAddress()));
        }
    }

    /** @param last goes to the end of the upstream pipeline; must be sharable between attempts */
    void begin(EventLoop loop, ChannelHandler last) {
        UpstreamCluster to = cluster;
        if (to == null) {
            fail(ResponseFlag.NO_CLUSTER_FOUND);
            return;
        }
        session.cluster(to.config());
        attempt(loop, to, last);
    }

    /** Nobody waits for it any more. */
    void stop() {
        stopped = true;
        if (connecting != null) {
            connecting.cancel(false);
        }
        if (asking != null) {
            asking.abandon();
        }
    }

    private void attempt(EventLoop loop, UpstreamCluster cluster, ChannelHandler last) {
        if (attempts >= proxy.maxConnectAttempts()) {
            fail(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED);
            return;
        }
        attempts++;
        PickedHost to = cluster.pick(context);
        if (to == null) {
            fail(ResponseFlag.NO_HEALTHY_UPSTREAM);
            return;
        }
        Host host = to.host();
        if (!cluster.breaker().tryAcquireConnection()) {
            fail(ResponseFlag.UPSTREAM_OVERFLOW);
            return;
        }
        session.endpoint(to.endpoint());
        UpstreamTarget target = UpstreamTarget.of(cluster.config(), host.address(), to.tls())
                .telling(header(cluster.config()))
                .from(session.connection().originalSource());
        Tunnel tunnel = tunnels == null ? null : tunnels.to(cluster.config(), target.tls());
        Future<Channel> attempt = tunnel == null
                ? connector.connect(loop, target.withHalfClose(), last)
                : connector.connect(loop, Tunnels.target(target, cluster.config()), tunnel.codec());
        connecting = attempt;
        attempt.addListener((Future<Channel> done) -> {
            if (done.isSuccess()) {
                connected(cluster, host, done.getNow(), tunnel, last);
            } else {
                cluster.breaker().releaseConnection();
                failed(loop, cluster, host, done.cause(), last);
            }
        });
    }

    private @Nullable ProxyHeader header(Cluster cluster) {
        ProxyProtocol version = cluster.connections().proxyProtocol();
        ConnectionFacts client = session.connection();
        return version == null ? null : new ProxyHeader(version, client.remoteAddress(), client.localAddress());
    }

    private void connected(
            UpstreamCluster cluster, Host host, Channel upstream, @Nullable Tunnel tunnel, ChannelHandler last) {
        host.connectionOpened();
        host.recordConnected(true);
        Runnable release = () -> {
            host.connectionClosed();
            cluster.breaker().releaseConnection();
        };
        if (stopped) {
            release.run();
            upstream.close();
            return;
        }
        session.upstreamConnection(
                upstream.localAddress() instanceof InetSocketAddress local ? local : null,
                TlsSession.factsOf(upstream));
        if (tunnels == null || tunnel == null) {
            SocketOptions.bulk(upstream);
            found.connected(new ChannelSide(upstream), release);
            return;
        }
        connecting = null;
        asking = tunnel;
        tunnels.open(tunnel, upstream, new Tunnel.Outcome() {
            @Override
            public void opened() {
                asking = null;
                found.connected(tunnel, release);
            }

            @Override
            public void refused(int status) {
                asking = null;
                release.run();
                failed(upstream.eventLoop(), cluster, host, notLetThrough(status), last);
            }
        });
    }

    /** Envoy takes a proxy that does not let us through for one that could not be reached. */
    private static ConnectFailure notLetThrough(int status) {
        return new ConnectFailure(ConnectFailure.REMOTE, status == 0 ? "" : "tunnel_response:" + status);
    }

    private void failed(EventLoop loop, UpstreamCluster cluster, Host host, Throwable cause, ChannelHandler last) {
        if (stopped) {
            return;
        }
        boolean timedOut = cause instanceof ConnectFailure failure && failure.timedOut();
        host.recordFailure(timedOut ? LocalFailure.TIMEOUT : LocalFailure.CONNECT, false);
        session.upstreamTransportFailure(
                cause instanceof ConnectFailure failure ? failure.transportFailureReason() : String.valueOf(cause));
        session.addFlag(
                cause instanceof ConnectFailure failure && failure.unresolved()
                        ? ResponseFlag.DNS_RESOLUTION_FAILED
                        : ResponseFlag.UPSTREAM_CONNECTION_FAILURE);
        context.addTried(host);
        attempt(loop, cluster, last);
    }

    private void fail(ResponseFlag flag) {
        session.addFlag(flag);
        found.nothingFound();
    }
}
