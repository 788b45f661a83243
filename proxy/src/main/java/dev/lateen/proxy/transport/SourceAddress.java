package dev.lateen.proxy.transport;

import dev.lateen.proxy.message.OriginalSource;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The address that a connection comes from: the kernel's choice, one that is configured, or the client's own. */
final class SourceAddress {
    private static final int SOL_SOCKET = 1;
    private static final int SO_MARK = 36;
    private static final IntegerUnixChannelOption MARK = new IntegerUnixChannelOption("SO_MARK", SOL_SOCKET, SO_MARK);

    private SourceAddress() {}

    /**
     * Readies a socket that is not connected yet.
     *
     * @param called where it will connect to
     * @return what to bind it to; null for the kernel's choice
     * @throws ChannelException when this process may not take the client's address
     */
    static @Nullable InetSocketAddress set(
            Channel channel, UpstreamTarget target, InetSocketAddress called, boolean epoll) {
        OriginalSource source = target.originalSource();
        InetAddress address = target.bindAddress();
        // A client of the other family has no address from which this one could be called.
        if (source != null
                && source.address().getClass().equals(called.getAddress().getClass())) {
            borrow(channel, source, epoll);
            address = source.address();
        }
        if (address == null) {
            return null;
        }
        if (epoll) {
            // The port is chosen at connect, so one source address serves 28,000 connections to each host, not in all.
            channel.config().setOption(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
        }
        return new InetSocketAddress(address, 0);
    }

    private static void borrow(Channel channel, OriginalSource source, boolean epoll) {
        if (!epoll) {
            throw new ChannelException("original_src: sockets are not epoll's (expected: Linux)");
        }
        try {
            channel.config().setOption(EpollChannelOption.IP_TRANSPARENT, true);
            if (source.mark() != 0) {
                channel.config().setOption(MARK, source.mark());
            }
        } catch (ChannelException e) {
            throw new ChannelException(
                    "original_src: can't connect from " + source.address().getHostAddress() + ": " + reason(e)
                            + " (expected: user 0 with the capability NET_ADMIN)",
                    e);
        }
    }

    private static String reason(ChannelException e) {
        return String.valueOf(
                e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
    }
}
