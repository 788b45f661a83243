package dev.lateen.proxy.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/** Opens connections to upstream hosts. Safe for use by several threads. */
public interface UpstreamConnector {
    /**
     * Connects, and finishes the TLS handshake when the target asks for TLS. The future completes on {@code loop}, which is also the channel's own; it
     * never throws in the caller's face. It fails with {@link ConnectFailure}, and cancelling it closes what was begun.
     *
     * @param last added to the pipeline, behind TLS, once the connection stands and before the future completes, so that no byte is missed;
     *     {@code channelActive} is not fired for it. What TLS told is read by {@link dev.lateen.proxy.tls.TlsSession#factsOf}
     */
    Future<Channel> connect(EventLoop loop, UpstreamTarget target, ChannelHandler last);
}
