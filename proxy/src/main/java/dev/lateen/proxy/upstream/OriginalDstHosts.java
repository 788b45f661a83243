package dev.lateen.proxy.upstream;

import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.LoadAssignment.Locality;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of an {@code ORIGINAL_DST} cluster, or of one that goes where requests name: made when a connection asks for its destination, dropped once nobody has used them for one
 * to two sweeps. Above a limit of hosts in use, which only a client that scans a network reaches, a new destination is refused.
 */
final class OriginalDstHosts {
    /** Envoy's default {@code cleanup_interval}. */
    static final Duration SWEEP = Duration.ofSeconds(5);

    static final int MAX_HOSTS = 10_000;

    private static final Locality NOWHERE = new Locality("", "", "");

    private final Timers timers;
    private final Consumer<Host> onRemoved;
    private final Map<InetSocketAddress, Entry> entries = new ConcurrentHashMap<>();
    private final AtomicBoolean sweeping = new AtomicBoolean();
    private volatile int portOverride;
    private volatile boolean closed;

    private static final class Entry {
        private final Host host;
        private volatile boolean used = true;

        Entry(Host host) {
            this.host = host;
        }

        boolean isIdle() {
            return host.activeRequests() == 0 && host.activeConnections() == 0;
        }
    }

    OriginalDstHosts(Timers timers, Consumer<Host> onRemoved) {
        this.timers = timers;
        this.onRemoved = onRemoved;
    }

    void portOverride(int port) {
        portOverride = port;
    }

    @Nullable
    Host pick(PickContext context) {
        InetSocketAddress wanted = context.originalDestination();
        if (wanted == null || closed) {
            return null;
        }
        InetSocketAddress address = portOverride == 0 || wanted.isUnresolved()
                ? wanted
                : new InetSocketAddress(wanted.getAddress(), portOverride);
        Entry entry = entries.get(address);
        if (entry == null) {
            if (entries.size() >= MAX_HOSTS) {
                return null;
            }
            entry = entries.computeIfAbsent(address, OriginalDstHosts::entry);
            arm();
        }
        if (!entry.used) {
            entry.used = true;
        }
        return entry.host;
    }

    private static Entry entry(InetSocketAddress address) {
        boolean named = address.isUnresolved();
        Endpoint endpoint = new Endpoint(
                named ? address.getHostString() : address.getAddress().getHostAddress(),
                address.getPort(),
                named ? address.getHostString() : "",
                1,
                Endpoint.Health.HEALTHY,
                Map.of(),
                "");
        return new Entry(new Host(address, new Host.Placement(endpoint, NOWHERE, 0, 0)));
    }

    private void arm() {
        if (!closed && sweeping.compareAndSet(false, true)) {
            timers.after(SWEEP, this::sweep);
        }
    }

    private void sweep() {
        sweeping.set(false);
        for (Map.Entry<InetSocketAddress, Entry> each : entries.entrySet()) {
            Entry entry = each.getValue();
            if (!entry.used && entry.isIdle()) {
                drop(each.getKey(), entry);
            } else {
                entry.used = false;
            }
        }
        if (!entries.isEmpty()) {
            arm();
        }
    }

    private void drop(InetSocketAddress address, Entry entry) {
        if (entries.remove(address, entry)) {
            entry.host.remove();
            onRemoved.accept(entry.host);
        }
    }

    List<Host> hosts() {
        return entries.values().stream().map(entry -> entry.host).toList();
    }

    void close() {
        closed = true;
        entries.forEach(this::drop);
    }
}
