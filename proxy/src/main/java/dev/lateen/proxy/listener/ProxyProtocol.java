package dev.lateen.proxy.listener;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads the PROXY protocol header, version 1 or 2, that must stand before a connection's own bytes where the listener asks for it
 * ({@code envoy.filters.listener.proxy_protocol}). A connection without one is closed.
 */
final class ProxyProtocol extends ChannelInboundHandlerAdapter {
    /** Hears of the header once. */
    interface Read {
        /** @param source null when the header names none, as for a health check of the load balancer itself */
        void read(@Nullable InetSocketAddress source, @Nullable InetSocketAddress destination);
    }

    private final Duration timeout;
    private final Read read;
    private @Nullable ScheduledFuture<?> timer;

    private ProxyProtocol(Duration timeout, Read read) {
        this.timeout = timeout;
        this.read = read;
    }

    /** Adds the reader at the end of the pipeline. @param timeout zero waits for ever */
    static void add(ChannelPipeline pipeline, Duration timeout, Read read) {
        pipeline.addLast(new HAProxyMessageDecoder(), new ProxyProtocol(timeout, read));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (!timeout.isZero()) {
            timer = ctx.executor().schedule(() -> ctx.close(), timeout.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof HAProxyMessage header)) {
            ctx.fireChannelRead(message);
            return;
        }
        try {
            boolean proxied = header.command() == HAProxyCommand.PROXY;
            InetSocketAddress source = proxied ? address(header.sourceAddress(), header.sourcePort()) : null;
            InetSocketAddress destination =
                    proxied ? address(header.destinationAddress(), header.destinationPort()) : null;
            // Bytes behind the header come as the decoder, which removes itself, lets go of them.
            ctx.pipeline().remove(this);
            read.read(source, destination);
        } finally {
            header.release();
        }
    }

    private static @Nullable InetSocketAddress address(@Nullable String text, int port)
            throws IllegalArgumentException {
        byte[] bytes = text == null ? null : NetUtil.createByteArrayFromIpAddressString(text);
        if (bytes == null) {
            return null;
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("address: " + text, e);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close(); // not a PROXY protocol header
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
