package dev.lateen.istiod.registry;

import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.persistent.PersistentIndex;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.List;

/**
 * The hosts of all ServiceEntries, and how to find those that a change of something else concerns. Immutable.
 *
 * @param byHost the entries that declare a host
 * @param bySelector the hosts whose entries select workloads, by one label of their selectors
 * @param autoAddresses the address of each host that gets one by itself, by {@code namespace/entry/host}
 * @param served what entries of one namespace say of one host: one service, or several that can't be one
 * @param inlineAt the endpoints that are written into entries, by address
 */
record EntryIndex(
        PersistentIndex<HostKey, ObjectKey> byHost,
        PersistentIndex<Label, HostKey> bySelector,
        PersistentMap<String, String> autoAddresses,
        PersistentMap<HostKey, Host> served,
        PersistentIndex<String, WorkloadInstance> inlineAt) {

    static final EntryIndex NONE = new EntryIndex(
            PersistentIndex.empty(),
            PersistentIndex.empty(),
            PersistentMap.empty(),
            PersistentMap.empty(),
            PersistentIndex.empty());

    /**
     * A host with who serves it.
     *
     * @param services the oldest first
     * @param inline the endpoints that are written into its entries
     * @param selectors of its entries
     */
    record Host(List<ServedService> services, List<WorkloadInstance> inline, List<Label> selectors) {
        static final Host NONE = new Host(List.of(), List.of(), List.of());
    }

    EntryIndex withDeclared(HostKey host, ObjectKey entry, boolean declared) {
        return new EntryIndex(
                declared ? byHost.with(host, entry) : byHost.without(host, entry),
                bySelector,
                autoAddresses,
                served,
                inlineAt);
    }

    EntryIndex withAutoAddresses(PersistentMap<String, String> addresses) {
        return new EntryIndex(byHost, bySelector, addresses, served, inlineAt);
    }

    /** The same with what is said of a host now. */
    EntryIndex withHost(HostKey key, Host now) {
        Host before = served.getOrDefault(key, Host.NONE);
        PersistentIndex<Label, HostKey> selectors = bySelector;
        for (Label label : before.selectors) {
            selectors = selectors.without(label, key);
        }
        for (Label label : now.selectors) {
            selectors = selectors.with(label, key);
        }
        PersistentIndex<String, WorkloadInstance> inline = inlineAt;
        if (!before.inline.equals(now.inline)) {
            for (WorkloadInstance workload : before.inline) {
                inline = inline.without(workload.address(), workload);
            }
            for (WorkloadInstance workload : now.inline) {
                inline = inline.with(workload.address(), workload);
            }
        }
        return new EntryIndex(
                byHost,
                selectors,
                autoAddresses,
                served.withOrWithout(key, now.services.isEmpty() ? null : now),
                inline);
    }
}
