package dev.lateen.proxy.dns;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Questions in datagrams. Answers that the socket has no room for are dropped, as the network may drop them: the client asks again. */
final class UdpQueries extends SimpleChannelInboundHandler<DatagramPacket> {
    private static final Logger LOG = LoggerFactory.getLogger(UdpQueries.class);

    private final Resolver resolver;

    UdpQueries(Resolver resolver) {
        this.resolver = resolver;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
        InetSocketAddress asker = packet.sender();
        Channel channel = context.channel();
        resolver.answer(context.alloc(), packet.content(), false, answer -> send(channel, answer, asker));
    }

    private static void send(Channel channel, ByteBuf answer, InetSocketAddress asker) {
        if (channel.isWritable()) {
            channel.writeAndFlush(new DatagramPacket(answer, asker), channel.voidPromise());
        } else {
            answer.release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // One datagram's fault is no other's: an asker that is gone, say.
        LOG.debug("DNS over UDP: {}", String.valueOf(cause));
    }
}
