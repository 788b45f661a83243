package dev.lateen.proxy.listener;

import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.tls.TlsContexts;
import dev.lateen.proxy.transport.EventLoops;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All listeners of the proxy. Follows each new snapshot: binds what is new, keeps what stays, drains what is gone. No change drops a connection of a chain that is
 * still there; one that a new policy denies is closed. Safe for use by several threads.
 */
public final class Listeners {
    private final Observers observers;
    private final ListenerSettings settings;
    private final EventLoop home;
    private final Connections connections;
    private final BoundSockets sockets;
    private final LongSupplier nanos;
    private volatile ListenerTable table = ListenerTable.EMPTY;
    private volatile List<ListenerStatus> bindings = List.of();
    private Future<List<ListenerStatus>> last = Future.succeededFuture(List.of());
    private ProxySnapshot latest = ProxySnapshot.EMPTY;
    private boolean withoutInbound;
    private boolean draining;

    /** What listeners need of the proxy around them. @param nanos a monotonic clock */
    public record Surroundings(
            EventLoops loops,
            TlsContexts tls,
            ConnectionPolicy policy,
            HttpServerStart http,
            TcpServerStart tcp,
            Observers observers,
            InstantSource clock,
            LongSupplier nanos) {}

    public Listeners(Surroundings surroundings, ListenerSettings settings) {
        this(surroundings, settings, OriginalDestination::of);
    }

    Listeners(
            Surroundings around,
            ListenerSettings settings,
            Function<Channel, @Nullable InetSocketAddress> originalDestinations) {
        this.observers = around.observers();
        this.settings = settings;
        this.home = around.loops().next();
        this.nanos = around.nanos();
        this.connections = new Connections(settings.maxConnections());
        ListenerContext context = new ListenerContext(
                () -> table,
                around.tls(),
                around.policy(),
                around.http(),
                around.tcp(),
                connections,
                originalDestinations,
                around.clock(),
                around.nanos(),
                settings.drainTime());
        this.sockets = new BoundSockets(around.loops(), home, context, settings.backlog());
    }

    /**
     * Puts a new snapshot in force, after those that were given before. Completes, never fails, when every address was bound or could not be: the statuses
     * tell. A listener that failed is tried again with the next snapshot.
     */
    public synchronized Future<List<ListenerStatus>> update(ProxySnapshot snapshot) {
        Promise<List<ListenerStatus>> done = Promise.promise();
        latest = snapshot;
        Map<String, Listener> wanted = wantedListeners(snapshot);
        last.onComplete(before -> home.execute(() -> follow(wanted, done)));
        last = done.future();
        return last;
    }

    /**
     * Ends all: stops accepting, asks connections to finish, and completes when none is left or {@code limit} is over; those that are left then are closed. What is
     * inbound ends first: an application may have to call others for what it has still to answer. Later snapshots are ignored.
     */
    public Future<Void> drain(Duration limit) {
        long end = nanos.getAsLong() + limit.toNanos();
        return drainInbound()
                .compose(_ -> inboundGone(limit))
                .compose(_ -> drainAll(Duration.ofNanos(Math.max(0, end - nanos.getAsLong()))));
    }

    /** Completes when no inbound connection is left or {@code limit} is over. */
    private Future<Void> inboundGone(Duration limit) {
        Promise<Void> gone = Promise.promise();
        connections.whenNone(Listener.Direction.INBOUND, gone::tryComplete);
        ScheduledFuture<?> over = home.schedule(() -> gone.tryComplete(), limit.toNanos(), TimeUnit.NANOSECONDS);
        return gone.future().onComplete(_ -> over.cancel(false));
    }

    private Future<Void> drainAll(Duration limit) {
        return update(ProxySnapshot.EMPTY).compose(none -> {
            Promise<Void> done = Promise.promise();
            home.execute(() -> {
                draining = true;
                connections.each(connection -> connection.drain(limit.toNanos()));
                connections.whenEmpty(() -> done.tryComplete());
                ScheduledFuture<?> end = home.schedule(connections::closeAll, limit.toNanos(), TimeUnit.NANOSECONDS);
                done.future().onComplete(ended -> end.cancel(false));
            });
            return done.future();
        });
    }

    /** From now on no inbound listener accepts, and its connections finish; outbound ones go on, so that what is under way may still call others. */
    public synchronized Future<?> drainInbound() {
        withoutInbound = true;
        return update(latest);
    }

    private Map<String, Listener> wantedListeners(ProxySnapshot snapshot) {
        if (!withoutInbound) {
            return snapshot.listeners();
        }
        Map<String, Listener> outbound = new HashMap<>(snapshot.listeners());
        outbound.values().removeIf(listener -> listener.direction() == Listener.Direction.INBOUND);
        return outbound;
    }

    /** How each address is doing, in the order of listeners' names. */
    public List<ListenerStatus> status() {
        List<ListenerStatus> now = new ArrayList<>(bindings.size());
        for (ListenerStatus binding : bindings) {
            now.add(new ListenerStatus(
                    binding.name(),
                    binding.address(),
                    binding.state(),
                    connections.count(binding.name()),
                    binding.failure()));
        }
        return now;
    }

    /** Downstream connections that are open now. */
    public int openConnections() {
        return connections.accepted();
    }

    private void follow(Map<String, Listener> listeners, Promise<List<ListenerStatus>> done) {
        if (draining) {
            done.complete(List.of());
            return;
        }
        table = table.next(listeners, observers);
        connections.each(this::adapt);
        connections.forget(listeners.keySet());
        sockets.follow(wanted(listeners)).addListener(bound -> {
            bindings = bindings(listeners);
            done.complete(status());
        });
    }

    /** A connection whose chain is gone drains; the others ask their policy again. */
    private void adapt(LiveConnection connection) {
        if (table.has(connection.chain())) {
            connection.recheck();
        } else {
            connection.drain(settings.drainTime().toNanos());
        }
    }

    private static Map<InetSocketAddress, String> wanted(Map<String, Listener> listeners) {
        Map<InetSocketAddress, String> wanted = new HashMap<>();
        listeners.values().stream()
                .filter(Listener::bindToPort)
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .forEach(listener ->
                        addresses(listener).forEach(address -> wanted.putIfAbsent(address, listener.name())));
        return wanted;
    }

    private static List<InetSocketAddress> addresses(Listener listener) {
        List<InetSocketAddress> addresses = new ArrayList<>(1);
        addresses.add(listener.address());
        addresses.addAll(listener.additionalAddresses());
        return addresses;
    }

    private List<ListenerStatus> bindings(Map<String, Listener> listeners) {
        Map<InetSocketAddress, String> owners = wanted(listeners);
        List<ListenerStatus> statuses = new ArrayList<>();
        listeners.values().stream()
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .forEach(listener -> {
                    for (InetSocketAddress address : addresses(listener)) {
                        statuses.add(binding(listener, address, owners));
                    }
                });
        return List.copyOf(statuses);
    }

    private ListenerStatus binding(
            Listener listener, InetSocketAddress address, Map<InetSocketAddress, String> owners) {
        if (!listener.bindToPort()) {
            return new ListenerStatus(listener.name(), address, ListenerStatus.State.VIRTUAL, 0, null);
        }
        String owner = String.valueOf(owners.get(address));
        if (!owner.equals(listener.name())) {
            String failure = "address " + address + " is listener " + owner + "'s";
            return new ListenerStatus(listener.name(), address, ListenerStatus.State.FAILED, 0, failure);
        }
        InetSocketAddress bound = sockets.boundTo(address);
        return bound != null
                ? new ListenerStatus(listener.name(), bound, ListenerStatus.State.BOUND, 0, null)
                : new ListenerStatus(
                        listener.name(), address, ListenerStatus.State.FAILED, 0, sockets.failure(address));
    }
}
