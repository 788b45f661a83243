package dev.lateen.proxy.dns;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.timeout.IdleStateEvent;

/**
 * Questions of one connection (RFC 7766): several may be under way, and each is answered when it is known. Nothing more is read while many are, or while the client does not
 * take its answers.
 */
final class TcpQueries extends SimpleChannelInboundHandler<ByteBuf> {
    private final Resolver resolver;
    private final int most;
    private int underWay;

    TcpQueries(Resolver resolver, int most) {
        this.resolver = resolver;
        this.most = most;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf query) {
        underWay++;
        boolean answers = resolver.answer(context.alloc(), query, true, answer -> {
            underWay--;
            send(context, answer);
        });
        if (!answers) {
            underWay--;
        }
        look(context);
    }

    private void send(ChannelHandlerContext context, ByteBuf answer) {
        if (!context.channel().isActive()) {
            answer.release();
            return;
        }
        ByteBuf length = context.alloc().buffer(2).writeShort(answer.readableBytes());
        context.write(length, context.voidPromise());
        context.writeAndFlush(answer, context.voidPromise());
        look(context);
    }

    private void look(ChannelHandlerContext context) {
        boolean reads = underWay < most && context.channel().isWritable();
        if (context.channel().config().isAutoRead() != reads) {
            context.channel().config().setAutoRead(reads);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        look(context);
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) {
            context.close();
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
