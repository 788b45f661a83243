package dev.lateen.proxy.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;

/** A side whose connection carries nothing but the bytes. */
record ChannelSide(Channel channel) implements Side {
    @Override
    public void write(ByteBuf bytes) {
        channel.write(bytes, channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void reading(boolean wanted) {
        channel.config().setAutoRead(wanted);
    }

    @Override
    public void endAfterWrites() {
        HalfClose.afterWrites(channel);
    }

    /** What was reset at one side is reset at the other, or a stream that was cut would look whole to whoever reads it to its end. */
    @Override
    public void closeAfterWrites(boolean reset) {
        if (!channel.isActive()) {
            return;
        }
        channel.config().setAutoRead(false);
        if (reset) {
            reset(channel);
        } else {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    static void reset(Channel channel) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        // From below TLS, which would say goodbye.
        channel.pipeline().firstContext().close();
    }
}
