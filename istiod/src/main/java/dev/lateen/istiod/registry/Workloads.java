package dev.lateen.istiod.registry;

import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.persistent.PersistentIndex;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All pods and WorkloadEntries that have an address, found by label and by address without a look at all of them. Immutable.
 *
 * @param all by the objects that they are read from
 * @param byLabel each has one entry for each of its labels
 * @param byAddress mostly one at each
 */
record Workloads(
        PersistentMap<ObjectKey, WorkloadInstance> all,
        PersistentIndex<Label, ObjectKey> byLabel,
        PersistentIndex<String, ObjectKey> byAddress) {

    static final Workloads NONE =
            new Workloads(PersistentMap.empty(), PersistentIndex.empty(), PersistentIndex.empty());

    static final Comparator<WorkloadInstance> IN_ORDER = Comparator.comparing(WorkloadInstance::namespace)
            .thenComparing(WorkloadInstance::name)
            .thenComparing(WorkloadInstance::address)
            .thenComparing(each -> each.place().clusterId());

    /** The same with what an object is now; null if it is none any more. */
    Workloads with(ObjectKey key, @Nullable WorkloadInstance now) {
        WorkloadInstance before = all.get(key);
        PersistentIndex<Label, ObjectKey> labels = byLabel;
        boolean sameLabels = before != null
                && now != null
                && before.namespace().equals(now.namespace())
                && before.labels().equals(now.labels());
        if (!sameLabels) {
            labels = before == null ? labels : unlabelled(labels, before, key);
            labels = now == null ? labels : labelled(labels, now, key);
        }
        PersistentIndex<String, ObjectKey> addresses = byAddress;
        if (before != null) {
            addresses = addresses.without(before.address(), key);
        }
        if (now != null) {
            addresses = addresses.with(now.address(), key);
        }
        return new Workloads(all.withOrWithout(key, now), labels, addresses);
    }

    private static PersistentIndex<Label, ObjectKey> labelled(
            PersistentIndex<Label, ObjectKey> index, WorkloadInstance workload, ObjectKey key) {
        PersistentIndex<Label, ObjectKey> next = index;
        for (Map.Entry<String, String> label : workload.labels().entrySet()) {
            next = next.with(new Label(workload.namespace(), label.getKey(), label.getValue()), key);
        }
        return next;
    }

    private static PersistentIndex<Label, ObjectKey> unlabelled(
            PersistentIndex<Label, ObjectKey> index, WorkloadInstance workload, ObjectKey key) {
        PersistentIndex<Label, ObjectKey> next = index;
        for (Map.Entry<String, String> label : workload.labels().entrySet()) {
            next = next.without(new Label(workload.namespace(), label.getKey(), label.getValue()), key);
        }
        return next;
    }

    /**
     * Those of a namespace that have all labels of a selector, in order; an empty selector means none.
     *
     * @param cluster whose pods count; null for those of all clusters. WorkloadEntries are of the mesh and count always
     */
    List<WorkloadInstance> selected(String namespace, Map<String, String> selector, @Nullable String cluster) {
        Label fewest = null;
        for (Map.Entry<String, String> entry : selector.entrySet()) {
            Label label = new Label(namespace, entry.getKey(), entry.getValue());
            fewest = fewest == null || byLabel.count(label) < byLabel.count(fewest) ? label : fewest;
        }
        return fewest == null
                ? List.of()
                : byLabel.get(fewest).stream()
                        .filter(key -> cluster == null || isOf(key, cluster))
                        .map(key -> Objects.requireNonNull(all.get(key)))
                        .filter(workload -> workload.labels().entrySet().containsAll(selector.entrySet()))
                        .sorted(IN_ORDER)
                        .toList();
    }

    private static boolean isOf(ObjectKey key, String cluster) {
        return key.cluster().isEmpty() || key.cluster().equals(cluster);
    }

    /** Those at an address, in order. */
    List<WorkloadInstance> at(String address) {
        return byAddress.get(address).stream()
                .map(key -> Objects.requireNonNull(all.get(key)))
                .sorted(IN_ORDER)
                .toList();
    }

    /** The first at an address as a cluster sees it. */
    Optional<WorkloadInstance> at(String address, String cluster) {
        return byAddress.get(address).stream()
                .filter(key -> isOf(key, cluster))
                .map(key -> Objects.requireNonNull(all.get(key)))
                .min(IN_ORDER);
    }
}
