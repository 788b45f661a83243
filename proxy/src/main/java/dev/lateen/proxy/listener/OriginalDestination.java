package dev.lateen.proxy.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection was headed before the kernel redirected it here: {@code SO_ORIGINAL_DST} of Linux' netfilter. Needs epoll sockets.
 */
final class OriginalDestination {
    private static final int SOL_IP = 0;
    private static final int SOL_IPV6 = 41;
    private static final int SO_ORIGINAL_DST = 80;

    /** {@code struct sockaddr_in}: family, port, address, padding. */
    private static final ChannelOption<ByteBuffer> IPV4 =
            new RawUnixChannelOption("SO_ORIGINAL_DST", SOL_IP, SO_ORIGINAL_DST, 16);

    /** {@code struct sockaddr_in6}: family, port, flow, address, scope. */
    private static final ChannelOption<ByteBuffer> IPV6 =
            new RawUnixChannelOption("IP6T_SO_ORIGINAL_DST", SOL_IPV6, SO_ORIGINAL_DST, 28);

    private OriginalDestination() {}

    /** Null when the connection was not redirected, or that can't be told here. */
    static @Nullable InetSocketAddress of(Channel channel) {
        if (!(channel instanceof EpollSocketChannel socket)) {
            return null;
        }
        // A socket of a dual-stack listener carries IPv4 too, and the kernel answers for the family of the connection.
        InetSocketAddress found = read(socket, IPV4, 4, 4);
        return found != null ? found : read(socket, IPV6, 8, 16);
    }

    private static @Nullable InetSocketAddress read(
            EpollSocketChannel socket, ChannelOption<ByteBuffer> option, int offset, int length) {
        try {
            ByteBuffer answer = socket.config().getOption(option);
            if (answer == null || answer.limit() < offset + length) {
                return null;
            }
            byte[] address = new byte[length];
            answer.get(offset, address);
            int port = ((answer.get(2) & 0xff) << 8) | (answer.get(3) & 0xff);
            return port == 0 ? null : new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException | RuntimeException _) {
            return null; // no connection tracking here, or no entry for this connection
        }
    }
}
