package dev.lateen.proxy.transport;

import dev.lateen.proxy.tls.TlsContexts;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;

/** Connects real sockets. */
public final class SocketConnector implements UpstreamConnector {
    private final EventLoops loops;
    private final TlsContexts contexts;
    private final NameResolver resolver;

    /**
     * @param contexts for targets that ask for TLS
     * @param resolver for targets that are not resolved yet
     */
    public SocketConnector(EventLoops loops, TlsContexts contexts, NameResolver resolver) {
        this.loops = loops;
        this.contexts = contexts;
        this.resolver = resolver;
    }

    @Override
    public Future<Channel> connect(EventLoop loop, UpstreamTarget target, ChannelHandler last) {
        Promise<Channel> result = loop.newPromise();
        ConnectAttempt attempt = new ConnectAttempt(loops, contexts, resolver, loop, target, last, result);
        if (loop.inEventLoop()) {
            attempt.begin();
        } else {
            loop.execute(attempt::begin);
        }
        return result;
    }
}
