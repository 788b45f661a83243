package dev.lateen.proxy.listener;

import dev.lateen.proxy.chain.ListenerRuntime;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.transport.EventLoops;
import dev.lateen.proxy.transport.SocketOptions;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the connections of one bound socket and deals them out to the event loops in turn, so that they spread evenly whatever the kernel does. Which
 * listener a connection belongs to is asked of the table in force, by the socket's address: a listener may be renamed while the socket stays bound.
 */
final class Acceptor extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);
    private static final long PAUSE_MILLIS = 500;

    private final EventLoops loops;
    private final ListenerContext context;
    private final InetSocketAddress address;
    private boolean toldOfLimit;

    /** @param address as it is configured */
    Acceptor(EventLoops loops, ListenerContext context, InetSocketAddress address) {
        this.loops = loops;
        this.context = context;
        this.address = address;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Channel accepted = (Channel) message;
        InForce inForce = context.inForce();
        ListenerRuntime listener = inForce.listeners().accepting(address);
        if (listener == null || !mayEnter(accepted, listener)) {
            accepted.unsafe().closeForcibly();
            return;
        }
        try {
            SocketOptions.apply(accepted, loops);
            accepted.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            accepted.pipeline().addLast(new ConnectionStart(context, accepted, address, inForce, listener));
            loops.next().register(accepted).addListener((ChannelFuture registered) -> {
                if (!registered.isSuccess()) {
                    drop(accepted);
                }
            });
        } catch (RuntimeException e) {
            // A connection that was reset meanwhile has no addresses and takes no options.
            LOG.debug("{}: connection dropped: {}", address, e.toString());
            drop(accepted);
        }
    }

    private void drop(Channel accepted) {
        accepted.unsafe().closeForcibly();
        context.connections().leave(accepted);
    }

    private boolean mayEnter(Channel accepted, ListenerRuntime listener) {
        if (context.connections().enter(accepted, listener.listener().direction())) {
            toldOfLimit = false;
            return true;
        }
        if (!toldOfLimit) {
            toldOfLimit = true;
            LOG.warn(
                    "listener {}: connection closed: {} connections are open, the limit",
                    listener.listener().name(),
                    context.connections().accepted());
        }
        return false;
    }

    /** File descriptors are used up, mostly: accepting again at once would only spin. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, @Nullable Throwable cause) {
        LOG.warn("{}: accept failed: {}", address, String.valueOf(cause));
        ctx.channel().config().setAutoRead(false);
        ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
}
