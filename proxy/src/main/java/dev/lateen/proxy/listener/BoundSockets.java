package dev.lateen.proxy.listener;

import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.transport.EventLoops;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.PromiseCombiner;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets that accept, by address. A socket stays bound as long as any listener wants its address; what changes is only whose it is. Lives on one event
 * loop.
 */
final class BoundSockets {
    private static final Logger LOG = LoggerFactory.getLogger(BoundSockets.class);

    /** How a socket was bound: one that is wanted otherwise is made anew. */
    private static final AttributeKey<Listener.Binding> BINDING = AttributeKey.valueOf(BoundSockets.class, "binding");

    private final EventLoops loops;
    private final EventLoop home;
    private final ListenerContext context;
    private final int backlog;
    private final Map<InetSocketAddress, Channel> sockets = new HashMap<>();
    private final Map<InetSocketAddress, String> failures = new HashMap<>();
    /** The failures that were told: an address that is tried again and again is told of once. */
    private final Map<InetSocketAddress, String> told = new HashMap<>();

    BoundSockets(EventLoops loops, EventLoop home, ListenerContext context, int backlog) {
        this.loops = loops;
        this.home = home;
        this.context = context;
        this.backlog = backlog;
    }

    /** @param listener its name, for people */
    record Wanted(String listener, Listener.Binding binding) {}

    /** Binds what is wanted and not bound, after what is not wanted any more is closed: both may overlap. */
    Future<Void> follow(Map<InetSocketAddress, Wanted> wanted) {
        PromiseCombiner closing = new PromiseCombiner(home);
        for (Iterator<Map.Entry<InetSocketAddress, Channel>> all =
                        sockets.entrySet().iterator();
                all.hasNext(); ) {
            Map.Entry<InetSocketAddress, Channel> entry = all.next();
            if (!keeps(entry.getValue(), wanted.get(entry.getKey()))) {
                closing.add(entry.getValue().close());
                all.remove();
            }
        }
        failures.clear();
        told.keySet().retainAll(wanted.keySet());
        Promise<Void> closed = home.newPromise();
        Promise<Void> done = home.newPromise();
        closed.addListener(c -> bindMissing(wanted, done));
        closing.finish(closed);
        return done;
    }

    /** Whether a socket is still wanted, as it is. */
    private static boolean keeps(Channel socket, @Nullable Wanted wanted) {
        return wanted != null && wanted.binding().equals(socket.attr(BINDING).get());
    }

    private void bindMissing(Map<InetSocketAddress, Wanted> wanted, Promise<Void> done) {
        PromiseCombiner binding = new PromiseCombiner(home);
        wanted.forEach((address, one) -> {
            if (!sockets.containsKey(address)) {
                Promise<Void> bound = home.newPromise();
                bind(address, one, bound);
                binding.add((Future<Void>) bound);
            }
        });
        binding.finish(done);
    }

    private void bind(InetSocketAddress address, Wanted wanted, Promise<Void> done) {
        ServerChannel channel = loops.serverChannels().newChannel();
        String name = wanted.listener();
        channel.attr(BINDING).set(wanted.binding());
        try {
            BindingOptions.set(channel, wanted.binding());
        } catch (ChannelException e) {
            settle(address, name, channel, home.newFailedFuture(e), done);
            return;
        }
        channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
        channel.config().setOption(ChannelOption.SO_BACKLOG, backlog);
        channel.pipeline().addLast(new Acceptor(loops, context, address));
        loops.next().register(channel).addListener((ChannelFuture registered) -> {
            if (registered.isSuccess()) {
                channel.bind(address)
                        .addListener(bound -> home.execute(() -> settle(address, name, channel, bound, done)));
            } else {
                home.execute(() -> settle(address, name, channel, registered, done));
            }
        });
    }

    private void settle(InetSocketAddress address, String name, Channel channel, Future<?> bound, Promise<Void> done) {
        if (bound.isSuccess()) {
            sockets.put(address, channel);
            told.remove(address);
            LOG.info("listener {}: bound to {}", name, channel.localAddress());
        } else {
            close(channel);
            String reason = String.valueOf(bound.cause().getMessage());
            failures.put(address, reason);
            if (!reason.equals(told.put(address, reason))) {
                LOG.warn("listener {}: can't bind to {}: {}", name, address, reason);
            }
        }
        done.setSuccess(null);
    }

    /** One that no event loop has yet can't be told by its own. */
    private static void close(Channel channel) {
        if (channel.isRegistered()) {
            channel.close();
        } else {
            channel.unsafe().closeForcibly();
        }
    }

    /** The real address when bound. */
    @Nullable
    InetSocketAddress boundTo(InetSocketAddress address) {
        Channel socket = sockets.get(address);
        return socket == null ? null : (InetSocketAddress) socket.localAddress();
    }

    @Nullable
    String failure(InetSocketAddress address) {
        return failures.get(address);
    }
}
