package dev.lateen.proxy.upstream;

import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.model.LoadAssignment.LocalityEndpoints;
import dev.lateen.proxy.transport.NameResolver;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a DNS cluster, asked for again and again: after the answer's time to live where it is to be respected, else after the
 * refresh rate. A name that can't be resolved keeps its last good addresses. {@code STRICT_DNS} takes every address, {@code LOGICAL_DNS}
 * one, and keeps it as long as the name still has it.
 */
final class DnsEndpoints {
    private static final Duration SHORTEST_REFRESH = Duration.ofSeconds(1);

    private final NameResolver resolver;
    private final Timers timers;
    private final Duration refreshRate;
    private final boolean respectTtl;
    private final boolean onlyOne;
    private final Runnable onChange;
    private final List<Name> names = new ArrayList<>();
    private boolean closed;

    private static final class Name {
        private final LocalityEndpoints locality;
        private final Endpoint endpoint;
        private List<InetAddress> addresses = List.of();
        private boolean answered;
        private @Nullable Runnable cancelRefresh;

        Name(LocalityEndpoints locality, Endpoint endpoint) {
            this.locality = locality;
            this.endpoint = endpoint;
        }
    }

    /** @param onChange told, on any thread and outside this object's lock, that {@link #placed} has changed, or that all names were answered once */
    DnsEndpoints(
            NameResolver resolver,
            Timers timers,
            LoadAssignment assignment,
            Duration refreshRate,
            boolean respectTtl,
            boolean onlyOne,
            Runnable onChange) {
        this.resolver = resolver;
        this.timers = timers;
        this.refreshRate = refreshRate;
        this.respectTtl = respectTtl;
        this.onlyOne = onlyOne;
        this.onChange = onChange;
        for (LocalityEndpoints locality : assignment.localities()) {
            for (Endpoint endpoint : locality.endpoints()) {
                names.add(new Name(locality, endpoint));
            }
        }
    }

    void start() {
        boolean anyLiteral = false;
        for (Name name : names) {
            InetAddress literal = Placed.literal(name.endpoint.host());
            if (literal != null) {
                name.addresses = List.of(literal);
                name.answered = true;
                anyLiteral = true;
            }
        }
        if (anyLiteral) {
            onChange.run();
        }
        for (Name name : names) {
            if (name.addresses.isEmpty()) {
                ask(name);
            }
        }
    }

    private void ask(Name name) {
        var _ = resolver.resolve(name.endpoint.host()).handle((answer, failure) -> {
            answered(name, failure == null ? answer : null);
            return null;
        });
    }

    private void answered(Name name, NameResolver.@Nullable Answer answer) {
        boolean changed = false;
        synchronized (this) {
            if (closed) {
                return;
            }
            boolean first = !answered();
            name.answered = true;
            changed = first && answered();
            Duration next = refreshRate;
            if (answer != null && !answer.addresses().isEmpty()) {
                List<InetAddress> found = onlyOne ? List.of(kept(name, answer)) : answer.addresses();
                if (!found.equals(name.addresses)) {
                    name.addresses = found;
                    changed = true;
                }
                next = respectTtl && answer.timeToLive().isPositive() ? answer.timeToLive() : refreshRate;
            }
            Duration delay = next.compareTo(SHORTEST_REFRESH) < 0 ? SHORTEST_REFRESH : next;
            name.cancelRefresh = timers.after(delay, () -> ask(name));
        }
        if (changed) {
            onChange.run();
        }
    }

    private static InetAddress kept(Name name, NameResolver.Answer answer) {
        boolean stillThere = !name.addresses.isEmpty() && answer.addresses().contains(name.addresses.getFirst());
        return stillThere ? name.addresses.getFirst() : answer.addresses().getFirst();
    }

    /** Whether each name was found, or could not be found, once. */
    synchronized boolean answered() {
        return names.stream().allMatch(name -> name.answered);
    }

    /** All endpoints found so far. */
    synchronized List<Placed> placed() {
        List<Placed> all = new ArrayList<>();
        for (Name name : names) {
            for (InetAddress address : name.addresses) {
                all.add(Placed.of(name.locality, resolved(name.endpoint, address), address));
            }
        }
        return all;
    }

    private static Endpoint resolved(Endpoint named, InetAddress address) {
        return new Endpoint(
                address.getHostAddress(),
                named.port(),
                named.hostname().isEmpty() ? named.host() : named.hostname(),
                named.weight(),
                named.health(),
                named.transportLabels(),
                named.workload());
    }

    synchronized void close() {
        closed = true;
        for (Name name : names) {
            if (name.cancelRefresh != null) {
                name.cancelRefresh.run();
            }
        }
    }
}
