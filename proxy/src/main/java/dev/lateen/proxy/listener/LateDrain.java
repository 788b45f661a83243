package dev.lateen.proxy.listener;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Asks a connection to finish that was to drain before it spoke HTTP: not at once, when it would look idle and be closed while its first request is on its way, but
 * once that has begun.
 */
final class LateDrain extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ctx.fireChannelRead(message);
        ctx.fireUserEventTriggered(DrainEvent.INSTANCE);
        if (!ctx.isRemoved()) {
            ctx.pipeline().remove(this);
        }
    }
}
