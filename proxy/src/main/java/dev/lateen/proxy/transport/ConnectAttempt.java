package dev.lateen.proxy.transport;

import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.tls.TlsContexts;
import dev.lateen.proxy.tls.TlsHandshake;
import dev.lateen.proxy.tls.TlsUnavailable;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One connection on its way: TCP, then TLS, both within the connect timeout. Lives on one event loop. */
final class ConnectAttempt implements TlsHandshake.Outcome {
    private final EventLoops loops;
    private final TlsContexts contexts;
    private final NameResolver resolver;
    private final EventLoop loop;
    private final UpstreamTarget target;
    private final ChannelHandler last;
    private final Promise<Channel> result;
    private @Nullable DuplexChannel channel;
    private @Nullable ScheduledFuture<?> timer;

    ConnectAttempt(
            EventLoops loops,
            TlsContexts contexts,
            NameResolver resolver,
            EventLoop loop,
            UpstreamTarget target,
            ChannelHandler last,
            Promise<Channel> result) {
        this.loops = loops;
        this.contexts = contexts;
        this.resolver = resolver;
        this.loop = loop;
        this.target = target;
        this.last = last;
        this.result = result;
    }

    void begin() {
        try {
            DuplexChannel opened = target.path() == null
                    ? loops.channels().newChannel()
                    : loops.unixChannels().newChannel();
            channel = opened;
            SocketOptions.apply(opened, loops);
            // Nothing is read before the handler that reads it is there.
            opened.config().setAutoRead(false);
            if (target.keepalive() != null) {
                SocketOptions.keepalive(opened, target.keepalive(), loops.epoll());
            }
            timer = loop.schedule(this::timeOut, target.connectTimeout().toNanos(), TimeUnit.NANOSECONDS);
            result.addListener(done -> settle(done, opened));
            loop.register(opened).addListener((ChannelFuture registered) -> connect(registered, opened));
        } catch (RuntimeException e) {
            // No socket: file descriptors are used up.
            fail(new ConnectFailure(ConnectFailure.LOCAL, "socket creation failure: " + e.getMessage()));
        }
    }

    private void connect(ChannelFuture registered, DuplexChannel opened) {
        if (!registered.isSuccess()) {
            fail(new ConnectFailure(ConnectFailure.LOCAL, String.valueOf(registered.cause())));
            return;
        }
        String path = target.path();
        if (path != null) {
            opened.connect(loops.unixAddress(path))
                    .addListener((ChannelFuture connected) -> connected(connected, opened));
            return;
        }
        if (target.address().isUnresolved()) {
            resolveAndConnect(opened);
        } else {
            connect(target.address(), opened);
        }
    }

    private void connect(InetSocketAddress address, DuplexChannel opened) {
        InetSocketAddress local;
        try {
            local = SourceAddress.set(opened, target, address, loops.epoll());
        } catch (ChannelException e) {
            fail(new ConnectFailure(ConnectFailure.LOCAL, String.valueOf(e.getMessage())));
            return;
        }
        opened.connect(address, local).addListener((ChannelFuture connected) -> connected(connected, opened));
    }

    private void resolveAndConnect(DuplexChannel opened) {
        String name = target.address().getHostString();
        resolver.resolve(name)
                .whenComplete((answer, failure) -> loop.execute(() -> {
                    if (result.isDone()) {
                        return;
                    }
                    if (answer == null || answer.addresses().isEmpty()) {
                        fail(new ConnectFailure(ConnectFailure.DNS, "dns_resolution_failure{" + name + "}"));
                        return;
                    }
                    connect(
                            new InetSocketAddress(
                                    answer.addresses().getFirst(),
                                    target.address().getPort()),
                            opened);
                }));
    }

    private void connected(ChannelFuture connected, DuplexChannel opened) {
        if (result.isDone()) {
            return;
        }
        if (!connected.isSuccess()) {
            fail(ConnectWords.failure(connected.cause()));
            return;
        }
        ProxyHeader proxied = target.proxied();
        if (proxied != null) {
            opened.writeAndFlush(Unpooled.wrappedBuffer(proxied.bytes()), opened.voidPromise());
        }
        UpstreamTls tls = target.tls();
        if (tls == null) {
            succeed(opened);
            return;
        }
        try {
            TlsHandshake.connect(
                    opened.pipeline(), contexts, tls, target.sni(), target.alpn(), target.halfClose(), this);
        } catch (TlsUnavailable e) {
            fail(new ConnectFailure(ConnectFailure.LOCAL, "TLS_error:|" + e.reason() + ":TLS_error_end"));
        }
    }

    @Override
    public void secured(TlsFacts facts) {
        if (channel != null) {
            succeed(channel);
        }
    }

    @Override
    public void refused(String reason) {
        fail(new ConnectFailure(ConnectFailure.REMOTE, reason));
    }

    private void succeed(DuplexChannel opened) {
        if (result.isDone()) {
            return;
        }
        opened.pipeline().addLast(last);
        result.trySuccess(opened);
        opened.config().setAutoRead(true);
    }

    private void timeOut() {
        fail(new ConnectFailure(ConnectFailure.TIMEOUT, ""));
    }

    private void fail(ConnectFailure failure) {
        result.tryFailure(failure);
    }

    /** Whatever ended the attempt, cancellation by the caller too. */
    private void settle(Future<? super Channel> done, DuplexChannel opened) {
        if (timer != null) {
            timer.cancel(false);
        }
        if (!done.isSuccess()) {
            opened.close();
        }
    }
}
