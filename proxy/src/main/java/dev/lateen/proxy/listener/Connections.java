package dev.lateen.proxy.listener;

import io.netty.channel.Channel;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** All downstream connections, and how many there may be. Safe for use by several threads. */
final class Connections {
    private final int limit;
    private final AtomicInteger accepted = new AtomicInteger();
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong ids = new AtomicLong();
    private final Set<LiveConnection> live = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicInteger> byListener = new ConcurrentHashMap<>();
    private volatile @Nullable Runnable onEmpty;
    private volatile Runnable onLeave = () -> {};

    Connections(int limit) {
        this.limit = limit;
    }

    /** Takes a place until the channel closes; false when all are taken. */
    boolean enter(Channel channel) {
        if (accepted.incrementAndGet() > limit) {
            giveBack();
            return false;
        }
        open.add(channel);
        channel.closeFuture().addListener(closed -> leave(channel));
        return true;
    }

    /** For a channel that was closed by force before it belonged to an event loop: its closing is told to nobody. */
    void leave(Channel channel) {
        if (open.remove(channel)) {
            giveBack();
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
        open.forEach(Channel::close);
    }

    /** Runs {@code action} when no connection is left, maybe now, maybe more than once, on any thread. */
    void whenEmpty(Runnable action) {
        onEmpty = action;
        if (accepted.get() == 0) {
            action.run();
        }
    }

    /** Runs {@code action} when none of these is left, maybe now, maybe more than once, on any thread. */
    void whenNone(Predicate<LiveConnection> ofThese, Runnable action) {
        Runnable look = () -> {
            if (live.stream().noneMatch(ofThese)) {
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
                byListener.computeIfAbsent(connection.chain().listenerName(), name -> new AtomicInteger());
        live.add(connection);
        count.incrementAndGet();
        connection.channel().closeFuture().addListener(closed -> {
            live.remove(connection);
            count.decrementAndGet();
            onLeave.run();
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
