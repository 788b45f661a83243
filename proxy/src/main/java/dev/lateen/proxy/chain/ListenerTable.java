package dev.lateen.proxy.chain;

import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All listeners of one configuration, compiled, by name and by address. Immutable. */
public final class ListenerTable {
    /** No listener at all. */
    public static final ListenerTable EMPTY = new ListenerTable(Map.of(), Map.of(), Map.of(), Map.of());

    private final Map<String, ListenerRuntime> byName;
    private final Map<InetSocketAddress, ListenerRuntime> byAddress;
    private final Map<Integer, ListenerRuntime> byWildcardPort;
    private final Map<InetSocketAddress, ListenerRuntime> accepting;

    private ListenerTable(
            Map<String, ListenerRuntime> byName,
            Map<InetSocketAddress, ListenerRuntime> byAddress,
            Map<Integer, ListenerRuntime> byWildcardPort,
            Map<InetSocketAddress, ListenerRuntime> accepting) {
        this.byName = byName;
        this.byAddress = byAddress;
        this.byWildcardPort = byWildcardPort;
        this.accepting = accepting;
    }

    /** The table for a new snapshot; a listener that is the same object keeps its compiled form. Changes nothing that is in force. */
    @SuppressWarnings("ReferenceEquality") // unchanged parts of a snapshot keep their identity
    public ListenerTable next(Map<String, Listener> listeners, Observers observers) {
        Map<String, ListenerRuntime> names = HashMap.newHashMap(listeners.size());
        Map<InetSocketAddress, ListenerRuntime> addresses = HashMap.newHashMap(listeners.size());
        Map<Integer, ListenerRuntime> wildcards = new HashMap<>();
        for (Listener listener : listeners.values()) {
            ListenerRuntime before = byName.get(listener.name());
            ListenerRuntime runtime = before != null && before.listener() == listener
                    ? before
                    : ListenerRuntime.compile(listener, before, observers);
            names.put(listener.name(), runtime);
            listener.addresses().forEach(address -> place(runtime, address, addresses, wildcards));
        }
        return new ListenerTable(names, addresses, wildcards, accepting(names.values()));
    }

    /** Of several listeners with one address the first by name has it. */
    private static Map<InetSocketAddress, ListenerRuntime> accepting(Collection<ListenerRuntime> all) {
        Map<InetSocketAddress, ListenerRuntime> accepting = HashMap.newHashMap(all.size());
        all.stream()
                .filter(each -> each.listener().bindToPort())
                .sorted(Comparator.comparing(each -> each.listener().name()))
                .forEach(each -> each.listener().addresses().forEach(address -> accepting.putIfAbsent(address, each)));
        return accepting;
    }

    private static void place(
            ListenerRuntime runtime,
            InetSocketAddress address,
            Map<InetSocketAddress, ListenerRuntime> addresses,
            Map<Integer, ListenerRuntime> wildcards) {
        addresses.putIfAbsent(address, runtime);
        if (!address.isUnresolved() && address.getAddress().isAnyLocalAddress()) {
            wildcards.putIfAbsent(address.getPort(), runtime);
        }
    }

    /** All of them by name; not to be changed. */
    public Map<String, ListenerRuntime> byName() {
        return byName;
    }

    /** The listener of this name, or null. */
    public @Nullable ListenerRuntime named(String name) {
        return byName.get(name);
    }

    /** The addresses that sockets are bound to, with the listener that has each; not to be changed. */
    public Map<InetSocketAddress, ListenerRuntime> accepting() {
        return accepting;
    }

    /** The listener whose connections the socket bound to this configured address takes; null when it is no longer wanted. */
    public @Nullable ListenerRuntime accepting(InetSocketAddress address) {
        return accepting.get(address);
    }

    /** The listener that takes connections which clients make to this address: of the socket that is bound to it, or to all addresses of its family. */
    public @Nullable ListenerRuntime receiving(InetSocketAddress called) {
        ListenerRuntime exact = accepting.get(called);
        if (exact != null) {
            return exact;
        }
        for (Map.Entry<InetSocketAddress, ListenerRuntime> each : accepting.entrySet()) {
            InetSocketAddress bound = each.getKey();
            if (bound.getPort() == called.getPort()
                    && !bound.isUnresolved()
                    && bound.getAddress().isAnyLocalAddress()) {
                return each.getValue();
            }
        }
        return null;
    }

    /** A connection's chain as this configuration has it; null when it has none such: the connection drains. */
    public @Nullable FilterChainRuntime chain(ChainKey key) {
        ListenerRuntime listener = byName.get(key.listener());
        return listener == null ? null : listener.chain(key.match());
    }

    /**
     * Who takes a connection: the listener whose socket it came to, unless that hands connections to the listener of their original destination.
     *
     * @param receiving the listener of the socket
     * @param original where the client was headed before it was brought here; null where it came by itself
     * @param trace null when nobody asks
     */
    public ListenerRuntime taking(
            ListenerRuntime receiving, @Nullable InetSocketAddress original, @Nullable Trace trace) {
        InetSocketAddress headed = receiving.listener().useOriginalDst() ? original : null;
        ListenerRuntime found = headed == null ? null : headedFor(headed);
        ListenerRuntime taking = found == null ? receiving : found;
        if (trace != null) {
            String rule = found != null
                    ? "use_original_dst: the listener of " + original
                    : headed == null ? "the listener of the socket" : "use_original_dst: no listener of " + original;
            trace.yes(Question.LISTENER, taking.listener().name(), Provenance.NONE, rule);
        }
        return taking;
    }

    /** Who takes a connection headed for {@code destination}: the listener of that very address, one of the wildcard address with that port, or nobody. */
    public @Nullable ListenerRuntime headedFor(InetSocketAddress destination) {
        ListenerRuntime exact = byAddress.get(destination);
        return exact != null ? exact : byWildcardPort.get(destination.getPort());
    }
}
