package dev.lateen.istiod.registry;

import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.List;
import java.util.Map;

/**
 * All that a registry knows. Immutable.
 *
 * @param objects what it is made from
 * @param exportTo who may see a service that doesn't say
 * @param workloads pods and WorkloadEntries
 * @param nodes the labels of nodes, by their objects
 * @param kubernetes the Services of all clusters
 * @param entries the hosts of ServiceEntries
 * @param secrets by {@code namespace/name}
 * @param table the services of both, merged
 */
record RegistryParts(
        PersistentMap<ObjectKey, ConfigObject> objects,
        List<String> exportTo,
        Workloads workloads,
        PersistentMap<ObjectKey, Map<String, String>> nodes,
        KubernetesIndex kubernetes,
        EntryIndex entries,
        PersistentMap<String, TlsSecret> secrets,
        ServiceTable table) {

    static RegistryParts nothing(List<String> exportTo) {
        return new RegistryParts(
                PersistentMap.empty(),
                exportTo,
                Workloads.NONE,
                PersistentMap.empty(),
                KubernetesIndex.NONE,
                EntryIndex.NONE,
                PersistentMap.empty(),
                ServiceTable.NONE);
    }
}
