package dev.lateen.proxy.tcp;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/** Tells one side that the other has said all, while it may still answer. */
final class HalfClose {
    private HalfClose() {}

    /** After all that was written: TLS's close_notify where there is TLS (RFC 8446 section 6.1 closes one direction only), else TCP's FIN. */
    static void afterWrites(Channel channel) {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) written -> {
            SslHandler ssl = channel.pipeline().get(SslHandler.class);
            if (!written.isSuccess() || !channel.isActive()) {
                return;
            }
            if (ssl != null) {
                ssl.closeOutbound();
            } else if (channel instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
            }
        });
    }
}
