package dev.lateen.proxy.listener;

import dev.lateen.proxy.chain.FilterChainRuntime;
import dev.lateen.proxy.chain.ListenerRuntime;
import dev.lateen.proxy.chain.ListenerTable;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.model.Listener;
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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The sockets and connections of all listeners. Follows each new configuration: binds what is new, keeps what stays, drains what is gone. No change drops a connection of
 * a chain that is still there; one that a new policy denies is closed. Safe for use by several threads.
 */
public final class Listeners {
    private final Supplier<InForce> current;
    private final ListenerSettings settings;
    private final EventLoop home;
    private final Connections connections;
    private final BoundSockets sockets;
    private final LongSupplier nanos;
    private volatile List<ListenerStatus> bindings = List.of();
    private Future<List<ListenerStatus>> last = Future.succeededFuture(List.of());
    private volatile boolean withoutInbound;
    private volatile boolean draining;
    private volatile Set<Listener.Direction> leaving = Set.of();

    /** What listeners need of the proxy around them. @param current what is in force @param nanos a monotonic clock */
    public record Surroundings(
            Supplier<InForce> current,
            EventLoops loops,
            TlsContexts tls,
            ConnectionPolicy policy,
            HttpServerStart http,
            TcpServerStart tcp,
            InstantSource clock,
            LongSupplier nanos) {}

    public Listeners(Surroundings surroundings, ListenerSettings settings) {
        this(surroundings, settings, OriginalDestination::of);
    }

    /** @param originalDestinations where a redirected client was headed; null for one that was not redirected */
    public Listeners(
            Surroundings around,
            ListenerSettings settings,
            Function<Channel, @Nullable InetSocketAddress> originalDestinations) {
        this.current = around.current();
        this.settings = settings;
        this.home = around.loops().next();
        this.nanos = around.nanos();
        this.connections = new Connections(settings.maxConnections());
        ListenerContext context =
                new ListenerContext(around, connections, this::takes, this::isLeaving, originalDestinations, settings);
        this.sockets = new BoundSockets(around.loops(), home, context, settings.backlog());
    }

    /**
     * Follows the listeners that are in force by now. Completes, never fails, when every address was bound or could not be: the statuses tell. A listener that failed is
     * tried again with the next change.
     */
    public synchronized Future<List<ListenerStatus>> follow() {
        Promise<List<ListenerStatus>> done = Promise.promise();
        last.onComplete(before -> home.execute(() -> follow(current.get().listeners(), done)));
        last = done.future();
        return last;
    }

    /**
     * Ends all: stops accepting, asks connections to finish, and completes when none is left or {@code limit} is over; those that are left then are closed. What is
     * inbound ends first: an application may have to call others for what it has still to answer. From then on no change binds anything.
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
        draining = true;
        return follow().compose(none -> {
            Promise<Void> done = Promise.promise();
            home.execute(() -> {
                connections.each(connection -> connection.drain(limit.toNanos()));
                connections.whenEmpty(() -> done.tryComplete());
                ScheduledFuture<?> end = home.schedule(connections::closeAll, limit.toNanos(), TimeUnit.NANOSECONDS);
                done.future().onComplete(ended -> end.cancel(false));
            });
            return done.future();
        });
    }

    /** From now on no inbound listener accepts, and its connections finish; outbound ones go on, so that what is under way may still call others. */
    public Future<?> drainInbound() {
        withoutInbound = true;
        return follow();
    }

    /**
     * Asks clients to go elsewhere, long before anything is closed: all connections are taken as before, and each of HTTP ends with the answer to its next request, or is told
     * to by a GOAWAY. So nobody meets a closed port while the news of this proxy's end is still on its way to its clients.
     *
     * @param inboundOnly whether the application's own connections go on
     */
    public void leave(boolean inboundOnly) {
        leaving = inboundOnly ? Set.of(Listener.Direction.INBOUND) : Set.of(Listener.Direction.values());
        connections.each(connection -> {
            if (isLeaving(connection.chain().listener())) {
                connection.leave();
            }
        });
    }

    private boolean isLeaving(Listener listener) {
        return leaving.contains(listener.direction());
    }

    /** Whether connections are still taken there. */
    private boolean takes(Listener listener) {
        return !draining && !(withoutInbound && listener.direction() == Listener.Direction.INBOUND);
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

    private void follow(ListenerTable table, Promise<List<ListenerStatus>> done) {
        List<Listener> listeners = table.byName().values().stream()
                .map(ListenerRuntime::listener)
                .filter(this::takes)
                .sorted(Comparator.comparing(Listener::name))
                .toList();
        Set<String> names = listeners.stream().map(Listener::name).collect(Collectors.toSet());
        connections.each(connection -> adapt(connection, table, names));
        connections.forget(names);
        sockets.follow(wanted(table)).addListener(bound -> {
            bindings = bindings(listeners, table);
            done.complete(status());
        });
    }

    /** A connection whose chain is gone drains; the others follow theirs. */
    private void adapt(LiveConnection connection, ListenerTable table, Set<String> names) {
        FilterChainRuntime chain = table.chain(connection.chain().key());
        if (chain != null) {
            connection.follow(chain);
        }
        if (chain == null || !names.contains(chain.key().listener())) {
            connection.drain(settings.drainTime().toNanos());
        }
    }

    private Map<InetSocketAddress, BoundSockets.Wanted> wanted(ListenerTable table) {
        Map<InetSocketAddress, BoundSockets.Wanted> wanted = new HashMap<>();
        table.accepting().forEach((address, owner) -> {
            if (takes(owner.listener())) {
                Listener listener = owner.listener();
                wanted.put(address, new BoundSockets.Wanted(listener.name(), listener.binding()));
            }
        });
        return wanted;
    }

    private List<ListenerStatus> bindings(List<Listener> listeners, ListenerTable table) {
        List<ListenerStatus> statuses = new ArrayList<>();
        for (Listener listener : listeners) {
            for (InetSocketAddress address : listener.addresses()) {
                statuses.add(binding(listener, address, table.accepting(address)));
            }
        }
        return List.copyOf(statuses);
    }

    private ListenerStatus binding(Listener listener, InetSocketAddress address, @Nullable ListenerRuntime owner) {
        if (owner == null || !listener.bindToPort()) {
            return new ListenerStatus(listener.name(), address, ListenerStatus.State.VIRTUAL, 0, null);
        }
        String has = owner.listener().name();
        if (!has.equals(listener.name())) {
            String failure = "address " + address + " is listener " + has + "'s";
            return new ListenerStatus(listener.name(), address, ListenerStatus.State.FAILED, 0, failure);
        }
        InetSocketAddress bound = sockets.boundTo(address);
        return bound != null
                ? new ListenerStatus(listener.name(), bound, ListenerStatus.State.BOUND, 0, null)
                : new ListenerStatus(
                        listener.name(), address, ListenerStatus.State.FAILED, 0, sockets.failure(address));
    }
}
