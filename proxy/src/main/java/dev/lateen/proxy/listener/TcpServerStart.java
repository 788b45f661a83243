package dev.lateen.proxy.listener;

import dev.lateen.proxy.chain.FilterChainRuntime;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.model.TcpProxy;
import io.netty.channel.Channel;

/** Begins to proxy bytes on an accepted connection; the terms are those of {@link HttpServerStart}. */
@FunctionalInterface
public interface TcpServerStart {
    /** Adds the proxy's handler at the end of {@code channel}'s pipeline. The user event {@link DenyEvent} tells it that policy ends the connection. */
    void start(Channel channel, InForce inForce, FilterChainRuntime chain, TcpProxy proxy, ConnectionFacts facts);
}
