package dev.lateen.proxy.listener;

import dev.lateen.proxy.model.Listener;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollChannelOption;

/** How sockets that accept are set before they are bound, beyond what every one has. */
final class BindingOptions {
    private BindingOptions() {}

    /** @throws ChannelException when the process lacks the right, or sockets of this kind know no such thing */
    static void set(ServerChannel channel, Listener.Binding binding) {
        if (binding.transparent()) {
            set(channel, EpollChannelOption.IP_TRANSPARENT, "transparent");
        }
        if (binding.freebind()) {
            set(channel, EpollChannelOption.IP_FREEBIND, "freebind");
        }
    }

    private static void set(ServerChannel channel, ChannelOption<Boolean> option, String field) {
        try {
            if (channel.config().setOption(option, true)) {
                return;
            }
        } catch (ChannelException e) {
            String reason = String.valueOf(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
            throw new ChannelException(field + ": " + reason + " (expected: user 0 with the capability NET_ADMIN)", e);
        }
        throw new ChannelException(field + ": sockets are not epoll's (expected: Linux)");
    }
}
