package dev.lateen.proxy.listener;

import dev.lateen.proxy.chain.FilterChainRuntime;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.model.HttpConnectionManager;
import io.netty.channel.Channel;

/** Begins to speak HTTP on an accepted connection. */
@FunctionalInterface
public interface HttpServerStart {
    /**
     * Adds HTTP's handlers at the end of {@code channel}'s pipeline, which then holds only TLS, if any. Called on the channel's event loop once the
     * chain is matched, TLS is done, network filters have agreed and the protocol is known. The channel is active already
     * ({@code channelActive} is not fired again) and reads automatically; bytes that were read before follow as {@code channelRead} right after this
     * returns. The user event {@link DrainEvent} asks the handlers to finish: GOAWAY, {@code Connection: close}.
     *
     * @param inForce the newest configuration that has the chain
     * @param chain the connection's chain in it, whose successors are found by its key
     * @param manager the chain's connection manager
     * @param http2 whether ALPN or the client's preface said HTTP/2
     */
    void start(
            Channel channel,
            InForce inForce,
            FilterChainRuntime chain,
            HttpConnectionManager manager,
            ConnectionFacts facts,
            boolean http2);
}
