package dev.lateen.istiod.registry;

import java.util.Map;

/**
 * Something that serves: a pod, a virtual machine, or an endpoint written into a ServiceEntry.
 *
 * @param name of the pod or entry
 * @param dnsName under which DNS knows it alone, as {@code HOSTNAME.SUBDOMAIN} without namespace and domain; empty if it doesn't
 * @param namespace where it is declared
 * @param address IP, host name, or {@code unix://} path
 * @param ports named ports
 * @param labels its labels
 * @param identity who it is
 * @param place where it runs
 * @param weight share of load; 0 means 1
 * @param ready whether it takes traffic
 */
public record WorkloadInstance(
        String name,
        String dnsName,
        String namespace,
        String address,
        Map<String, Integer> ports,
        Map<String, String> labels,
        Identity identity,
        Place place,
        long weight,
        boolean ready) {

    /**
     * Who serves.
     *
     * @param serviceAccount its identity; empty if none is known
     * @param mutualTls whether a sidecar answers mutual TLS there
     * @param workloadName of the Deployment or the like that made it
     */
    public record Identity(String serviceAccount, boolean mutualTls, String workloadName) {
        /** Nothing is known but what made it. */
        public static Identity unknown(String workloadName) {
            return new Identity("", false, workloadName);
        }
    }

    /**
     * Where it runs.
     *
     * @param locality {@code region/zone/subzone}; may be empty
     * @param network for meshes of several networks; may be empty
     * @param clusterId the cluster it is in
     * @param nodeName the node it runs on; may be empty
     */
    public record Place(String locality, String network, String clusterId, String nodeName) {
        /** Somewhere in a cluster. */
        public static Place in(String clusterId) {
            return new Place("", "", clusterId, "");
        }
    }

    /** The name under which telemetry groups it: its canonical-name label, its app label, or the workload's name. */
    public String canonicalName() {
        return first("service.istio.io/canonical-name", "app.kubernetes.io/name", "app", identity.workloadName);
    }

    /** The revision under which telemetry groups it. */
    public String canonicalRevision() {
        return first("service.istio.io/canonical-revision", "app.kubernetes.io/version", "version", "latest");
    }

    /** What its labels, or the place where it runs, say under a label; empty for nothing. */
    public String label(String name) {
        String part = Topology.partOf(place.locality, name);
        if (part != null) {
            return part;
        }
        return switch (name) {
            case Topology.NETWORK -> place.network;
            case Topology.CLUSTER -> place.clusterId;
            case Topology.HOSTNAME -> place.nodeName;
            default -> labels.getOrDefault(name, "");
        };
    }

    /** The host that an {@code ExternalName} service stands for. */
    static WorkloadInstance outside(Service service, String clusterId) {
        return new WorkloadInstance(
                service.name(),
                "",
                service.namespace(),
                service.externalName(),
                Map.of(),
                Map.of(),
                Identity.unknown(service.name()),
                Place.in(clusterId),
                0,
                true);
    }

    /** The same workload as a list of endpoints has it: with the ports written there, and ready or not as it says. */
    WorkloadInstance listed(Map<String, Integer> listedPorts, boolean isReady) {
        return new WorkloadInstance(
                name, dnsName, namespace, address, listedPorts, labels, identity, place, weight, isReady);
    }

    private String first(String best, String second, String third, String otherwise) {
        for (String key : new String[] {best, second, third}) {
            String value = labels.get(key);
            if (value != null && !value.isEmpty()) {
                return value;
            }
        }
        return otherwise;
    }
}
