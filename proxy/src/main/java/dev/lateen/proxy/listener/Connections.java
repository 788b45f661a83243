package dev.lateen.proxy.listener;

import dev.lateen.proxy.model.Listener;
import io.netty.channel.Channel;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All downstream connections, and how many there may be. Safe for use by several threads. */
final class Connections {
    private final int limit;
    private final AtomicInteger accepted = new AtomicInteger();
    /** With the direction of the listener whose socket accepted it. */
    private final Map<Channel, Listener.Direction> open = new ConcurrentHashMap<>();

    private final AtomicLong ids = new AtomicLong();
    private final Set<LiveConnection> live = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicInteger> byListener = new ConcurrentHashMap<>();
    private volatile @Nullable Runnable onEmpty;
    private volatile Runnable onLeave = () -> {};

    Connections(int limit) {
        this.limit = limit;
    }

    /** Takes a place until the channel closes; false when all are taken. @param direction of the listener that accepted it */
    boolean enter(Channel channel, Listener.Direction direction) {
        if (accepted.incrementAndGet() > limit) {
            giveBack();
            return false;
        }
        open.put(channel, direction);
        channel.closeFuture().addListener(closed -> leave(channel));
        return true;
    }

    /** For a channel that was closed by force before it belonged to an event loop: its closing is told to nobody. */
    void leave(Channel channel) {
        if (open.remove(channel) != null) {
            giveBack();
            onLeave.run();
        }
    }

    private void giveBack() {
        Runnable waiting = accepted.decrementAndGet() == 0 ? onEmpty : null;
        if (waiting != null) {
            waiting.run();
        }
    }

    /** Closes all, those too whose chain is not chosen yet. */
    void closeAll() {
        open.keySet().forEach(Channel::close);
    }

    /** Runs {@code action} when no connection is left, maybe now, maybe more than once, on any thread. */
    void whenEmpty(Runnable action) {
        onEmpty = action;
        if (accepted.get() == 0) {
            action.run();
        }
    }

    /**
     * Runs {@code action} when none that was accepted in this direction is left, maybe now, maybe more than once, on any thread. One whose chain is not chosen yet, or
     * whose TLS handshake is not over, counts as well: its requests are still to come.
     */
    void whenNone(Listener.Direction direction, Runnable action) {
        Runnable look = () -> {
            if (!open.containsValue(direction)) {
                onLeave = () -> {};
                action.run();
            }
        };
        onLeave = look;
        look.run();
    }

    int accepted() {
        return accepted.get();
    }

    /** Unique in this process, from 1. */
    long nextId() {
        return ids.incrementAndGet();
    }

    /** Keeps it until its channel closes. */
    void add(LiveConnection connection) {
        AtomicInteger count =
                byListener.computeIfAbsent(connection.chain().key().listener(), name -> new AtomicInteger());
        live.add(connection);
        count.incrementAndGet();
        connection.channel().closeFuture().addListener(closed -> {
            live.remove(connection);
            count.decrementAndGet();
        });
    }

    int count(String listenerName) {
        AtomicInteger count = byListener.get(listenerName);
        return count == null ? 0 : count.get();
    }

    /** Drops the counts of listeners that are gone for good. */
    void forget(Set<String> listenerNames) {
        byListener
                .entrySet()
                .removeIf(
                        e -> !listenerNames.contains(e.getKey()) && e.getValue().get() == 0);
    }

    /** Runs {@code action} for each on its event loop. */
    void each(Consumer<LiveConnection> action) {
        for (LiveConnection connection : live) {
            connection.channel().eventLoop().execute(() -> action.accept(connection));
        }
    }
}
