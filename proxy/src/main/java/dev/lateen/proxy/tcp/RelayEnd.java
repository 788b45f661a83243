package dev.lateen.proxy.tcp;

import dev.lateen.proxy.listener.DenyEvent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;

/** What one side's channel tells its relay. Sharable only in that an upstream attempt that failed may hand it to the next. */
@ChannelHandler.Sharable
final class RelayEnd extends ChannelInboundHandlerAdapter {
    private final TcpRelay relay;
    private final boolean downstream;

    RelayEnd(TcpRelay relay, boolean downstream) {
        this.relay = relay;
        this.downstream = downstream;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        relay.read(downstream, (ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        relay.readComplete(downstream);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        relay.writabilityChanged(downstream);
    }

    /** The end of input is TCP's FIN or TLS's close_notify, whichever comes first. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        switch (event) {
            case ChannelInputShutdownEvent _ -> relay.inputEnded(downstream);
            case SslCloseCompletionEvent close when close.isSuccess() -> relay.inputEnded(downstream);
            case DenyEvent deny -> relay.denied(deny);
            default -> ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        relay.gone(downstream);
    }

    /** A reset, or a TLS alert: the channel is closing and tells so. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        relay.failed(downstream, cause);
        ctx.close();
    }
}
