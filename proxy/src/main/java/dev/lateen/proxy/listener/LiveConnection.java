package dev.lateen.proxy.listener;

import dev.lateen.proxy.chain.FilterChainRuntime;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.model.NetworkFilterConfig;
import io.netty.channel.Channel;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A downstream connection from the choice of its chain to its end. Its methods run on its event loop. */
final class LiveConnection {
    private final Channel channel;
    private FilterChainRuntime chain;
    private final ConnectionFacts facts;
    private final ConnectionPolicy policy;
    private List<NetworkFilterConfig> checked;
    private boolean draining;

    LiveConnection(Channel channel, FilterChainRuntime chain, ConnectionFacts facts, ConnectionPolicy policy) {
        this.channel = channel;
        this.chain = chain;
        this.facts = facts;
        this.policy = policy;
        this.checked = chain.chain().networkFilters();
    }

    Channel channel() {
        return channel;
    }

    /** The last one that it followed. */
    FilterChainRuntime chain() {
        return chain;
    }

    ConnectionFacts facts() {
        return facts;
    }

    /** Why the chain's network filters don't let it be, or null. */
    @Nullable
    String denial() {
        checked = chain.chain().networkFilters();
        return policy.denial(checked, facts);
    }

    /** Another configuration is in force: asks the filters again if they were replaced, and ends the connection when they deny it now. */
    @SuppressWarnings("ReferenceEquality") // unchanged parts of a snapshot keep their identity
    void follow(FilterChainRuntime newest) {
        chain = newest;
        channel.pipeline().fireUserEventTriggered(ConfigEvent.INSTANCE);
        if (checked == chain.chain().networkFilters() || !channel.isActive()) {
            return;
        }
        String denial = denial();
        if (denial != null) {
            channel.pipeline().fireUserEventTriggered(new DenyEvent(denial));
            channel.close();
        }
    }

    /** Whether it was asked to finish. */
    boolean draining() {
        return draining;
    }

    /** Asks its client to go elsewhere. */
    void leave() {
        channel.pipeline().fireUserEventTriggered(LeaveEvent.INSTANCE);
    }

    /** Asks it to finish, and ends it when the time is over. */
    void drain(long nanos) {
        if (draining || !channel.isActive()) {
            return;
        }
        draining = true;
        channel.pipeline().fireUserEventTriggered(DrainEvent.INSTANCE);
        var end = channel.eventLoop().schedule(() -> channel.close(), nanos, TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(closed -> end.cancel(false));
    }
}
