package dev.lateen.istiod.registry;

import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.ObjectKey;
import io.fabric8.kubernetes.api.model.EndpointPort;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What EndpointSlices, or else Endpoints, list for a service: it wins over what the selector would find. */
final class EndpointObjects {
    private static final String SERVICE_NAME = "kubernetes.io/service-name";

    private final Workloads workloads;
    private final String cluster;
    private final List<WorkloadInstance> listed = new ArrayList<>();

    private EndpointObjects(Workloads workloads, String cluster) {
        this.workloads = workloads;
        this.cluster = cluster;
    }

    /** The service whose endpoints an object lists; null if it lists none. */
    static @Nullable ObjectKey serviceOf(String cluster, @Nullable ConfigObject object) {
        if (!(object instanceof ConfigObject.OfKubernetes typed)) {
            return null;
        }
        return switch (typed.object()) {
            case EndpointSlice slice ->
                KubernetesServices.key(
                        cluster,
                        typed.namespace(),
                        KubernetesServices.orEmpty(slice.getMetadata().getLabels())
                                .getOrDefault(SERVICE_NAME, typed.name()));
            case Endpoints _ -> KubernetesServices.key(cluster, typed.namespace(), typed.name());
            default -> null;
        };
    }

    /** The addresses that an object lists. */
    static Set<String> addresses(@Nullable ConfigObject object) {
        Set<String> addresses = new HashSet<>();
        if (object instanceof ConfigObject.OfKubernetes typed && typed.object() instanceof EndpointSlice slice) {
            slice.getEndpoints().forEach(endpoint -> addresses.addAll(endpoint.getAddresses()));
        } else if (object instanceof ConfigObject.OfKubernetes typed
                && typed.object() instanceof Endpoints endpoints
                && endpoints.getSubsets() != null) {
            endpoints.getSubsets().forEach(subset -> {
                subset.getAddresses().forEach(a -> addresses.add(a.getIp()));
                if (subset.getNotReadyAddresses() != null) {
                    subset.getNotReadyAddresses().forEach(a -> addresses.add(a.getIp()));
                }
            });
        }
        return addresses;
    }

    /** What the objects that list a service's endpoints come to. */
    static List<WorkloadInstance> of(List<ConfigObject.OfKubernetes> objects, Workloads workloads, String cluster) {
        EndpointObjects endpoints = new EndpointObjects(workloads, cluster);
        List<ConfigObject.OfKubernetes> slices = objects.stream()
                .filter(typed -> typed.object() instanceof EndpointSlice)
                .sorted(Comparator.comparing(ConfigObject.OfKubernetes::name))
                .toList();
        slices.forEach(endpoints::addSlice);
        if (slices.isEmpty()) {
            objects.forEach(endpoints::addEndpoints);
        }
        return endpoints.listed;
    }

    private void addSlice(ConfigObject.OfKubernetes typed) {
        EndpointSlice slice = (EndpointSlice) typed.object();
        Map<String, Integer> ports = new HashMap<>();
        if (slice.getPorts() != null) {
            slice.getPorts().forEach(p -> put(ports, p.getName(), p.getPort()));
        }
        for (Endpoint endpoint : slice.getEndpoints()) {
            boolean ready = endpoint.getConditions() == null
                    || !Boolean.FALSE.equals(endpoint.getConditions().getReady());
            String dnsName = dnsName(endpoint.getHostname(), slice);
            endpoint.getAddresses().forEach(a -> listed.add(instance(typed, a, dnsName, ports, ready)));
        }
    }

    private void addEndpoints(ConfigObject.OfKubernetes typed) {
        Endpoints endpoints = (Endpoints) typed.object();
        if (endpoints.getSubsets() == null) {
            return;
        }
        endpoints.getSubsets().forEach(subset -> {
            Map<String, Integer> ports = new HashMap<>();
            if (subset.getPorts() != null) {
                for (EndpointPort port : subset.getPorts()) {
                    put(ports, port.getName(), port.getPort());
                }
            }
            subset.getAddresses().forEach(a -> listed.add(instance(typed, a.getIp(), "", ports, true)));
            if (subset.getNotReadyAddresses() != null) {
                subset.getNotReadyAddresses().forEach(a -> listed.add(instance(typed, a.getIp(), "", ports, false)));
            }
        });
    }

    /** Kubernetes gives an endpoint a host name if its pod's subdomain is the service. */
    private static String dnsName(@Nullable String hostname, EndpointSlice slice) {
        String service =
                KubernetesServices.orEmpty(slice.getMetadata().getLabels()).getOrDefault(SERVICE_NAME, "");
        return hostname == null || hostname.isEmpty() || service.isEmpty() ? "" : hostname + "." + service;
    }

    private static void put(Map<String, Integer> ports, @Nullable String name, @Nullable Integer port) {
        if (port != null) {
            ports.put(name == null ? "" : name, port);
        }
    }

    private WorkloadInstance instance(
            ConfigObject.OfKubernetes typed,
            String address,
            String dnsName,
            Map<String, Integer> ports,
            boolean ready) {
        return workloads
                .at(address, cluster)
                .map(pod -> pod.listed(Map.copyOf(ports), ready))
                .orElseGet(() -> new WorkloadInstance(
                        typed.name(),
                        dnsName,
                        typed.namespace(),
                        address,
                        Map.copyOf(ports),
                        Map.of(),
                        WorkloadInstance.Identity.unknown(typed.name()),
                        WorkloadInstance.Place.in(cluster),
                        0,
                        ready));
    }
}
